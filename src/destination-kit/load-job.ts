/** One finished row file that goes into one table. */
export interface LoadJob {
  /** Name of the file without its retry count: the same for every attempt. */
  readonly jobId: string;
  readonly table: string;
  /** `parquet`, `jsonl`, `insert_values`, ...; must be one of the destination's `loaderFileFormats`. */
  readonly format: string;
  /** Absolute path of the file. */
  readonly path: string;
  /** Size of the file. */
  readonly bytes: number;
}

/** A job as infos, traces and errors show it. */
export interface LoadJobInfo {
  readonly jobId: string;
  readonly table: string;
  readonly format: string;
  readonly state: "new" | "started" | "completed" | "failed";
  readonly retries: number;
  readonly bytes: number;
  readonly failedMessage?: string;
  readonly path?: string;
}
