import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { parsePostgresUrl } from "../../src/config/connection-string.ts";
import { connectPostgres } from "../../src/drivers/postgres.ts";
import { readBucket } from "../bucket-files.ts";
import { bucketAt } from "../s3-buckets.ts";
import { newSqlite } from "../sqlite-database.ts";
import { tempDir } from "../temp-dir.ts";

export type TextRow = { readonly [column: string]: string | null };

/** A database whose rows are read as texts, each value exactly. */
export interface TextDatabase {
  query(sql: string): Promise<TextRow[]>;
  /** The type of a column in `information_schema.columns`. */
  readonly typeColumn: string;
  /** An expression for the text of a column. */
  textOf(column: string, type: string): string;
  /** Unique columns, keys and indexes of a dataset, as `table_name` and `declaration`; undefined where there are none. */
  readonly constraintsOf?: (dataset: string) => string;
  close(): Promise<void>;
}

/** `database` is the path of a DuckDB file, of SQLite files (`.db`), of a folder with datasets of files (`.bucket`), `s3://bucket#http://server`, or a `postgres://` URL. */
export function openTextDatabase(database: string): Promise<TextDatabase> {
  if (database.endsWith(".bucket")) return openFolder(database);
  if (database.startsWith("s3:")) return openS3(database);
  if (database.startsWith("postgres")) return openPostgres(database);
  return database.endsWith(".db") ? openSqlite(database) : openDuckDb(database);
}

async function openSqlite(path: string): Promise<TextDatabase> {
  const database = newSqlite(dirname(path), basename(path, ".db"));
  return {
    query: (sql) => database.query<TextRow>(sql),
    typeColumn: "data_type",
    /** JSON without the spaces that Python puts in. */
    textOf(column, type) {
      if (type === "JSON") return `json(${column})`;
      if (type === "DOUBLE") return `printf('%.15g', ${column})`;
      return type === "BLOB" ? `hex(${column})` : `CAST(${column} AS TEXT)`;
    },
    constraintsOf: (dataset) =>
      `SELECT t.name AS table_name, iif(i."unique", 'UNIQUE', 'INDEX') || (SELECT ' (' || group_concat(name, ', ') || ')' FROM pragma_index_info(i.name, t.schema)) AS declaration
       FROM pragma_table_list AS t JOIN pragma_index_list(t.name, t.schema) AS i WHERE t.schema = '${dataset}' ORDER BY 1, 2`,
    close: async () => {},
  };
}

async function openDuckDb(path: string): Promise<TextDatabase> {
  const instance = await DuckDBInstance.create(path, { access_mode: "READ_ONLY" });
  return duckDbTexts(instance, await instance.connect());
}

function duckDbTexts(instance: DuckDBInstance, connection: DuckDBConnection): TextDatabase {
  return {
    query: async (sql) => (await (await connection.runAndReadAll(sql)).getRowObjectsJS()) as unknown as TextRow[],
    typeColumn: "data_type",
    /** Without the time zone of this machine. Doubles to 15 digits: dlt hands them over as SQL text, of which DuckDB gets the last bit wrong at times. */
    textOf(column, type) {
      if (type === "TIMESTAMP WITH TIME ZONE") return `epoch_us(${column})::VARCHAR`;
      if (type === "DOUBLE") return `printf('%.15g', ${column})`;
      // The driver leaves out the mark when a text begins with it, unless leat has loaded the driver before.
      return type === "BLOB" ? `hex(${column})` : `replace(${column}::VARCHAR, chr(65279), '\\ufeff')`;
    },
    constraintsOf: (dataset) =>
      `SELECT table_name, constraint_type || ' (' || array_to_string(constraint_column_names, ', ') || ')' AS declaration FROM duckdb_constraints()
       WHERE schema_name = '${dataset}' AND constraint_type <> 'NOT NULL' ORDER BY 1, 2`,
    close: async () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

async function openFolder(bucket: string): Promise<TextDatabase> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  for (const dataset of readdirSync(bucket)) await readBucket(connection, bucket, dataset);
  return duckDbTexts(instance, connection);
}

/** The objects as files. */
async function openS3(place: string): Promise<TextDatabase> {
  const [url = "", endpoint = ""] = place.split("#");
  const bucket = bucketAt(endpoint, url);
  const folder = tempDir();
  for (const key of await bucket.keys()) {
    mkdirSync(dirname(join(folder, key)), { recursive: true });
    writeFileSync(join(folder, key), await bucket.bytes(key));
  }
  return await openFolder(folder);
}

async function openPostgres(url: string): Promise<TextDatabase> {
  const { host = "localhost", port = 5432, database = "postgres", username, password } = parsePostgresUrl(url);
  const connection = await connectPostgres({ host, port, database, username, password, connectTimeoutMs: 15_000 });
  return {
    query: (sql) => connection.query<TextRow>(sql),
    typeColumn: "concat_ws(' ', data_type, character_maximum_length, numeric_precision, numeric_scale, datetime_precision)",
    textOf: (column, type) =>
      type.startsWith("timestamp with time zone") ? `(extract(epoch FROM ${column}) * 1000000)::bigint::text` : `${column}::text`,
    // Their names are made of names of tables, and not of interest.
    constraintsOf: (dataset) =>
      `SELECT tablename AS table_name, regexp_replace(indexdef, 'INDEX .* USING', 'USING') AS declaration FROM pg_indexes WHERE schemaname = '${dataset}' ORDER BY 1, 2`,
    close: () => connection.close(),
  };
}
