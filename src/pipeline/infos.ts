import type { ResolvedSetting } from "../config/resolve.ts";
import type { Metrics } from "../extract/source-extract.ts";
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

export interface ExtractInfo extends StepInfo {
  readonly resources: { readonly [resource: string]: Metrics };
  readonly tables: { readonly [table: string]: Metrics };
}

export interface NormalizeInfo extends StepInfo {
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
  readonly rowCounts: { readonly [table: string]: number };
  readonly hasFailedJobs: boolean;
  readonly firstRun: boolean;
}

/** What `run` did. */
export interface RunInfo extends LoadInfo {
  readonly trace: PipelineTrace;
}

export interface TraceStep {
  readonly step: Step;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly info?: ExtractInfo | NormalizeInfo | LoadInfo;
  readonly error?: { readonly code: string; readonly message: string };
}

export interface PipelineTrace {
  readonly runId: string;
  readonly pipelineName: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly steps: readonly TraceStep[];
  /** Where each setting came from; secrets are masked. */
  readonly resolvedConfig: readonly ResolvedSetting[];
  toString(): string;
}
