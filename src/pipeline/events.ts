import type { LoadJobInfo } from "../destination-kit/load-job.ts";
import type { SchemaUpdate } from "../schema/update.ts";
import type { LeatError } from "./any-error.ts";
import type { Step } from "./errors.ts";
import type { ExtractInfo, LoadInfo, NormalizeInfo, RunInfo } from "./infos.ts";

interface EventBase<Type extends string> {
  readonly type: Type;
  /** When it happened. */
  readonly at: Date;
  /** The same for all events of one call, and that of its trace. */
  readonly runId: string;
  readonly pipelineName: string;
}

/** What happens during a call, in order, each once. `run-started` and `run-completed` are those of run(); `run-failed` comes when any call fails, and is the last one. */
export type PipelineEvent =
  | EventBase<"run-started">
  | (EventBase<"run-completed"> & { readonly info: RunInfo })
  /** What the call throws; an error that is not leat's is the `cause` of a ForeignError. */
  | (EventBase<"run-failed"> & { readonly error: LeatError })
  /** `jobs`: how many a load begins with. */
  | (EventBase<"step-started"> & { readonly step: Step; readonly loadId?: string; readonly jobs?: number })
  /** `info`: what the step did, of one package where it runs once per package; a sync has none. */
  | (EventBase<"step-completed"> & {
      readonly step: Step;
      readonly loadId?: string;
      readonly info?: ExtractInfo | NormalizeInfo | LoadInfo;
    })
  /** `items`: rows of the resource so far, every now and then, and when it has ended. */
  | (EventBase<"resource-progress"> & { readonly resource: string; readonly items: number; readonly isDone: boolean })
  /** `rows`: of the package so far. */
  | (EventBase<"normalize-progress"> & { readonly loadId: string; readonly rows: number })
  /** `update`: new tables and columns of a package. */
  | (EventBase<"schema-changed"> & { readonly schemaName: string; readonly update: SchemaUpdate; readonly loadId: string })
  /**
   * Rows or values that a contract or a row schema kept out, once per package for each `table`, `column` and `reason`: `rows` says how many rows it
   * concerns. `discarded`: whether the whole row is missing, with its nested rows, or only the value of `column`. `loadId`: of the package.
   */
  | (EventBase<"row-discarded"> & {
      readonly table: string;
      readonly column?: string;
      readonly reason: string;
      readonly rows: number;
      readonly discarded: "row" | "value";
      readonly loadId: string;
    })
  | (EventBase<"job-started" | "job-completed" | "job-retried" | "job-failed"> & { readonly loadId: string; readonly job: LoadJobInfo })
  /** From now on its rows can be seen; or it was given up. */
  | (EventBase<"package-committed" | "package-aborted"> & { readonly loadId: string })
  /** `code` says what it is about, `message` what to do. */
  | (EventBase<"warning"> & { readonly code: string; readonly message: string });

type WithoutBase<Event> = Event extends unknown ? Omit<Event, "at" | "runId" | "pipelineName"> : never;

/** An event without what every event has. */
export type EventBody = WithoutBase<PipelineEvent>;

export type Emit = (event: EventBody) => void;

/** Where log lines go: `console`, pino, or anything else with these four functions. */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}
