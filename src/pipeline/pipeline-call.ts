import { processConfigEnvironment } from "../config/config-environment.ts";
import { LeatError } from "../core/errors.ts";
import type { RunningPipeline } from "../extract/running.ts";
import { dateNow } from "./clock.ts";
import type { PipelineTrace } from "./infos.ts";
import { pipelineObserver } from "./observer.ts";
import { resolvePipelineConfig } from "./pipeline-config.ts";
import type { RunSettings } from "./pipeline-options.ts";
import type { PipelineParts } from "./pipeline-parts.ts";
import { progressDisplay } from "./progress/progress-display.ts";
import { RunContext } from "./run-context.ts";
import { withInterrupts } from "./signals.ts";
import type { StepHost } from "./step-host.ts";

export interface PipelineCall {
  readonly parts: PipelineParts;
  /** As resources see it. */
  readonly pipeline: RunningPipeline;
  readonly settings: RunSettings;
  readonly onTrace: (trace: PipelineTrace) => void;
}

/** One call of a pipeline: its lock, its events, its signals and its trace. */
export async function withinCall<T>(call: PipelineCall, work: (host: StepHost, context: RunContext) => Promise<T>): Promise<T> {
  const { parts, settings } = call;
  const { name: pipelineName, runtime } = parts;
  const { progress = "auto", onEvent, logger, signal = undefined } = parts.options;
  const display = progressDisplay({ progress, logger, now: () => dateNow(runtime) });
  const listeners = [display.show, pipelineObserver()?.onEvent, onEvent].filter((listener) => listener !== undefined);
  const outer =
    settings.signal === undefined || signal === undefined ? (settings.signal ?? signal) : AbortSignal.any([settings.signal, signal]);
  const open = { context: undefined as RunContext | undefined };
  const announce = (name: string): void => {
    const message = `${name}: ending after the running step; once more ends at once`;
    open.context?.emit({ type: "warning", code: "interrupted", message });
  };
  try {
    return await withInterrupts(outer, announce, async (combined) => {
      using _ = parts.openWorkingDir();
      const context = new RunContext({ pipelineName, runtime, signal: combined, listeners });
      open.context = context;
      return await traced(call, context, async () => work(await hostOf(call, context), context));
    });
  } finally {
    display.close();
  }
}

async function traced<T>({ onTrace }: PipelineCall, context: RunContext, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (LeatError.is(error)) announceFailure(context, error);
    throw error;
  } finally {
    onTrace(context.trace());
  }
}

/** A listener that throws here must not hide why the run failed. */
function announceFailure(context: RunContext, error: LeatError): void {
  try {
    context.emit({ type: "run-failed", error });
  } catch {
    // The error of the run is the one to act on.
  }
}

async function hostOf({ parts, pipeline }: PipelineCall, context: RunContext): Promise<StepHost> {
  const { options, name: pipelineName, runtime, local, store } = parts;
  const { extract = {}, load = {}, naming = "snake_case" } = options;
  const { onResolved } = context;
  const destination = await parts.destination();
  const settings = await resolvePipelineConfig(options, { pipelineName, environment: processConfigEnvironment(), onResolved });
  return {
    pipeline,
    context,
    runtime,
    local,
    store,
    destination,
    naming,
    restoresState: settings.restoreFromDestination,
    state: settings.state,
    extract: { workers: extract.workers ?? 5, maxParallelItems: extract.maxParallelItems ?? 20, order: extract.order ?? "round_robin" },
    deleteCompletedJobs: load.deleteCompletedJobs ?? false,
    config: (spec, lookup) => parts.config(spec, lookup, onResolved),
    open: (other) => destination.open({ ...parts.openContext(onResolved), ...other }),
    place: () => destination.describe(parts.openContext(onResolved)),
    newState: () => parts.newState(destination),
  };
}
