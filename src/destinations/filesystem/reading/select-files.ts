import { closeSync, openSync, readSync, statSync } from "node:fs";
import { basename } from "node:path";
import { duckDbColumnType } from "../../../destination-kit/duckdb/column-type.ts";
import { UnsupportedError } from "../../../destination-kit/index.ts";
import type { ColumnSchema, TableSchema } from "../../../schema/document.ts";
import { completeColumns } from "../../../schema/table.ts";
import { capabilities } from "../capabilities.ts";
import { csvHeader, isGzip } from "./csv-header.ts";
import { literal, quoted } from "./quoted.ts";

export interface FilesToSelect {
  readonly table: TableSchema;
  readonly paths: readonly string[];
  /** Name of the destination, for errors. */
  readonly destination: string;
  /** Files may be packed, and not say so in their name. */
  readonly mayHideGzip: boolean;
}

/** The rows of a table, in the columns of its schema, from files of any format. Throws UnsupportedError for files that cannot be read back. */
export function selectFiles({ table, paths, destination, mayHideGzip }: FilesToSelect): string {
  const columns = completeColumns(table);
  const empty = `SELECT ${columns.map((column) => `CAST(NULL AS ${typeOf(column)}) AS ${quoted(column.name)}`).join(", ")} WHERE false`;
  const parts = [...groupsOf(paths, mayHideGzip)].map(([format, group]) => {
    const read = readers[format.name];
    if (read !== undefined) return read(columns, group, { table: table.name, destination, isPacked: format.isPacked });
    throw new UnsupportedError(
      `Files of the format \`${format.name}\` cannot be read back, and table \`${table.name}\` of \`${destination}\` has some: \`${group[0]}\`. Load it as jsonl, parquet or csv.`,
      { destination },
    );
  });
  const all = [empty, ...parts.map((part) => `(${part})`)].join(" UNION ALL BY NAME ");
  const values = columns.map((column) => `CAST(${quoted(column.name)} AS ${typeOf(column)}) AS ${quoted(column.name)}`);
  return `SELECT ${values.join(", ")} FROM (${all})`;
}

interface Reading {
  readonly table: string;
  readonly destination: string;
  readonly isPacked: boolean;
}

const readers: Readonly<Record<string, (columns: readonly ColumnSchema[], paths: readonly string[], reading: Reading) => string>> = {
  jsonl: readJsonl,
  parquet: readParquet,
  csv: readCsv,
};

function readJsonl(columns: readonly ColumnSchema[], paths: readonly string[], { isPacked }: Reading): string {
  const types = columns.map((column) => `${quoted(column.name)}: ${literal(column.data_type === "binary" ? "VARCHAR" : typeOf(column))}`);
  const values = columns.map((column) =>
    column.data_type === "binary" ? `from_base64(${quoted(column.name)}) AS ${quoted(column.name)}` : quoted(column.name),
  );
  const options = `format = 'newline_delimited', columns = {${types.join(", ")}}${largeObjects(paths, isPacked)}${packed(isPacked)}`;
  return `SELECT ${values.join(", ")} FROM read_json(${list(paths)}, ${options})`;
}

/** No row is larger than its file. DuckDB takes memory for the largest that may come. */
function largeObjects(paths: readonly string[], isPacked: boolean): string {
  const bytes = Math.max(...paths.map((path) => plainBytes(path, isPacked)));
  return bytes < 16 * 1024 * 1024 ? "" : `, maximum_object_size = ${Math.min(bytes, 2 ** 32 - 1)}`;
}

function longLines(path: string, isPacked: boolean): string {
  const bytes = plainBytes(path, isPacked);
  return bytes < 2_000_000 ? "" : `, max_line_size = ${bytes}, buffer_size = ${2 * bytes}`;
}

/** At most: what gzip packs may be a thousand times as large, what is written in one file is not. */
function plainBytes(path: string, isPacked: boolean): number {
  const { size } = statSync(path);
  return isPacked ? Math.max(size, Math.min(1000 * size, 64 * 1024 * 1024)) : size;
}

function readParquet(_: readonly ColumnSchema[], paths: readonly string[]): string {
  // Folders named `key=value` would become columns.
  return `SELECT * FROM read_parquet(${list(paths)}, union_by_name = true, hive_partitioning = false)`;
}

/** A file has the columns that it names; all are read as text. */
function readCsv(columns: readonly ColumnSchema[], paths: readonly string[], { table, destination, isPacked }: Reading): string {
  const typeOfColumn = new Map(columns.map((column) => [column.name, column.data_type]));
  const parts = paths.map((path) => {
    const header = csvHeader(path, (name) => typeOfColumn.has(name));
    if (header === undefined)
      throw new UnsupportedError(
        `The first line of \`${path}\` does not name columns of table \`${table}\` of \`${destination}\`, so the file cannot be read back. Write CSV with a header, or jsonl or parquet.`,
        { destination },
      );
    const types = header.names.map((name) => `${quoted(name)}: 'VARCHAR'`);
    const values = header.names.map((name) => `${csvValue(name, typeOfColumn.get(name))} AS ${quoted(name)}`);
    const options =
      `auto_detect = false, header = true, delim = ${literal(header.delimiter)}, quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false, ` +
      `strict_mode = false${longLines(path, isPacked)}, columns = {${types.join(", ")}}${packed(isPacked)}`;
    return `SELECT ${values.join(", ")} FROM read_csv(${list([path])}, ${options})`;
  });
  return parts.map((part) => `(${part})`).join(" UNION ALL BY NAME ");
}

/** dlt writes nothing as an empty text in quotes, which only a text can be. */
function csvValue(name: string, type: ColumnSchema["data_type"]): string {
  if (type === "text") return quoted(name);
  const value = `nullif(${quoted(name)}, '')`;
  return type === "binary" ? `unhex(regexp_replace(${value}, '^(\\\\x|0x)', ''))` : value;
}

interface Format {
  readonly name: string;
  readonly isPacked: boolean;
}

/** Those of one format are read together. */
function groupsOf(paths: readonly string[], mayHideGzip: boolean): ReadonlyMap<Format, readonly string[]> {
  const formats = new Map<string, Format>();
  const groups = new Map<Format, string[]>();
  for (const path of paths) {
    const [, name = "", gz] = ending.exec(path) ?? [];
    // Of the system, such as `.DS_Store`.
    if (name === "" && basename(path).startsWith(".")) continue;
    const isPacked = gz !== undefined || (mayHideGzip && name !== "parquet" && isPackedFile(path));
    const id = `${name} ${isPacked}`;
    const format = formats.get(id) ?? { name, isPacked };
    formats.set(id, format);
    const group = groups.get(format);
    if (group === undefined) groups.set(format, [path]);
    else group.push(path);
  }
  return groups;
}

/** A layout may have something behind it. */
const ending = /.*\.(jsonl|parquet|csv|insert_values|typed-jsonl)(?:\.(gz))?(?:\.[^/]*)?$/s;

function isPackedFile(path: string): boolean {
  const fd = openSync(path, "r");
  try {
    const start = Buffer.alloc(2);
    readSync(fd, start, 0, 2, 0);
    return isGzip(start);
  } finally {
    closeSync(fd);
  }
}

function packed(isPacked: boolean): string {
  return `, compression = '${isPacked ? "gzip" : "uncompressed"}'`;
}

function typeOf(column: ColumnSchema): string {
  return duckDbColumnType(column, capabilities);
}

function list(paths: readonly string[]): string {
  // A path is taken as a pattern.
  return `[${paths.map((path) => literal(path.replace(/[*?[]/g, "[$&]"))).join(", ")}]`;
}
