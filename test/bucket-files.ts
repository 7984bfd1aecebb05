import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";

/** The files of a dataset as DuckDB reads them by itself: a folder is a table, and all files in it are rows. */
export interface BucketFiles extends AsyncDisposable {
  query<Row = Record<string, unknown>>(sql: string): Promise<Row[]>;
}

export async function openBucket(bucket: string, dataset: string): Promise<BucketFiles> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await readBucket(connection, bucket, dataset);
  await connection.run(`USE memory."${dataset}"`);
  return {
    query: async <Row>(sql: string) =>
      (await (await connection.runAndReadAll(sql)).getRowObjectsJS()).map(
        (row) =>
          Object.fromEntries(Object.entries(row).map(([key, value]) => [key, typeof value === "bigint" ? Number(value) : value])) as Row,
      ),
    [Symbol.asyncDispose]: async () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** Copies the rows of all files into tables of a schema named like the dataset. */
export async function readBucket(connection: DuckDBConnection, bucket: string, dataset: string): Promise<void> {
  await connection.run("SET TimeZone = 'UTC'");
  await connection.run(`CREATE SCHEMA "${dataset}"`);
  for (const table of readdirSync(join(bucket, dataset))) {
    const folder = join(bucket, dataset, table);
    if (!statSync(folder).isDirectory() || readdirSync(folder).length === 0) continue;
    const files = `'${folder}/*.jsonl*', format = 'newline_delimited', union_by_name = true, convert_strings_to_integers = false, sample_size = -1`;
    await connection.run(`CREATE TABLE memory."${dataset}"."${table}" AS SELECT * FROM read_json(${files})`);
  }
}
