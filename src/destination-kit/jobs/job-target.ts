import type { TableSchema } from "../../schema/document.ts";
import type { SchemaUpdate } from "../../schema/update.ts";
import type { JobProgress, LoadSession, PackagePlan, SqlConnection } from "../contract.ts";
import type { LoadJob } from "../load-job.ts";

/**
 * A place without transactions: files go to it one by one, and a package counts once `complete` has returned. Whatever it does may be done again after a
 * failure or a crash, and must then come to the same.
 */
export interface JobTarget {
  /** What is kept beside the rows. Left out by a place that keeps nothing: no state is taken from it, and each package is new to it. */
  readonly records?: PackageRecords | undefined;
  /** How rows are read back. Left out: reading is refused. */
  readonly sql?: SqlConnection | undefined;
  /** Once per attempt, before the jobs: makes the dataset, drops tables, stores the schema. Gives the tables and columns that are new. */
  prepare?(plan: PackagePlan): Promise<SchemaUpdate>;
  /** Loads one file. Several at a time. What an earlier call for the same job has stored is stored once. */
  load(job: LoadJob, work: JobWork): Promise<void>;
  /** Whether what an earlier attempt has stored of a job is still there; else it is loaded again. Left out: it is. */
  isStored?(job: LoadJob, plan: PackagePlan): Promise<boolean>;
  /** Jobs of one lane follow each other. Default: each has a lane of its own. */
  laneOf?(job: LoadJob): string;
  /** Once all jobs are loaded: state, and last of all the load record, by which the package counts. */
  complete?(plan: PackagePlan): Promise<void>;
  close(): Promise<void>;
}

/** What of a load session tells what was loaded. */
export type PackageRecords = Pick<
  LoadSession,
  "readState" | "readStates" | "readSchema" | "datasetExists" | "tableNames" | "columnsOf" | "hasLoad"
>;

/** What a job belongs to. */
export interface JobWork {
  readonly plan: PackagePlan;
  readonly table: TableSchema;
  /** What of the job earlier attempts have done, for those that load a file in parts. */
  readonly progress: JobProgress;
  /** Aborted once another job of the package has failed: what was not begun need not be. */
  readonly signal: AbortSignal;
}
