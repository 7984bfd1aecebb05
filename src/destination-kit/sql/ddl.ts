import type { ColumnSchema, SchemaDocument } from "../../schema/document.ts";
import { completeColumns } from "../../schema/table.ts";
import type { SqlDialect } from "./dialect.ts";

/** The columns that exist, by the name under which the table was asked for. */
export type ExistingTables = ReadonlyMap<string, readonly string[]>;

/** What must be done so that tables have the columns of their schema, and what that adds. */
export interface DdlPlan {
  readonly statements: readonly string[];
  readonly update: { readonly [table: string]: { readonly columns: { readonly [column: string]: ColumnSchema } } };
}

export interface DdlRequest {
  readonly dialect: SqlDialect;
  readonly schema: SchemaDocument;
  /** Parents first. */
  readonly tables: readonly string[];
  readonly existing: ExistingTables;
  readonly qualify: (table: string) => string;
  /** False: names that differ in case only are one name. */
  readonly caseSensitive: boolean;
}

/** Compares the schema with what the database has. Only ever adds. */
export function planDdl(request: DdlRequest): DdlPlan {
  const { dialect, schema, qualify } = request;
  const fold = request.caseSensitive ? (name: string) => name : (name: string) => name.toLowerCase();
  const statements: string[] = [];
  const update: Record<string, { columns: Record<string, ColumnSchema> }> = {};
  for (const name of request.tables) {
    const table = Object.hasOwn(schema.tables, name) ? schema.tables[name] : undefined;
    const columns = table === undefined ? [] : completeColumns(table);
    const present = request.existing.get(name);
    const missing = present === undefined ? columns : missingColumns(columns, new Set(present.map(fold)), fold);
    // A table without typed columns is known by hints only; it is created once data arrives.
    if (missing.length === 0) continue;
    if (present === undefined) statements.push(createTable(dialect, qualify(name), missing));
    else statements.push(...missing.map((column) => addColumn(dialect, qualify(name), column)));
    update[name] = { columns: Object.fromEntries(missing.map((column) => [column.name, column])) };
  }
  return { statements, update };
}

export function createTable(dialect: SqlDialect, table: string, columns: readonly ColumnSchema[]): string {
  const lines = columns.map((column) => `${columnDefinition(dialect, column)}${column.nullable === false ? " NOT NULL" : ""}`);
  return `CREATE TABLE IF NOT EXISTS ${table} (\n  ${lines.join(",\n  ")}\n)`;
}

/** Never NOT NULL: the rows that are there have no value for it. */
export function addColumn(dialect: SqlDialect, table: string, column: ColumnSchema): string {
  return `ALTER TABLE ${table} ADD COLUMN ${dialect.quoteIdentifier(column.name)} ${dialect.columnType(column)}`;
}

function columnDefinition(dialect: SqlDialect, column: ColumnSchema): string {
  const constraint = dialect.columnConstraint(column);
  return `${dialect.quoteIdentifier(column.name)} ${dialect.columnType(column)}${constraint === "" ? "" : ` ${constraint}`}`;
}

function missingColumns(columns: readonly ColumnSchema[], present: ReadonlySet<string>, fold: (name: string) => string): ColumnSchema[] {
  return columns.filter((column) => !present.has(fold(column.name)));
}
