import { rmSync } from "node:fs";
import { join } from "node:path";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { filesystem } from "../../src/destinations/filesystem/index.ts";
import { type Destination, LeatError, type Pipeline, type PipelineOptions, pipeline } from "../../src/index.ts";
import { openPipeline } from "../../src/pipeline/pipeline.ts";
import type { OpenedPipeline } from "../../src/pipeline/pipeline-type.ts";
import { newPostgres } from "../destinations.ts";
import { newSqlite } from "../sqlite-database.ts";
import { tempDir } from "../temp-dir.ts";

/** A machine of its own: a folder with working directories and a DuckDB file. */
export interface Machine {
  readonly dir: string;
  readonly databasePath: string;
  /** A new object each time, as a new process would make it. */
  pipeline(options?: PipelineOptions): Pipeline;
  /** As the command line opens it: with what only that does. */
  opened(options?: PipelineOptions): OpenedPipeline;
  /** Loses everything but the database. */
  wipe(): void;
}

export function machine(dir: string = tempDir()): Machine {
  const databasePath = join(dir, "data.duckdb");
  const pipelinesDir = join(dir, "pipelines");
  const destination = destinationIn(dir, databasePath);
  const base = (): PipelineOptions => ({ name: "shop", destination: destination(), datasetName: "data", pipelinesDir, progress: "none" });
  return {
    dir,
    databasePath,
    pipeline: (options = {}) => pipeline({ ...base(), ...options }),
    opened: (options = {}) => openPipeline({ ...base(), ...options }),
    wipe: () => rmSync(pipelinesDir, { recursive: true }),
  };
}

/** vitest.all.config.ts runs some files again on other destinations. */
function destinationIn(dir: string, databasePath: string): () => Destination {
  switch (process.env["LEAT_TEST_ON"]) {
    case "postgres":
      return newPostgres().destination;
    case "sqlite":
      return newSqlite(dir).destination;
    case "filesystem":
      return () => filesystem(join(dir, "bucket"));
    default:
      return () => duckdb(databasePath);
  }
}

/** A pipeline on a machine of its own. */
export function localPipeline(options: PipelineOptions = {}): Pipeline {
  return machine().pipeline(options);
}

export async function query<Row = Record<string, unknown>>(from: Pipeline, sql: string): Promise<Row[]> {
  await using client = from.sqlClient();
  return await client.query<Row>(sql);
}

/** The first column of a query. */
export async function values(from: Pipeline, sql: string): Promise<unknown[]> {
  return (await query(from, sql)).map((row) => Object.values(row)[0]);
}

/** The tables that hold the user's data. */
export async function tables(from: Pipeline): Promise<unknown[]> {
  const sql = `SELECT table_name FROM information_schema.tables WHERE table_schema = '${from.datasetName}' AND table_name NOT LIKE '\\_dlt%' ESCAPE '\\' ORDER BY 1`;
  return await values(from, sql);
}

/** What a call throws; of a failed step its cause. */
export async function failure(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return LeatError.is(error) && error.code === "step-failed" ? error.cause : error;
  }
  throw new Error("Nothing was thrown.");
}
