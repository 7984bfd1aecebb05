import { processConfigEnvironment } from "../config/config-environment.ts";
import type { ResolvedSetting } from "../config/resolve.ts";
import { ConfigError, LeatError } from "../core/errors.ts";
import type { DestinationContract } from "../destination-kit/contract.ts";
import type { RunningPipeline } from "../extract/running.ts";
import { countOf } from "../schema/given.ts";
import { dateNow } from "./clock.ts";
import { ForeignError } from "./errors.ts";
import type { EventBody } from "./events.ts";
import type { PipelineTrace } from "./infos.ts";
import { normalizeSettings } from "./normalize-settings.ts";
import { pipelineObserver } from "./observer.ts";
import { logSettings, type PipelineConfig, resolvePipelineConfig } from "./pipeline-config.ts";
import type { PipelineOptions, RunSettings } from "./pipeline-options.ts";
import type { PipelineParts } from "./pipeline-parts.ts";
import { progressDisplay } from "./progress/progress-display.ts";
import { RunContext } from "./run-context.ts";
import { runParts } from "./run-parts.ts";
import { withInterrupts } from "./signals.ts";
import type { StepHost } from "./step-host.ts";
import { writeTrace } from "./trace-file.ts";

export interface PipelineCall {
  readonly parts: PipelineParts;
  /** As resources see it. */
  readonly pipeline: RunningPipeline;
  readonly settings: RunSettings;
  /** False for a call that only looks, or whose trace would take the place of one that people need. */
  readonly keepsTrace: boolean;
  readonly onTrace: (trace: PipelineTrace) => void;
}

/** One call of a pipeline: its lock, its events, its signals and its trace. */
export async function withinCall<T>(call: PipelineCall, work: (host: StepHost, context: RunContext) => Promise<T>): Promise<T> {
  const { parts, settings } = call;
  const { name: pipelineName, runtime } = parts;
  const { progress = "auto", onEvent, logger, signal = undefined } = parts.options;
  const config = await lookUpConfig(parts);
  const log = config.found.status === "fulfilled" ? logSettings(config.found.value) : undefined;
  const display = progressDisplay({ progress, logger, log, now: () => dateNow(runtime) });
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
      const context = new RunContext({ pipelineName, runtime, signal: combined, listeners });
      return await announced(context, async () => {
        using _ = parts.openWorkingDir();
        open.context = context;
        return await traced(call, context, async () => work(await hostOf(call, context, config), context));
      });
    });
  } finally {
    display.close();
  }
}

/** What the operator set, before anything is shown; what is wrong with it is thrown when the call has begun. */
interface LookedUp {
  readonly found: PromiseSettledResult<PipelineConfig>;
  readonly settings: readonly ResolvedSetting[];
}

async function lookUpConfig({ options, name: pipelineName }: PipelineParts): Promise<LookedUp> {
  const settings: ResolvedSetting[] = [];
  const onResolved = (setting: ResolvedSetting): void => void settings.push(setting);
  const [found] = await Promise.allSettled([
    resolvePipelineConfig(options, { pipelineName, environment: processConfigEnvironment(), onResolved }),
  ]);
  return { found, settings };
}

async function announced<T>(context: RunContext, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    emitQuietly(context, { type: "run-failed", error: LeatError.is(error) ? error : new ForeignError(error) });
    throw error;
  }
}

async function traced<T>(call: PipelineCall, context: RunContext, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    keepTrace(call, context);
    return result;
  } catch (error) {
    keepTrace(call, context, { error });
    throw error;
  }
}

/** Of a call that did nothing none is kept: that of the last run stays. */
function keepTrace({ parts, keepsTrace, onTrace }: PipelineCall, context: RunContext, failure?: { readonly error: unknown }): void {
  if (!keepsTrace) return;
  const trace = context.trace(failure);
  if (trace.steps.length === 0 && failure === undefined) return;
  onTrace(trace);
  try {
    writeTrace(parts.workingDir, trace);
  } catch (problem) {
    if (!LeatError.is(problem)) throw problem;
    emitQuietly(context, { type: "warning", code: "trace-not-kept", message: `The trace of this call is not kept: ${problem.message}` });
  }
}

/** A listener that throws here must not hide what the call did, or why it failed. */
function emitQuietly(context: RunContext, event: EventBody): void {
  try {
    context.emit(event);
  } catch {
    // The outcome of the call is what to act on.
  }
}

async function hostOf({ parts, pipeline, settings: asked }: PipelineCall, context: RunContext, config: LookedUp): Promise<StepHost> {
  const { options, runtime, local, store } = parts;
  const { extract = {} } = options;
  const custom = typeof options.naming === "object" ? options.naming : undefined;
  const askedNaming = custom?.name ?? (options.naming as string | undefined);
  const { onResolved } = context;
  const destination = await parts.destination();
  if (config.found.status === "rejected") throw config.found.reason;
  const settings = config.found.value;
  refuseLoadWorkers(options, destination);
  for (const setting of [...config.settings, ...parts.destinationSettings]) onResolved(setting);
  return {
    pipeline,
    context,
    runtime,
    local,
    store,
    destination,
    naming: askedNaming ?? "snake_case",
    askedNaming,
    customNaming: custom,
    schemaFiles: parts.schemaFiles,
    restoresState: settings.restoreFromDestination,
    state: settings.state,
    parts: runParts(asked, options, settings),
    extract: { workers: extract.workers ?? 5, maxParallelItems: extract.maxParallelItems ?? 20, order: extract.order ?? "round_robin" },
    normalize: normalizeSettings(asked, options, settings),
    load: {
      deleteCompletedJobs: settings.load.deleteCompletedJobs,
      maxRetries: settings.load.raiseOnMaxRetries,
      truncateStaging: settings.load.truncateStagingDataset,
      early: settings.load.early,
    },
    config: (spec, lookup) => parts.config(spec, lookup, onResolved),
    open: (other) => {
      const openContext = parts.openContext(onResolved);
      const loadWorkers = countOf("load.workers", settings.load.workers, 1);
      return destination.open({
        ...openContext,
        loadWorkers,
        atomic: options.atomic,
        signal: context.signal,
        stateDatasetName: openContext.datasetName,
        ...other,
      });
    },
    isSingleDataset: settings.useSingleDataset,
    datasetOf: (schemaName, defaultSchemaName) => parts.datasetOf(schemaName, { isSingle: settings.useSingleDataset, defaultSchemaName }),
    place: () => destination.describe(parts.openContext(onResolved)),
    newState: () => parts.newState(destination, settings.useSingleDataset),
  };
}

function refuseLoadWorkers({ load = {}, atomic }: PipelineOptions, { name, capabilities }: DestinationContract): void {
  if (load.workers === undefined || capabilities.commit === "record" || atomic === false) return;
  throw new ConfigError(
    `\`load.workers\` has nothing to count on \`${name}\`: a package is loaded in one transaction, which is one connection, so its jobs follow each other. Leave it out, or load table by table with \`atomic: false\`.`,
  );
}
