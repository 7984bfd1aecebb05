import type { Duration } from "../core/duration.ts";
import type { StandardSchema } from "../core/standard-schema.ts";
import type { SqlClient } from "../dataset/sql-client.ts";
import type { LoadJobInfo } from "../destination-kit/load-job.ts";
import type { CursorValue } from "../extract/incremental/incremental-options.ts";
import type { Resource } from "../extract/resource.ts";
import type { RowOf } from "../extract/rows.ts";
import type { RunningPipeline } from "../extract/running.ts";
import type { Source } from "../extract/source.ts";
import type { StateValue } from "../extract/state-types.ts";
import type { LoadPackageInfo } from "../load/package-info.ts";
import type { SchemaDocument } from "../schema/document.ts";
import type { TableHints } from "../schema/hint-options.ts";
import type { PipelineState } from "../state/document.ts";
import type { DropInfo, DropOptions } from "./drop.ts";
import type { JobToFail } from "./fail-job.ts";
import type { ExtractInfo, LoadInfo, NormalizeInfo, PipelineTrace, RunInfo } from "./infos.ts";
import type { RunSettings } from "./pipeline-options.ts";
import type { RestoreInfo } from "./restore-local.ts";
import type { RunTarget } from "./run-target.ts";
import type { Runnable } from "./runnable.ts";
import type { StateVersion } from "./state-history.ts";

/** How one call runs: settings of the run, where it goes, and hints for the rows, which win over those of sources and resources. */
export interface RunOptions<Row = unknown> extends RunSettings, TableHints<Row>, RunTarget {
  /** Needed for rows without a resource. */
  readonly tableName?: string;
  /** Row schema, as on a resource; of a resource that has one it takes the place. */
  readonly schema?: StandardSchema<Row>;
}

/** What `normalize` takes. */
export type NormalizeOptions = Pick<RunSettings, "signal" | "loaderFileFormat" | "schemaContract">;
/** What `load` takes. */
export type LoadOptions = Pick<RunSettings, "signal">;

/** The ranges of a backfill. */
export interface BackfillOptions<Value> {
  /** The first value of the cursor that is loaded. */
  readonly from: Value;
  /** Where it ends: rows with this value are left out. */
  readonly to: Value;
  /** The length of a range: a number for numbers, `"1d"` or `"6h"` for dates and texts of dates. */
  readonly every: Duration | number;
  /** So many ranges are extracted at the same time. Default 1. */
  readonly parallel?: number;
  /** Cancels it: throws CancelledError. Ranges that are loaded stay, and count as done. */
  readonly signal?: AbortSignal | undefined;
}

/** Moves data: extract, normalize, load; and remembers. Throws StepFailedError from the steps; its `cause` is the error to act on. */
export interface Pipeline<D extends string = string> extends RunningPipeline<D>, AsyncDisposable {
  /** The folder of the pipeline on this machine, with its packages, schemas and state. */
  readonly workingDir: string;
  /** True when packages wait on disk to be loaded. */
  readonly hasPendingData: boolean;
  /** The schemas by name, one per source, as this machine has them. */
  readonly schemas: { readonly [name: string]: SchemaDocument };
  /** The schema of the first source that ran; undefined before that. */
  readonly defaultSchema: SchemaDocument | undefined;
  /** Of the last call that did something, by whichever process on this machine; also one that failed. Throws WorkingDirError, VersionTooNewError. */
  readonly lastTrace: PipelineTrace | undefined;
  /** Syncs, finishes pending packages, then extracts, normalizes and loads. Throws PipelineLockedError if another process runs it. */
  run<Item>(data?: Runnable<Item>, options?: RunOptions<NoInfer<RowOf<Item>>>): Promise<RunInfo>;
  /** Writes a package to disk. Throws CancelledError, or StepFailedError; then nothing was kept. */
  extract<Item>(data: Runnable<Item>, options?: RunOptions<NoInfer<RowOf<Item>>>): Promise<ExtractInfo>;
  /** Turns extracted packages into tables on disk. */
  normalize(options?: NormalizeOptions): Promise<NormalizeInfo>;
  /** Loads normalized packages, each in one commit. */
  load(options?: LoadOptions): Promise<LoadInfo>;
  /**
   * Loads ranges of the resources that have a cursor, each once, and leaves the cursors alone; called again it goes on with the missing ones.
   * Throws BackfillFailedError when ranges failed, once all others are loaded; ConfigError, StepFailedError.
   */
  backfill<Value extends CursorValue>(data: Source | Resource, options: BackfillOptions<Value>): Promise<RunInfo>;
  /** Takes state and schemas from the destination (dlt: `sync_destination`). */
  sync(): Promise<void>;
  /**
   * Drops tables and state of resources (names, or `re:` patterns), in one commit; the next run loads them from the start. With `dryRun` only says what it
   * would do. Throws PackagePendingError, ConfigError.
   */
  drop(resources: string | readonly string[], options?: DropOptions): Promise<DropInfo>;
  /** Drops all of a schema, or what JSON paths find in the state of its source (`archives`, `shared.y`, `*`). */
  drop(options: DropOptions & ({ readonly dropAll: true } | { readonly statePaths: string | readonly string[] })): Promise<DropInfo>;
  /** Discards pending packages and rewinds state and schemas to before them: their rows are extracted again by the next run. With `dryRun` only says which. */
  abortPackages(options?: { readonly dryRun?: boolean }): Promise<{ readonly loadIds: readonly string[] }>;
  /** All packages that this machine has, with their jobs. */
  listPackages(): Promise<readonly LoadPackageInfo[]>;
  /** Edits the state outside of a run and commits it (dlt: `managed_state`). Only `sources` may be changed. Throws PackagePendingError, InvalidStateError. */
  editState(change: (state: PipelineState) => void): Promise<void>;
  /** The states that the destination has, the newest first. */
  stateHistory(): Promise<readonly StateVersion[]>;
  /** Makes the state of that load the newest version; rows stay. Throws ConfigError when there is none, PackagePendingError. */
  rollbackState(loadId: string): Promise<void>;
  /** A value of this machine only, never synced (dlt: `local_state_val`). */
  getLocalState(key: string): StateValue;
  /** Between runs; undefined takes the value away. Throws PipelineLockedError while the pipeline runs. */
  setLocalState(key: string, value: StateValue): void;
  /** Closes the SQL clients that it handed out and a database in memory; `await using` does. Between calls nothing else is open. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** A pipeline, and what only attach() and the command line do with it. */
export interface OpenedPipeline extends Pipeline {
  /** As `abortPackages()`, for that package and all newer ones: older ones stay. */
  abortPackagesFrom(loadId: string): Promise<{ readonly loadIds: readonly string[] }>;
  /** As `sqlClient()`, for the dataset that the tables of a schema are in. */
  sqlClientOf(schemaName: string): SqlClient;
  /** Where the tables of a schema are. */
  datasetOf(schemaName: string): string;
  /** Leaves a job that failed out of its package, which then loads without it. Throws ConfigError when there is no such job. */
  failJob(job: JobToFail): Promise<LoadJobInfo>;
  /** Replaces all that this machine keeps of the pipeline by what the destination stores. Throws ConfigError when nothing is stored there. With `dryRun` only looks. */
  restoreLocal(options?: { readonly dryRun?: boolean }): Promise<RestoreInfo>;
  /** The newest state in the destination; undefined when there is none. Nothing here is changed. */
  storedState(): Promise<PipelineState | undefined>;
}
