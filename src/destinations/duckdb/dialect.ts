import { formatMicros } from "../../core/iso.ts";
import { duckDbColumnType } from "../../destination-kit/duckdb/column-type.ts";
import type { LoadJob, SqlDialect } from "../../destination-kit/index.ts";
import { insertValuesStatement, UnsupportedError } from "../../destination-kit/index.ts";
import { readCsvHeader } from "../../formats/csv/read-header.ts";
import type { ColumnSchema, TableSchema } from "../../schema/document.ts";
import { completeColumns } from "../../schema/table.ts";
import { capabilities } from "./capabilities.ts";

export const duckDbDialect: SqlDialect = {
  quoteIdentifier: quote,
  columnType,
  columnConstraint: () => "",
  emptyTable: (table) => `DELETE FROM ${table}`,
  // A dataset may be named `temp`; three names are never taken for it.
  temporaryTable: (name) => `temp.main.${quote(name)}`,
  rowPosition: "rowid",
  timestampLiteral: (column, { micros }) => `CAST('${formatMicros(micros, { offset: true })}' AS ${columnType(column)})`,
  raise: (message) => `error(${message})`,
  parameter: (number) => `$${number}`,
  jobFiles: (jobs) => (jobs[0]?.format === "parquet" ? parquetFiles(jobs) : undefined),
  loadJobs,
};

/** With `createIndexes`: columns with the hint `unique` get the constraint. */
export const uniqueDuckDbDialect: SqlDialect = {
  ...duckDbDialect,
  columnConstraint: (column) => (column["unique"] === true ? "UNIQUE" : ""),
};

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function columnType(column: ColumnSchema): string {
  return duckDbColumnType(column, capabilities);
}

async function loadJobs(table: string, schema: TableSchema, jobs: readonly LoadJob[]): Promise<readonly string[]> {
  switch (jobs[0]?.format) {
    case "parquet":
      return [loadParquet(table, jobs)];
    case "jsonl":
      return loadJsonl(table, schema, jobs);
    case "csv":
      return jobs.map((job) => loadCsv(table, schema, job));
    default:
      return Promise.all(jobs.map((job) => insertValuesStatement(table, job.path)));
  }
}

function loadParquet(table: string, jobs: readonly LoadJob[]): string {
  return `INSERT INTO ${table} BY NAME SELECT * FROM ${parquetFiles(jobs)}`;
}

function parquetFiles(jobs: readonly LoadJob[]): string {
  // Folders named `key=value` would become columns.
  return `read_parquet(${fileList(jobs)}, union_by_name = true, hive_partitioning = false)`;
}

/** A file without rows is empty. */
function loadJsonl(table: string, schema: TableSchema, jobs: readonly LoadJob[]): readonly string[] {
  const filled = jobs.filter((job) => job.bytes > 0);
  if (filled.length === 0) return [];
  const columns = completeColumns(schema);
  const types = columns.map(
    (column) => `${quote(column.name)}: ${literal(column.data_type === "binary" ? "VARCHAR" : columnType(column))}`,
  );
  const values = columns.map((column) =>
    column.data_type === "binary" ? `from_base64(${quote(column.name)}) AS ${quote(column.name)}` : quote(column.name),
  );
  const source = `read_json(${fileList(filled)}, format = 'newline_delimited', records = true${maxObject(filled)}, columns = {${types.join(", ")}})`;
  return [`INSERT INTO ${table} BY NAME SELECT ${values.join(", ")} FROM ${source}`];
}

const defaultMaxObject = 16 * 1024 * 1024;

/** No row is larger than its file. */
function maxObject(jobs: readonly LoadJob[]): string {
  const bytes = Math.max(...jobs.map(plainBytes));
  return bytes < defaultMaxObject ? "" : `, maximum_object_size = ${Math.min(bytes, 2 ** 32 - 1)}`;
}

/** At most: what gzip packs may be a thousand times as large, what leat writes in one file is not. */
function plainBytes({ path, bytes }: LoadJob): number {
  return path.endsWith(".gz") ? Math.max(bytes, Math.min(1000 * bytes, 64 * 1024 * 1024)) : bytes;
}

const defaultMaxLine = 2_000_000;

/** All fields are read as text, and cast by the table: the file names the columns that it has. */
function loadCsv(table: string, schema: TableSchema, job: LoadJob): string {
  const { delimiter = ",", line_terminator: lineEnd, encoding, columns } = job.csv ?? {};
  const header = readCsvHeader(job.path, job.csv);
  if (header === undefined)
    throw new UnsupportedError(`\`${job.path}\` has no header: it breaks off in its first line.`, { destination: "duckdb" });
  const types = header.map((name) => `${quote(name)}: 'VARCHAR'`);
  const values = header.map((name) =>
    schema.columns[name]?.data_type === "binary" ? `unhex(substr(${quote(name)}, 3)) AS ${quote(name)}` : quote(name),
  );
  const bytes = plainBytes(job);
  const line = bytes < defaultMaxLine ? "" : `, max_line_size = ${bytes}, buffer_size = ${2 * bytes}`;
  const ends = lineEnd === undefined ? "" : ", new_line = '\\r\\n'";
  const written = `header = ${columns === undefined}, delim = ${literal(delimiter)}${ends}${encoding === undefined ? "" : `, encoding = '${encoding}'`}`;
  const options = `auto_detect = false, ${written}, quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false${line}`;
  return `INSERT INTO ${table} BY NAME SELECT ${values.join(", ")} FROM read_csv(${fileList([job])}, ${options}, columns = {${types.join(", ")}})`;
}

function fileList(jobs: readonly LoadJob[]): string {
  return `[${jobs.map((job) => literal(withoutWildcards(job.path))).join(", ")}]`;
}

/** A path is taken as a pattern. */
function withoutWildcards(path: string): string {
  return path.replace(/[*?[]/g, "[$&]");
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
