import { AsyncLocalStorage } from "node:async_hooks";
import { ConfigError } from "../core/errors.ts";
import type { Dataset } from "../dataset/dataset.ts";
import type { SqlClient } from "../dataset/sql-client.ts";
import type { PipelineState } from "../state/document.ts";
import { readOnly } from "../state/read-only.ts";
import { NotRunningError } from "./errors.ts";
import type { BorderChunks } from "./incremental/border-chunks.ts";
import type { CursorValue, Incremental } from "./incremental/incremental-options.ts";
import type { Loose } from "./rows.ts";
import type { DeepReadonly, StateObject } from "./state-types.ts";

/** What a resource may use of the pipeline that runs it. */
export interface RunningPipeline<D extends string = string> {
  /** The name of the pipeline. */
  readonly name: string;
  /** The dataset that its tables are in. */
  readonly datasetName: D;
  /** True until the first load succeeded or was restored. */
  readonly firstRun: boolean;
  /** The state as of the last commit. */
  readonly state: DeepReadonly<PipelineState>;
  /** The loaded data. Nothing is open between its queries. */
  dataset(): Dataset<D>;
  dataset(options: { readonly integers: "bigint" }): Dataset<D, bigint>;
  /** Plain SQL on the loaded data. Close it with `await using`, or by `close()`. */
  sqlClient(): SqlClient;
}

/** One resource, or one source being built, while its code runs. */
export interface Running {
  readonly sourceName: string;
  /** Undefined while a source is built. */
  readonly resourceName: string | undefined;
  readonly stateAccess: "read" | "write";
  readonly signal: AbortSignal;
  /** Undefined when a resource is iterated on its own. */
  readonly pipeline: RunningPipeline | undefined;
  /** The live slot of the source; made on first use. */
  sourceState(): Loose;
  /** The live slot of the resource; made on first use. */
  resourceState(): Loose;
  /** The same slot, for its cursor: a schema of the state has no say there. Default as `resourceState`. */
  incrementalState?(): Loose;
  /** For a cursor with more rows at its last value than the state is to hold. */
  readonly borderChunks?: BorderChunks | undefined;
  /** Undefined when the resource has no cursor. */
  readonly incremental?: Incremental<unknown> | undefined;
}

const storage = new AsyncLocalStorage<Running>();

/** Runs code of a resource so that `current` reaches `running` from any depth below, also after an await. */
export function runAs<T>(running: Running, work: () => T): T {
  return storage.run(running, work);
}

/** The source state as code of `running` may use it. */
export function sourceStateOf(running: Running): Loose {
  const state = running.sourceState();
  if (running.stateAccess === "write") return state;
  const { sourceName, resourceName } = running;
  return readOnly(state, (path) =>
    resourceName === undefined
      ? `Source \`${sourceName}\` wrote \`${path}\` into its state while it was built. There the state can only be read: write it in a resource.`
      : `Resource \`${resourceName}\` of source \`${sourceName}\` wrote \`${path}\` into the source state, and is declared to read it only. ` +
        `Write it in the resource that owns it, or declare stateAccess: "write" here.`,
  );
}

function running(member: string): Running {
  const found = storage.getStore();
  if (found === undefined) throw new NotRunningError(member);
  return found;
}

function runningResource(member: string): Running & { readonly resourceName: string } {
  const found = running(member);
  if (found.resourceName === undefined)
    throw new NotRunningError(member, `source \`${found.sourceName}\` is being built, its resources do not run yet`);
  return found as Running & { readonly resourceName: string };
}

/** Reaches the running resource from any depth below it. Outside of one every member throws NotRunningError. */
export const current: {
  /** Same object as `ctx.state`. The type argument is trusted, not checked. */
  resourceState<State extends StateObject<State> = Loose>(): State;
  /** Live object shared by the resources of one source; read-only while the source is built and for `stateAccess: "read"`. */
  sourceState<State extends StateObject<State> = Loose>(): State;
  /** Same object as `ctx.incremental`. The type argument is trusted. Throws ConfigError when the resource has no `incremental`. */
  incremental<Value = CursorValue | undefined>(): Incremental<Value>;
  /** The pipeline that runs. Throws NotRunningError also for a resource that is iterated on its own. */
  pipeline<D extends string = string>(): RunningPipeline<D>;
  /** Of the resource that runs. Throws NotRunningError also while a source is built. */
  resourceName(): string;
  /** Of the source; of resources without one it is the name of the pipeline. */
  sourceName(): string;
  /** Fires when the run is cancelled. */
  signal(): AbortSignal;
} = {
  resourceState: <State>() => runningResource("resourceState").resourceState() as State,
  sourceState: <State>() => sourceStateOf(running("sourceState")) as State,
  incremental: <Value>() => {
    const { incremental, resourceName } = runningResource("incremental");
    if (incremental === undefined)
      throw new ConfigError(`Resource \`${resourceName}\` has no cursor: declare it, incremental: { cursorPath: "..." }.`);
    return incremental as Incremental<Value>;
  },
  pipeline: <D extends string>() => {
    const found = running("pipeline").pipeline;
    if (found === undefined) throw new NotRunningError("pipeline", "the resource is iterated on its own, without a pipeline");
    return found as RunningPipeline<D>;
  },
  resourceName: () => runningResource("resourceName").resourceName,
  sourceName: () => running("sourceName").sourceName,
  signal: () => running("signal").signal,
};
