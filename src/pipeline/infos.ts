import type { ResolvedSetting } from "../config/resolve.ts";
import type { Metrics } from "../extract/metrics.ts";
import type { LoadPackageInfo } from "../load/package-info.ts";
import type { SchemaUpdate } from "../schema/update.ts";
import type { Step } from "./errors.ts";

/** What every info has. It prints as text and is plain data for `JSON.stringify`. */
export interface StepInfo {
  readonly pipelineName: string;
  /** The packages that it is about, the oldest first. */
  readonly loadIds: readonly string[];
  readonly startedAt: Date;
  readonly finishedAt: Date;
  /** For people. */
  toString(): string;
}

/** Rows or values that a contract or a row schema kept out of a table, counted per package, column and reason. */
export interface DiscardedRows {
  /** The table that they were for. */
  readonly table: string;
  /** Undefined where it is about whole rows. */
  readonly column?: string;
  /** What did not fit, and which contract says so. */
  readonly reason: string;
  /** Rows that are missing, without those nested in them; or that miss the value. */
  readonly rows: number;
  /** Whether whole rows are missing, or the value of `column` alone. */
  readonly discarded: "row" | "value";
  /** The package that they were in. */
  readonly loadId: string;
}

/** What `extract` did. */
export interface ExtractInfo extends StepInfo {
  /** What was kept out already here: rows of new tables, and rows that do not fit a row schema. Missing when there is nothing. */
  readonly discarded?: readonly DiscardedRows[];
  /** What each resource gave. */
  readonly resources: { readonly [resource: string]: Metrics };
  /** What came for each root table; nested ones are made by normalize. */
  readonly tables: { readonly [table: string]: Metrics };
  /** `maxDuration` was over before all rows were read. */
  readonly hasMore: boolean;
}

/** What `normalize` did, over all packages that waited for it. */
export interface NormalizeInfo extends StepInfo {
  /** What contracts kept out. Missing when there is nothing. */
  readonly discarded?: readonly DiscardedRows[];
  /** Rows of each table, nested ones and those of leat too. */
  readonly rowCounts: { readonly [table: string]: number };
  /** New tables and columns, by load id. */
  readonly schemaUpdates: { readonly [loadId: string]: SchemaUpdate };
}

/** What `load` did, over all packages that waited for it. */
export interface LoadInfo extends StepInfo {
  /** What the destination is, such as `duckdb`. */
  readonly destinationType: string;
  /** Its name in config. */
  readonly destinationName: string;
  /** Where the data is: a path or a host. */
  readonly destinationPlace: string;
  /** The dataset that was loaded into. */
  readonly datasetName: string;
  /** The packages that were loaded, with their jobs. */
  readonly packages: readonly LoadPackageInfo[];
  /** Without tables whose rows nobody counted: those of a package that dlt normalized, and leat loads. */
  readonly rowCounts: { readonly [table: string]: number };
  /** True when a job was left out of a package: its rows are missing. */
  readonly hasFailedJobs: boolean;
  /** True when nothing had been loaded before this call. */
  readonly firstRun: boolean;
}

/** What `run` did. */
export interface RunInfo extends LoadInfo {
  /** `maxDuration` was over before all rows were read: run it again. */
  readonly hasMore: boolean;
  /** What contracts and row schemas kept out during the run. Missing when there is nothing. */
  readonly discarded?: readonly DiscardedRows[];
  /** How long each step took, and where each setting came from. */
  readonly trace: PipelineTrace;
}

/** Why a step failed, or a call. `causes`: what led to it, outermost first. */
export interface TraceError {
  /** Of leat's errors their own; else that of Node, or "error". */
  readonly code: string;
  readonly message: string;
  readonly name?: string;
  /** Of leat's errors: the same call may succeed later without a change. */
  readonly retryable?: boolean;
  /** Of errors that are not leat's. */
  readonly stack?: string;
  readonly causes?: readonly TraceError[];
}

/** One step of a call, of one package where it runs once per package. */
export interface TraceStep {
  readonly step: Step;
  /** The package at hand, of a step that runs once per package. */
  readonly loadId?: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly info?: ExtractInfo | NormalizeInfo | LoadInfo;
  readonly error?: TraceError;
}

/** What a call did, step by step. It prints as text, is plain data for `JSON.stringify`, and can be loaded like other rows. */
export interface PipelineTrace {
  /** Also in the events of the call. */
  readonly runId: string;
  /** The pipeline. */
  readonly pipelineName: string;
  /** When the call began. */
  readonly startedAt: Date;
  /** When it ended, or failed. */
  readonly finishedAt: Date;
  /** In the order in which they began. */
  readonly steps: readonly TraceStep[];
  /** What the call threw; also where it was in no step: a wrong setting, a cancellation. */
  readonly error?: TraceError;
  /** Where each setting came from; secrets are masked. */
  readonly resolvedConfig: readonly ResolvedSetting[];
  /** For people. */
  toString(): string;
}
