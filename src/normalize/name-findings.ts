import type { KeyNode, NameTree } from "./name-tree.ts";

/** Names in documents that became one name, so that values may have been lost. */
export interface Collision {
  readonly kind: "column" | "table";
  readonly table: string;
  /** The column; of tables the table. */
  readonly name: string;
  /** The keys, as documents have them. */
  readonly keys: readonly string[];
}

/** Columns that had no value in any row, and have no type. */
export interface NullOnlyColumns {
  readonly table: string;
  readonly columns: readonly string[];
}

/** Each name once, with all keys that lead to it. */
export function collisions(names: NameTree): readonly Collision[] {
  const found = new Map<string, { readonly kind: Collision["kind"]; readonly table: string; readonly name: string; keys: Set<string> }>();
  const add = (kind: Collision["kind"], table: string, name: string, keys: readonly string[]): void => {
    const id = `${kind}\n${table}\n${name}`;
    const known = found.get(id) ?? { kind, table, name, keys: new Set() };
    for (const key of keys) known.keys.add(key);
    found.set(id, known);
  };
  for (const { table, first, second } of names.columnMeetings)
    if (isValue(first) && isValue(second)) add("column", table, first.column, [first.below.keyPath, second.below.keyPath]);
  for (const { table, first, second } of names.tableMeetings) add("table", table, table, [first.keyPath, second.keyPath]);
  return [...found.values()].map((one) => ({ ...one, keys: [...one.keys] }));
}

/** `hasColumn` says of a table that got rows whether it has a column now, and undefined of one that got none. */
export function nullOnlyColumns(
  names: NameTree,
  hasColumn: (table: string, column: string) => boolean | undefined,
): readonly NullOnlyColumns[] {
  const found = new Map<string, Set<string>>();
  for (const table of names.tables) {
    for (const [column, node] of table.columns) {
      if (!isValue(node) || column.startsWith("_dlt") || hasColumn(table.name, column) !== false) continue;
      const known = found.get(table.name) ?? new Set();
      found.set(table.name, known.add(column));
    }
  }
  return [...found].map(([table, columns]) => ({ table, columns: [...columns] }));
}

/** Neither objects with members nor lists were seen under this key: its values are those of the column. */
function isValue({ below, list }: KeyNode): boolean {
  return below.keys.size === 0 && list === undefined;
}
