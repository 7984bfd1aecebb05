import { rmSync } from "node:fs";
import { join } from "node:path";
import { type Pipeline, type PipelineOptions, pipeline } from "../../src/index.ts";
import type { TestDatabase, TestDestination } from "../destinations.ts";
import { tempDir } from "../temp-dir.ts";

/** A machine of its own, on one of the destinations of the tests. */
export interface Machine {
  readonly dir: string;
  readonly pipelinesDir: string;
  readonly database: TestDatabase;
  /** A new object each time, as a new process would make it. */
  pipeline(options?: PipelineOptions): Pipeline;
  /** Loses everything but the database. */
  wipe(): void;
}

/** `beside` another one: another folder, the same database. */
export async function machineOn(destination: TestDestination, beside?: Machine): Promise<Machine> {
  const dir = tempDir();
  const database = beside?.database ?? (await destination.create());
  const pipelinesDir = join(dir, "pipelines");
  return {
    dir,
    pipelinesDir,
    database,
    pipeline: (options = {}) =>
      pipeline({ name: "shop", destination: database.destination(), datasetName: "shop_data", pipelinesDir, progress: "none", ...options }),
    wipe: () => rmSync(pipelinesDir, { recursive: true }),
  };
}

/** The tables with data of users in the dataset. */
export async function userTables({ database }: Machine, datasetName = "shop_data"): Promise<string[]> {
  const rows = await database.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = '${datasetName}' ORDER BY 1`,
  );
  return rows.map(({ name }) => name).filter((name) => !name.startsWith("_dlt"));
}

/** The first column of a query on the dataset `shop_data`. */
export async function column({ database }: Machine, sql: string): Promise<unknown[]> {
  return (await database.query(sql)).map((row) => Object.values(row)[0]);
}
