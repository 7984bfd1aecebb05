import { ConfigError } from "../core/errors.ts";
import type { SchemaDocument } from "../schema/document.ts";
import { type Reference, referencesOf } from "../schema/formats/references.ts";
import type { Query } from "./query.ts";

/** A table whose columns a query gives, and what their names begin with there. */
export interface JoinedTable {
  readonly table: string;
  readonly prefix: string;
}

/** One table to the next: `from` columns of what is there already, `to` columns of `table`, in pairs. */
export interface JoinStep {
  readonly table: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/** Joined columns are named after their table. */
export function joinedName(table: string, column: string): string {
  return `${table}__${column}`;
}

/** The tables that a query is made of. None for SQL that somebody wrote. */
export function joinedTables({ from }: Query): readonly JoinedTable[] {
  switch (from.kind) {
    case "table":
      return [{ table: from.table, prefix: "" }];
    case "query":
      return joinedTables(from.query);
    case "join":
      return [...joinedTables(from.join.left), { table: from.join.table, prefix: joinedName(from.join.table, "") }];
    default:
      return [];
  }
}

/**
 * How the schemas link a table to one of those that are there: as its parent or nested table, by a reference that was declared, by the root key or load
 * id, or over the tables between. The steps end at the table. Undefined when they do not say. Throws ConfigError when they say several.
 */
export function findLink(
  present: readonly JoinedTable[],
  table: string,
  schemas: readonly SchemaDocument[],
): readonly JoinStep[] | undefined {
  const references = schemas.flatMap((schema) => referencesOf(schema));
  const newestFirst = present.filter((one) => one.table !== table).toReversed();
  const direct = (kind: Reference["kind"], among: readonly JoinedTable[]) =>
    among.flatMap((one) => directSteps(references, kind, one, table));
  const declared = distinct(direct("declared", newestFirst));
  const [parent] = direct("parent", newestFirst);
  if (parent !== undefined) return [parent];
  if (declared.length > 1) throw several(table, declared);
  const one = declared[0] ?? direct("root", newestFirst)[0] ?? direct("load", newestFirst.toReversed())[0];
  return one === undefined ? overParents(references, newestFirst, table) : [one];
}

function directSteps(
  references: readonly Reference[],
  kind: Reference["kind"],
  { table: left, prefix }: JoinedTable,
  table: string,
): JoinStep[] {
  return references
    .filter((reference) => reference.kind === kind)
    .flatMap((reference) => {
      const { columns, referencedTable, referencedColumns } = reference;
      if (reference.table === left && referencedTable === table) return [stepTo(table, prefix, columns, referencedColumns)];
      if (reference.table === table && referencedTable === left) return [stepTo(table, prefix, referencedColumns, columns)];
      return [];
    });
}

function stepTo(table: string, prefix: string, from: readonly string[], to: readonly string[]): JoinStep {
  return { table, from: from.map((column) => prefix + column), to };
}

/** Two schemas of a dataset may have one table. */
function distinct(steps: readonly JoinStep[]): readonly JoinStep[] {
  return [...new Map(steps.map((step) => [JSON.stringify(step), step])).values()];
}

function overParents(references: readonly Reference[], present: readonly JoinedTable[], table: string): readonly JoinStep[] | undefined {
  const parents = new Map(references.filter(({ kind }) => kind === "parent").map((reference) => [reference.table, reference]));
  for (const { table: left, prefix } of present) {
    const up = pathUp(parents, left, table);
    if (up !== undefined)
      return withPrefix(
        up.map((link) => stepTo(link.referencedTable, "", link.columns, link.referencedColumns)),
        prefix,
      );
    const down = pathUp(parents, table, left)?.toReversed();
    if (down !== undefined)
      return withPrefix(
        down.map((link) => stepTo(link.table, "", link.referencedColumns, link.columns)),
        prefix,
      );
  }
  return undefined;
}

function pathUp(parents: ReadonlyMap<string, Reference>, from: string, to: string): Reference[] | undefined {
  const path: Reference[] = [];
  for (let link = parents.get(from); link !== undefined; link = parents.get(link.referencedTable)) {
    path.push(link);
    if (link.referencedTable === to) return path;
  }
  return undefined;
}

/** Only the first step begins at the left side; each other one at the table before it. */
function withPrefix([first, ...rest]: readonly JoinStep[], prefix: string): readonly JoinStep[] {
  return [{ ...first!, from: first!.from.map((column) => prefix + column) }, ...rest];
}

function several(table: string, steps: readonly JoinStep[]): ConfigError {
  const pairs = steps.map(({ from, to }) => `[${JSON.stringify(from.join(", "))}, ${JSON.stringify(to.join(", "))}]`);
  return new ConfigError(`Several references link table \`${table}\`: ${pairs.join(", ")}. Name one as the second argument of join().`);
}
