import type { NamingConvention } from "../../src/schema/naming/naming-convention.ts";
import { isBlank } from "../../src/schema/naming/whitespace.ts";
import type { Document, Json } from "./random-documents.ts";

/** A row that a document must give. */
export interface ExpectedRow {
  /** Where it comes from: the number of the document, then table and index of every list on the way. */
  readonly place: string;
  readonly table: string;
  /** What the document has for each column, nulls too. More than one value: its keys collide, and the later one wins. */
  readonly cells: Map<string, Json[]>;
  /** Keys of two lists on the way collide: the later list wins, or both are in the table, depending on how they do. */
  isContested: boolean;
  /** One of those lists is empty. */
  mayBeGone: boolean;
}

interface FoundList {
  readonly name: string;
  readonly isEmpty: boolean;
}

/** What must be in the tables: a second, slow, recursive statement of what flattening does, with the names of leat's naming convention. */
export function expectedRows(document: Document, place: string, table: string, naming: NamingConvention): ExpectedRow[] {
  const rows: ExpectedRow[] = [];
  addRow(document, { place, tablePath: table, table });
  return rows;

  function addRow(members: Document, at: { readonly place: string; readonly tablePath: string; readonly table: string }): void {
    const row: ExpectedRow = { place: at.place, table: at.table, cells: new Map(), isContested: false, mayBeGone: false };
    const first = rows.push(row);
    const lists: FoundList[] = [];
    addMembers(members, "", row, at.tablePath, lists);
    for (const { name } of lists.filter((list, index) => lists.findIndex(({ name }) => name === list.name) !== index)) {
      const mayBeGone = lists.some((list) => list.name === name && list.isEmpty);
      for (const below of rows.slice(first)) {
        if (!below.place.startsWith(`${at.place}/${name}#`)) continue;
        below.isContested = true;
        // The list that wins may have nothing further down.
        below.mayBeGone ||= mayBeGone || below.place.slice(`${at.place}/${name}#`.length).includes("/");
      }
    }
  }

  function addMembers(members: Document, above: string, row: ExpectedRow, tablePath: string, lists: FoundList[]): void {
    for (const key of Object.keys(members)) {
      const value = members[key]!;
      const name = isBlank(key) ? "_empty" : naming.normalizePath(key) || "_empty";
      const path = above === "" ? name : `${above}${naming.pathSeparator}${name}`;
      if (isList(value))
        lists.push({ name: addList(value, `${tablePath}${naming.pathSeparator}${path}`, row), isEmpty: value.length === 0 });
      else if (isDocument(value)) addMembers(value, path, row, tablePath, lists);
      else addCell(row, naming.shortenFragments(path), value);
    }
  }

  function addList(list: readonly Json[], tablePath: string, parent: ExpectedRow): string {
    const name = naming.shortenFragments(tablePath);
    for (const [index, value] of list.entries())
      addRow(isList(value) ? { list: value } : isDocument(value) ? value : { value }, {
        place: `${parent.place}/${name}#${index}`,
        tablePath,
        table: name,
      });
    return name;
  }
}

function addCell(row: ExpectedRow, column: string, value: Json): void {
  const values = row.cells.get(column);
  if (values === undefined) row.cells.set(column, [value]);
  else values.push(value);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isDocument(value: Json): value is Document {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
