import { Float } from "../core/float.ts";
import { isJsonArray, type JsonObject, type JsonValue } from "../schema/json-value.ts";
import type { NamingConvention } from "../schema/naming/naming-convention.ts";
import { nestedRowId } from "./keys.ts";
import { type NameListener, NameTree, type PlaceNode, type TableNode } from "./name-tree.ts";

/** A row of a table, values not coerced yet, columns in the order of the table. */
export type FlatRow = Map<string, JsonValue>;

/**
 * Takes the rows, one at a time. A row comes before the rows nested in it; when the sink gives false, these are left out.
 * `parent` is the table above, if the row was found inside of another.
 */
type RowSink = (table: string, parent: string | undefined, row: FlatRow) => boolean;

/** What flattening asks the schema for. */
export interface FlattenSettings {
  readonly naming: NamingConvention;
  readonly loadId: string;
  /** True when separators in the keys of data make paths: `a__B` is `a__b`, else `a_b`. */
  readonly useBreakPath: boolean;
  /** How many levels below the rows of this table become columns and tables; undefined is no limit. */
  maxNesting(table: string): number | undefined;
  /** The same for rows of a table that is found inside of rows, where it says so itself. Left out when no table does. */
  readonly nestedNesting?: ((table: string) => number | undefined) | undefined;
  /** True when lists and objects in this column stay together, as JSON. */
  isJsonColumn(table: string, column: string): boolean;
  /** True when the schema declares the table without parent, though its rows are found in rows of another. */
  isRootTable(table: string): boolean;
  /** Columns of this table whose values all rows nested in it get too, with the names they have there. */
  propagation(table: string): readonly (readonly [column: string, nestedColumn: string])[];
  /** The id of a row of a root table: random, or a hash of its key or of the document it was made of. */
  rowId(table: string, row: FlatRow, document: JsonObject): string;
}

/** Makes the rows of one document of a table, and hands them to the sink. */
export type Flatten = (document: JsonValue, table: string, sink: RowSink) => void;

/** Flattening, and the names it gave. */
export interface NamedFlatten {
  readonly flatten: Flatten;
  readonly names: NameTree;
}

/**
 * Takes documents apart: objects inside of a document become columns of its row, lists become rows of nested tables.
 * Keep what this gives: it remembers every name it has worked out.
 */
export function createFlatten(settings: FlattenSettings): Flatten {
  return createNamedFlatten(settings).flatten;
}

export function createNamedFlatten(settings: FlattenSettings, listener?: NameListener): NamedFlatten {
  const names = new NameTree(settings.naming, settings.useBreakPath, listener);
  const flattener = new Flattener(settings, names);
  return { flatten: (document, table, sink) => flattener.flatten(document, table, sink), names };
}

const defaultNesting = 1000;

/** Lists nested in lists, and values that are neither object nor list, become rows with one of these members. */
const listMember = "list";
const valueMember = "value";

/** An object inside of a document: its members are columns of the row. */
interface PendingObject {
  readonly members: JsonObject;
  readonly place: PlaceNode;
  readonly level: number;
}

interface FoundList {
  readonly values: readonly JsonValue[];
  readonly table: TableNode;
}

/** Values that nested rows get from the rows above them. */
type Inherited = readonly (readonly [column: string, value: JsonValue])[];

/** What nested rows know of the row they were found in; undefined for the rows of documents. */
interface Above {
  readonly id: string;
  readonly inherited: Inherited;
}

class Flattener {
  readonly #settings: FlattenSettings;
  readonly #names: NameTree;
  readonly #added: { readonly id: string; readonly loadId: string; readonly parentId: string; readonly index: string };

  constructor(settings: FlattenSettings, names: NameTree) {
    const { naming } = settings;
    this.#settings = settings;
    this.#names = names;
    this.#added = {
      id: naming.normalizeIdentifier("_dlt_id"),
      loadId: naming.normalizeIdentifier("_dlt_load_id"),
      parentId: naming.normalizeIdentifier("_dlt_parent_id"),
      index: naming.normalizeIdentifier("_dlt_list_idx"),
    };
  }

  flatten(document: JsonValue, table: string, sink: RowSink): void {
    const level = this.#settings.maxNesting(table) ?? defaultNesting;
    this.#addRow(isObject(document) ? document : { [valueMember]: document }, this.#names.table(table), level, sink, undefined, 0);
  }

  #addRow(document: JsonObject, table: TableNode, level: number, sink: RowSink, above: Above | undefined, index: number): void {
    const row: FlatRow = new Map();
    const lists = this.#addColumns(document, table, level, row);
    if (above !== undefined) for (const [column, value] of above.inherited) row.set(column, value);
    const id = this.#addIds(document, table, row, above, index);
    if (!sink(table.name, table.parent, row) || lists === undefined) return;
    const here: Above = { id, inherited: this.#handDown(table, row, above) };
    for (const list of lists.values()) this.#addList(list, level, sink, here);
  }

  /** Fills in the columns of the row and gives the lists that were found. Of two nested objects the later one comes first. */
  #addColumns(document: JsonObject, table: TableNode, level: number, row: FlatRow): Map<string, FoundList> | undefined {
    let lists: Map<string, FoundList> | undefined;
    const pending: PendingObject[] = [{ members: document, place: table.row, level }];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const { members, place } = next;
      for (const key of Object.keys(members)) {
        const value = members[key] as JsonValue;
        const node = place.keys.get(key) ?? this.#names.addKey(table, place, key);
        if (!isNested(value) || next.level <= 0 || this.#settings.isJsonColumn(table.name, node.column)) {
          row.set(node.column, value);
        } else if (isObject(value)) {
          pending.push({ members: value, place: node.below, level: next.level - 1 });
        } else {
          lists ??= new Map();
          lists.set(node.below.id, { values: value, table: this.#names.nestedTable(table, node) });
        }
      }
    }
    return lists;
  }

  /** Gives the id of the row. An id that the document has is kept. */
  #addIds(document: JsonObject, table: TableNode, row: FlatRow, above: Above | undefined, index: number): string {
    const added = this.#added;
    const given = row.get(added.id);
    const isRoot = above === undefined || this.#settings.isRootTable(table.name);
    if (isRoot) {
      row.set(added.loadId, this.#settings.loadId);
    } else {
      row.set(added.parentId, above.id);
      row.set(added.index, index);
    }
    if (isId(given)) return String(given);
    const id = isRoot ? this.#settings.rowId(table.name, row, document) : nestedRowId(above.id, table.name, index);
    row.set(added.id, id);
    return id;
  }

  #handDown(table: TableNode, row: FlatRow, above: Above | undefined): Inherited {
    const inherited = above?.inherited ?? [];
    const own = this.#settings.propagation(table.name);
    if (own.length === 0) return inherited;
    const present = own.filter(([column]) => row.has(column));
    return [...inherited, ...present.map(([column, nestedColumn]) => [nestedColumn, row.get(column) as JsonValue] as const)];
  }

  /** A list inside of a list counts as two levels. */
  #addList({ values, table }: FoundList, level: number, sink: RowSink, above: Above): void {
    const own = this.#settings.nestedNesting?.(table.name);
    for (let index = 0; index < values.length; index++) {
      const value = values[index] as JsonValue;
      if (isJsonArray(value)) this.#addRow({ [listMember]: value }, table, own ?? level - 2, sink, above, index);
      else this.#addRow(isObject(value) ? value : { [valueMember]: value }, table, own ?? level - 1, sink, above, index);
    }
  }
}

function isNested(value: JsonValue): value is JsonObject | readonly JsonValue[] {
  return typeof value === "object" && value !== null && !(value instanceof Float);
}

function isObject(value: JsonValue): value is JsonObject {
  return isNested(value) && !isJsonArray(value);
}

/** dlt takes any value for an id that Python calls true. */
function isId(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null && value !== "" && value !== 0 && value !== false;
}
