import { jobRows, type LoadJob } from "../../destination-kit/index.ts";
import { typedRowReader } from "../../destination-kit/rows/row-values.ts";
import { DuckDbDatabases, inMemory } from "../../drivers/duckdb.ts";
import type { TableSchema } from "../../schema/document.ts";
import { completeColumns } from "../../schema/table.ts";

export type BatchRow = Record<string, unknown>;

export interface BatchOptions {
  readonly table: TableSchema;
  /** Rows of each batch; the last one has what is left. */
  readonly size: number;
  /** So many rows at the begin of the file are passed over. */
  readonly skip: number;
}

/** The rows of a job file in batches, in their order. */
export async function* batchesOf(job: LoadJob, { table, size, skip }: BatchOptions): AsyncGenerator<readonly BatchRow[], void> {
  let left = skip;
  let batch: BatchRow[] = [];
  for await (const rows of job.format === "parquet" ? parquetRows(job.path, table) : jobRows(job, table)) {
    for (const row of rows) {
      if (left > 0) {
        left -= 1;
        continue;
      }
      batch.push(row);
      if (batch.length < size) continue;
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

async function* parquetRows(path: string, table: TableSchema): AsyncGenerator<readonly BatchRow[], void> {
  const read = typedRowReader(completeColumns(table));
  const databases = new DuckDbDatabases();
  const connection = await databases.connect({ path: inMemory });
  try {
    // A path is taken as a pattern, and folders named `key=value` would become columns.
    const file = `'${path.replace(/[*?[]/g, "[$&]").replaceAll("'", "''")}'`;
    const sql = `SELECT * FROM read_parquet(${file}, hive_partitioning = false)`;
    for await (const rows of connection.batches<BatchRow>(sql, [], 2048)) yield rows.map(read);
  } finally {
    await connection.close();
    await databases.close();
  }
}
