import { InternalError } from "../core/errors.ts";
import type { ColumnSchema, SchemaDocument, TableSchema } from "./document.ts";
import { isSystemTable } from "./system-tables.ts";

/** The tables that hold the user's rows. */
export function dataTables(schema: SchemaDocument): TableSchema[] {
  return Object.values(schema.tables).filter((table) => !isSystemTable(table.name));
}

/** A root table and all tables nested in it, parents first. */
export function nestedTables(schema: SchemaDocument, root: string): TableSchema[] {
  const children = Object.values(schema.tables).filter((table) => table.parent === root);
  return [tableOf(schema, root), ...children.flatMap((child) => nestedTables(schema, child.name))];
}

/** The root of a nested table; of a root table, itself. */
export function rootTable(schema: SchemaDocument, name: string): TableSchema {
  const table = tableOf(schema, name);
  return table.parent === undefined ? table : rootTable(schema, table.parent);
}

/** True once rows came for the table, in this run or before. */
export function hasSeenData(table: TableSchema): boolean {
  return normalizerHints(table)["seen-data"] === true;
}

/** True when the column has a type, so that it can be created. */
export function isComplete(column: ColumnSchema): boolean {
  return Boolean(column.data_type);
}

/** The columns that exist, or will, in the destination. */
export function completeColumns(table: TableSchema): ColumnSchema[] {
  return Object.values(table.columns).filter(isComplete);
}

/** What the normalizer remembers of a table. */
export function normalizerHints(table: { readonly [hint: string]: unknown }): { readonly [hint: string]: unknown } {
  return (table["x-normalizer"] as { readonly [hint: string]: unknown } | null | undefined) ?? {};
}

function tableOf(schema: SchemaDocument, name: string): TableSchema {
  const table = Object.hasOwn(schema.tables, name) ? schema.tables[name] : undefined;
  if (table === undefined) throw new InternalError(`Schema \`${schema.name}\` has no table \`${name}\`.`);
  return table;
}
