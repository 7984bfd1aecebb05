import { isDeepStrictEqual } from "node:util";
import type { ColumnSchema } from "../schema/document.ts";
import type { UnitTable } from "./unit.ts";

/**
 * True when a unit that was normalized by itself would have become the same files, had all units before it been known: `before` are the columns that these
 * brought, in order, to a table of the unit. Files hold columns with values only, in the order of the table, so that a column that the unit has no value for
 * changes nothing.
 */
export function unitFits(table: UnitTable, before: ReadonlyMap<string, ColumnSchema>): boolean {
  // A file without values shows all columns.
  if (table.isMaterialized) return false;
  const own = new Map(table.columns.map((column) => [column.name, column]));
  const given = table.assumed ?? [];
  const assumed = new Set(given.map(({ name }) => name));
  const missed = new Set(table.missed);
  if (given.some((column) => !isDeepStrictEqual(before.get(column.name), column))) return false;
  for (const [name, column] of before) {
    if (assumed.has(name)) continue;
    if (missed.has(name) || (own.has(name) && !isDeepStrictEqual(own.get(name), column))) return false;
  }
  return isInOrder([...assumed, ...own.keys()], new Set([...before.keys(), ...own.keys()]));
}

/** True when the names come in the order that they have among all. */
export function isInOrder(names: readonly string[], all: ReadonlySet<string>): boolean {
  const rest = names.values();
  let next = rest.next();
  for (const name of all) if (!next.done && next.value === name) next = rest.next();
  return next.done === true;
}
