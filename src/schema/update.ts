import { InternalError } from "../core/errors.ts";
import type { ColumnSchema, Columns, SchemaDocument, TableSchema } from "./document.ts";
import { isComplete, normalizerHints } from "./table.ts";

/** A part of a table: hints and columns to be added or changed. */
export interface TableUpdate {
  readonly columns?: Columns;
  readonly [hint: string]: unknown;
}

/** New and changed tables of one package, by name. */
export type SchemaUpdate = { readonly [table: string]: TableUpdate & { readonly columns: Columns } };

/** Takes over what a resource declares. What is given wins over what is stored; a key that is given for other columns than before leaves those before. */
export function mergeTable(schema: SchemaDocument, table: TableUpdate & { readonly name: string }): SchemaDocument {
  const existing = existingTable(schema, table.name);
  const base = existing && { ...existing, columns: withoutMovedHints(existing.columns, table.columns ?? {}) };
  return withTable(schema, merged(schema, table.name, base, table));
}

/** Adds what the schema lacks of a table of leat's own. What is stored of it stays as it is: dlt writes texts of its own. */
export function addSystemTable(schema: SchemaDocument, table: TableSchema): SchemaDocument {
  const known = existingTable(schema, table.name)?.columns;
  if (known === undefined) return mergeTable(schema, table);
  const missing = Object.entries(table.columns).filter(([name]) => !Object.hasOwn(known, name));
  return missing.length === 0 ? schema : mergeTable(schema, { name: table.name, columns: Object.fromEntries(missing) });
}

/** Takes over what the rows of a package showed. */
export function applyUpdate(schema: SchemaDocument, update: SchemaUpdate): SchemaDocument {
  return Object.entries(update).reduce(
    (changed, [name, table]) => withTable(changed, merged(changed, name, existingTable(changed, name), table)),
    schema,
  );
}

function existingTable(schema: SchemaDocument, name: string): TableSchema | undefined {
  return Object.hasOwn(schema.tables, name) ? schema.tables[name] : undefined;
}

function withTable(schema: SchemaDocument, table: TableSchema): SchemaDocument {
  return { ...schema, tables: { ...schema.tables, [table.name]: table } };
}

function merged(schema: SchemaDocument, name: string, existing: TableSchema | undefined, update: TableUpdate): TableSchema {
  if (existing === undefined) return newTable(schema, name, update);
  const table = { ...existing, ...update, name, columns: mergeColumns(existing.columns, update.columns ?? {}) };
  return "x-normalizer" in update ? { ...table, "x-normalizer": { ...normalizerHints(existing), ...normalizerHints(update) } } : table;
}

function newTable(schema: SchemaDocument, name: string, update: TableUpdate): TableSchema {
  const table: TableSchema = { ...update, name, columns: update.columns ?? {} };
  if (table.parent === undefined)
    return { ...table, write_disposition: table.write_disposition ?? "append", resource: table.resource ?? name };
  if (existingTable(schema, table.parent) === undefined)
    throw new InternalError(`Table \`${name}\` is nested in \`${table.parent}\`, which is unknown.`);
  return table;
}

/** A column keeps its place, but one that gets its type only now goes to the end: there the destination adds it. */
function mergeColumns(existing: Columns, update: Columns): Columns {
  const columns = new Map(Object.entries(existing));
  for (const column of Object.values(update)) {
    const before = columns.get(column.name);
    const next = { ...before, ...column };
    if (before !== undefined && !isComplete(before) && isComplete(next)) columns.delete(column.name);
    columns.set(column.name, next);
  }
  return Object.fromEntries(columns);
}

/** Hints that several columns carry together: given for one column, they are taken from all others. */
const movingHints = ["primary_key", "merge_key", "partition", "cluster", "incremental"] as const;

function withoutMovedHints(columns: Columns, update: Columns): Columns {
  const moved = movingHints.filter((hint) => Object.values(update).some((column) => column[hint]));
  if (moved.length === 0) return columns;
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, without(column, moved)]));
}

function without(column: ColumnSchema, hints: readonly string[]): ColumnSchema {
  return Object.fromEntries(Object.entries(column).filter(([hint]) => !hints.includes(hint))) as unknown as ColumnSchema;
}
