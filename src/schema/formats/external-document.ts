import type { SchemaDocument, TableSchema } from "../document.ts";

export interface ExternalOptions {
  /** Leaves out what a reader fills in again: the names inside of tables and columns, and the hash of the imported file. Default false. */
  readonly removeDefaults?: boolean | undefined;
  /** Leaves out what runs note for themselves: `x-normalizer`, `x-loader`, `x-extractor`. Default false. */
  readonly removeProcessingHints?: boolean | undefined;
}

const processingHints = ["x-normalizer", "x-loader", "x-extractor"];

/** A schema as it is put into files for people. */
export function externalDocument(schema: SchemaDocument, options: ExternalOptions = {}): object {
  const document = options.removeProcessingHints === true ? withoutProcessingHints(schema) : schema;
  if (options.removeDefaults !== true) return document;
  const { imported_version_hash: _, ...kept } = document;
  return { ...kept, tables: mapValues(document.tables, withoutNames) };
}

/** A schema without what runs note for themselves. */
export function withoutProcessingHints(schema: SchemaDocument): SchemaDocument {
  const tables = mapValues(schema.tables, (table) => ({
    ...without(table, processingHints),
    columns: mapValues(table.columns, (column) => without(column, processingHints)),
  }));
  return { ...schema, tables: tables as SchemaDocument["tables"] };
}

function withoutNames({ name: _, columns, ...table }: TableSchema): object {
  // The columns come first, as dlt has it.
  return { columns: mapValues(columns, ({ name: _name, ...hints }) => hints), ...table };
}

function mapValues<Value, Next>(members: { readonly [name: string]: Value }, change: (value: Value) => Next): { [name: string]: Next } {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, change(value)]));
}

function without<T extends object>(value: T, keys: readonly string[]): T {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key))) as T;
}
