import type { JobStatement, LoadJob, SqlDialect } from "../../destination-kit/index.ts";
import { UnsupportedError } from "../../destination-kit/index.ts";
import { storedTimestamp } from "../../drivers/sqlite-values.ts";
import type { ColumnSchema, TableSchema } from "../../schema/document.ts";
import { completeColumns } from "../../schema/table.ts";
import { capabilities } from "./capabilities.ts";
import { storedRows } from "./stored-rows.ts";

export const sqliteDialect: SqlDialect = {
  quoteIdentifier: quote,
  columnType,
  columnConstraint: () => "",
  // A dataset is a file, which the driver makes before the transaction.
  createDataset: () => [],
  emptyTable: (table) => `DELETE FROM ${table}`,
  temporaryTable: (name) => `temp.${quote(name)}`,
  // Two tables are joined row by row; names of indexes are those of tables, too.
  indexStaging: ({ dataset = "temp", table, columns }) => [
    `CREATE INDEX IF NOT EXISTS ${dataset}.${quote(`${table} by ${columns.join(", ")}`)} ON ${quote(table)} (${columns.map(quote).join(", ")})`,
  ],
  incomparableDecimal,
  rowPosition: "rowid",
  // Only of what stands for "not yet" dlt keeps the offset, and compares texts.
  timestampLiteral: (_column, { micros, isActive = false }) => `'${storedTimestamp(micros)}${isActive ? "+00:00" : ""}'`,
  parameter: (number) => `$${number}`,
  loadJobs,
};

/** With `createIndexes`: columns with the hint `unique` get the constraint, and with it an index. */
export const uniqueSqliteDialect: SqlDialect = {
  ...sqliteDialect,
  columnConstraint: (column) => (column["unique"] === true ? "UNIQUE" : ""),
};

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** To SQLite bytes are more than every number. */
export function incomparableDecimal(expression: string): string {
  return `typeof(${expression}) = 'blob'`;
}

/** The names of types that dlt gives columns here, with one of ours for timestamps without zone. To SQLite they are hints: an integer or a text may stand in any column. */
export function columnType(column: ColumnSchema): string {
  const { precision } = column;
  switch (column.data_type) {
    case "text":
      return textType(precision ?? (column["unique"] === true ? 128 : undefined));
    case "double":
      return "DOUBLE";
    case "bool":
      return "BOOLEAN";
    case "bigint":
      return integerType(column);
    case "timestamp":
      // Of the same kind to SQLite and to SQLAlchemy: without its own name nobody could tell, when it is read, that it is no point in time.
      return column["timezone"] === false ? "TIMESTAMP" : "DATETIME";
    case "date":
      return "DATE";
    case "time":
      return "TIME";
    case "decimal":
      return decimalType(column);
    case "wei":
      return `NUMERIC(${capabilities.weiPrecision.join(", ")})`;
    case "binary":
      return "BLOB";
    case "json":
      return "JSON";
    default:
      throw noType(column, `of type \`${column.data_type}\``);
  }
}

function textType(length: number | undefined): string {
  return length === undefined ? "TEXT" : `VARCHAR(${length})`;
}

/** `precision` counts bits. */
function integerType(column: ColumnSchema): string {
  const { precision } = column;
  if (precision === undefined) return "BIGINT";
  if (precision <= 16) return "SMALLINT";
  if (precision <= 32) return "INTEGER";
  if (precision <= 64) return "BIGINT";
  throw noType(column, `of ${precision} bits: its integers have 64. Take the data type decimal`);
}

function decimalType({ precision, scale }: ColumnSchema): string {
  if (precision === undefined) return scale === undefined ? `NUMERIC(${capabilities.decimalPrecision.join(", ")})` : "NUMERIC";
  return scale === undefined ? `NUMERIC(${precision})` : `NUMERIC(${precision}, ${scale})`;
}

function noType({ name }: ColumnSchema, what: string): UnsupportedError {
  return new UnsupportedError(`SQLite has no type for column \`${name}\` ${what}.`, { destination: "sqlite" });
}

async function loadJobs(table: string, schema: TableSchema, jobs: readonly LoadJob[]): Promise<readonly JobStatement[]> {
  const columns = completeColumns(schema);
  const names = columns.map((column) => quote(column.name)).join(", ");
  const places = columns.map(() => "?").join(", ");
  const insert = `INSERT INTO ${table} (${names}) VALUES (${places})`;
  return jobs.map((job) => ({ insert, rows: storedRows(columns, job.path) }));
}
