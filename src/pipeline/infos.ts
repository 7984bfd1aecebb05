import type { ResolvedSetting } from "../config/resolve.ts";
import type { Metrics } from "../extract/metrics.ts";
import type { LoadPackageInfo } from "../load/package-info.ts";
import type { SchemaUpdate } from "../schema/update.ts";
import type { Step } from "./errors.ts";

export interface StepInfo {
  readonly pipelineName: string;
  readonly loadIds: readonly string[];
  readonly startedAt: Date;
  readonly finishedAt: Date;
  toString(): string;
}

/** Rows or values that a contract or a row schema kept out of a table, counted per package, column and reason. */
export interface DiscardedRows {
  readonly table: string;
  /** Undefined where it is about whole rows. */
  readonly column?: string;
  readonly reason: string;
  /** Rows that are missing, without those nested in them; or that miss the value. */
  readonly rows: number;
  readonly discarded: "row" | "value";
  readonly loadId: string;
}

export interface ExtractInfo extends StepInfo {
  /** What was kept out already here: rows of new tables, and rows that do not fit a row schema. Missing when there is nothing. */
  readonly discarded?: readonly DiscardedRows[];
  readonly resources: { readonly [resource: string]: Metrics };
  readonly tables: { readonly [table: string]: Metrics };
  /** `maxDuration` was over before all rows were read. */
  readonly hasMore: boolean;
}

export interface NormalizeInfo extends StepInfo {
  /** What contracts kept out. Missing when there is nothing. */
  readonly discarded?: readonly DiscardedRows[];
  readonly rowCounts: { readonly [table: string]: number };
  readonly schemaUpdates: { readonly [loadId: string]: SchemaUpdate };
}

export interface LoadInfo extends StepInfo {
  readonly destinationType: string;
  readonly destinationName: string;
  /** Where the data is: a path or a host. */
  readonly destinationPlace: string;
  readonly datasetName: string;
  readonly packages: readonly LoadPackageInfo[];
  /** Without tables whose rows nobody counted: those of a package that dlt normalized, and leat loads. */
  readonly rowCounts: { readonly [table: string]: number };
  readonly hasFailedJobs: boolean;
  readonly firstRun: boolean;
}

/** What `run` did. */
export interface RunInfo extends LoadInfo {
  /** `maxDuration` was over before all rows were read: run it again. */
  readonly hasMore: boolean;
  /** What contracts and row schemas kept out during the run. Missing when there is nothing. */
  readonly discarded?: readonly DiscardedRows[];
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

export interface TraceStep {
  readonly step: Step;
  /** The package at hand, of a step that runs once per package. */
  readonly loadId?: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly info?: ExtractInfo | NormalizeInfo | LoadInfo;
  readonly error?: TraceError;
}

export interface PipelineTrace {
  readonly runId: string;
  readonly pipelineName: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly steps: readonly TraceStep[];
  /** What the call threw; also where it was in no step: a wrong setting, a cancellation. */
  readonly error?: TraceError;
  /** Where each setting came from; secrets are masked. */
  readonly resolvedConfig: readonly ResolvedSetting[];
  toString(): string;
}
