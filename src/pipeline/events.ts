import type { LoadJobInfo } from "../destination-kit/load-job.ts";
import type { SchemaUpdate } from "../schema/update.ts";
import type { LeatError } from "./any-error.ts";
import type { Step } from "./errors.ts";
import type { RunInfo } from "./infos.ts";

interface EventBase<Type extends string> {
  readonly type: Type;
  readonly at: Date;
  readonly runId: string;
  readonly pipelineName: string;
}

/** What happens during a call, in order, each once. `run-started` and `run-completed` are those of run(); `run-failed` comes when any call fails. */
export type PipelineEvent =
  | EventBase<"run-started">
  | (EventBase<"run-completed"> & { readonly info: RunInfo })
  | (EventBase<"run-failed"> & { readonly error: LeatError })
  /** `jobs`: how many a load begins with. */
  | (EventBase<"step-started"> & { readonly step: Step; readonly loadId?: string; readonly jobs?: number })
  | (EventBase<"step-completed"> & { readonly step: Step; readonly loadId?: string })
  | (EventBase<"resource-progress"> & { readonly resource: string; readonly items: number; readonly isDone: boolean })
  | (EventBase<"normalize-progress"> & { readonly loadId: string; readonly rows: number })
  | (EventBase<"schema-changed"> & { readonly schemaName: string; readonly update: SchemaUpdate; readonly loadId: string })
  | (EventBase<"job-started" | "job-completed" | "job-failed"> & { readonly loadId: string; readonly job: LoadJobInfo })
  | (EventBase<"package-committed"> & { readonly loadId: string })
  | (EventBase<"warning"> & { readonly code: string; readonly message: string });

type WithoutBase<Event> = Event extends unknown ? Omit<Event, "at" | "runId" | "pipelineName"> : never;

/** An event without what every event has. */
export type EventBody = WithoutBase<PipelineEvent>;

export type Emit = (event: EventBody) => void;

export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}
