import type { CsvReading } from "../formats/job-format.ts";

/** One finished row file that goes into one table. */
export interface LoadJob {
  /** Name of the file without its retry count: the same for every attempt. */
  readonly jobId: string;
  /** The table, by its name in the destination. */
  readonly table: string;
  /** `parquet`, `jsonl`, `insert_values`, ...; must be one of the destination's `loaderFileFormats`. */
  readonly format: string;
  /** Absolute path of the file. */
  readonly path: string;
  /** Size of the file. */
  readonly bytes: number;
  /** How to read a CSV file that is not written in the usual way: with a comma, line feeds, UTF-8 and a header. */
  readonly csv?: CsvReading;
}

/** A job as infos, traces and errors show it. */
export interface LoadJobInfo {
  /** Name of the file without its retry count: the same for every attempt. */
  readonly jobId: string;
  /** The table, by its name in the destination. */
  readonly table: string;
  /** `parquet`, `csv`, `jsonl`, `insert_values`, or what dlt wrote. */
  readonly format: string;
  /** `failed`: its last attempt did not succeed. Of a pending package it is tried again by the next load; else it was left out. */
  readonly state: "new" | "started" | "completed" | "failed";
  /** How often it was tried again after it had failed. */
  readonly retries: number;
  /** Size of the file; 0 when the file was not kept. */
  readonly bytes: number;
  /** Rows in the file, where they were counted. */
  readonly rows?: number;
  /** Why it failed, as the destination says. */
  readonly failedMessage?: string;
  /** The file; missing when it was not kept. */
  readonly path?: string;
}
