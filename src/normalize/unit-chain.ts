import { isDeepStrictEqual } from "node:util";
import type { SchemaDocument, TableSchema } from "../schema/document.ts";
import { nestedTables } from "../schema/table.ts";
import type { BroughtTable, NormalizedUnit } from "./unit.ts";

/** What is brought once a unit is done that was told to assume `known`. */
export function broughtBy(known: readonly BroughtTable[], { tables }: Pick<NormalizedUnit, "tables">): readonly BroughtTable[] {
  const all = new Map(known.map((table) => [table.name, table]));
  for (const { name, parent, columns } of tables) {
    const before = all.get(name);
    const more = columns.filter((column) => before?.columns.every((other) => other.name !== column.name) !== false);
    all.set(name, before === undefined ? { name, parent, columns: more } : { ...before, columns: [...before.columns, ...more] });
  }
  return [...all.values()];
}

/** True when two schemas are the same to a unit of `root`: in what they say of its tables, also of those that only one of them has, and of all tables. */
export function isSameFor(
  root: string,
  { tables }: { readonly tables: readonly { readonly name: string }[] },
  one: SchemaDocument,
  other: SchemaDocument,
): boolean {
  if (one === other) return true;
  const isAlike = isDeepStrictEqual([one.settings, one.normalizers], [other.settings, other.normalizers]);
  const names = new Set([...tables.map(({ name }) => name), ...chainNames(one, root), ...chainNames(other, root)]);
  return isAlike && [...names].every((name) => isSameTable(tableOf(one, name), tableOf(other, name)));
}

/** The order of columns counts. */
function isSameTable(one: TableSchema | undefined, other: TableSchema | undefined): boolean {
  return isDeepStrictEqual(one, other) && isDeepStrictEqual(Object.keys(one?.columns ?? {}), Object.keys(other?.columns ?? {}));
}

function chainNames(schema: SchemaDocument, root: string): string[] {
  return tableOf(schema, root) === undefined ? [] : nestedTables(schema, root).map(({ name }) => name);
}

function tableOf({ tables }: SchemaDocument, name: string): TableSchema | undefined {
  return Object.hasOwn(tables, name) ? tables[name] : undefined;
}
