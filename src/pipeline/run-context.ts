import { inspect } from "node:util";
import type { ResolvedSetting } from "../config/resolve.ts";
import { CancelledError, LeatError } from "../core/errors.ts";
import { encodeJson } from "../core/json-encode.ts";
import type { Runtime } from "../core/runtime.ts";
import type { NormalizeOptions } from "../normalize/normalize.ts";
import { dateNow } from "./clock.ts";
import { errorDocument } from "./error-document.ts";
import { type Step, StepFailedError } from "./errors.ts";
import type { Emit, EventBody, PipelineEvent } from "./events.ts";
import type { DiscardedRows, ExtractInfo, LoadInfo, NormalizeInfo, PipelineTrace, TraceStep } from "./infos.ts";
import { pipelineTrace } from "./make-infos.ts";

type StepResult = ExtractInfo | NormalizeInfo | LoadInfo | void;

/** One call of `run` or of a single step: its events, its trace, its signal. */
export class RunContext {
  readonly runId: string;
  readonly startedAt: Date;
  readonly signal: AbortSignal;
  /** Known after the sync. */
  wasFirstRun = true;
  /** Hash of the state that the destination has. Known after the sync. */
  storedStateHash: string | undefined;
  /** Where there are several datasets: of the newest state of each. Empty when what was read is not followed. */
  storedStateHashes: readonly string[] = [];
  /** What was kept out of tables so far. */
  readonly discarded: DiscardedRows[] = [];
  /** Packages of which this call tells by itself what was kept out of them. */
  readonly toldOf: Set<string> = new Set();
  /** Warnings that come once per run. */
  readonly warned: Set<string> = new Set();
  /** For packages that an earlier run extracted. */
  pendingContracts: NormalizeOptions["withContracts"] | undefined;
  readonly #pipelineName: string;
  readonly #runtime: Runtime;
  readonly #listeners: readonly ((event: PipelineEvent) => void)[];
  readonly #steps: TraceStep[] = [];
  readonly #settings: ResolvedSetting[] = [];
  #trace: PipelineTrace | undefined;

  constructor(options: {
    readonly pipelineName: string;
    readonly runtime: Runtime;
    readonly signal: AbortSignal;
    readonly listeners: readonly ((event: PipelineEvent) => void)[];
  }) {
    this.#pipelineName = options.pipelineName;
    this.#runtime = options.runtime;
    this.#listeners = options.listeners;
    this.signal = options.signal;
    this.startedAt = dateNow(options.runtime);
    this.runId = Buffer.from(options.runtime.randomBytes(16)).toString("hex");
  }

  readonly emit: Emit = (body: EventBody) => {
    const event = { ...body, at: dateNow(this.#runtime), runId: this.runId, pipelineName: this.#pipelineName } as PipelineEvent;
    for (const listener of this.#listeners) listener(event);
  };

  /** Remembers a setting for the trace. */
  readonly onResolved = (setting: ResolvedSetting): void => {
    if (this.#settings.some((known) => known.key === setting.key && known.provider === setting.provider)) return;
    this.#settings.push({ ...setting, value: plainValue(setting.value) });
  };

  /** Runs a step: announces it, puts it into the trace, and turns what it throws into a StepFailedError. A cancellation is thrown before or after it. */
  async step<Info extends StepResult>(options: StepOptions, work: (startedAt: Date) => Promise<Info>): Promise<Info> {
    const { step, loadId, pendingLoadIds } = options;
    this.#throwIfCancelled(`before step \`${step}\``);
    const startedAt = dateNow(this.#runtime);
    const about = { step, ...(loadId === undefined ? {} : { loadId }) };
    this.emit({ type: "step-started", ...about, ...(options.jobs === undefined ? {} : { jobs: options.jobs }) });
    const info = await this.#attempt(work, startedAt, about, pendingLoadIds);
    // A caller that goes on to other work has to hear of it, also when this was the last step.
    this.#throwIfCancelled(`after step \`${step}\`, which was finished`);
    return info;
  }

  async #attempt<Info extends StepResult>(
    work: (startedAt: Date) => Promise<Info>,
    startedAt: Date,
    about: { readonly step: Step; readonly loadId?: string },
    pendingLoadIds: () => readonly string[],
  ): Promise<Info> {
    const { step, loadId } = about;
    try {
      const info = await work(startedAt);
      const told: Exclude<StepResult, void> | void = info;
      const done = { ...about, ...(told ? { info: told } : {}) };
      this.emit({ type: "step-completed", ...done });
      this.#steps.push({ ...done, startedAt, finishedAt: dateNow(this.#runtime) });
      return info;
    } catch (error) {
      this.#steps.push({ ...about, startedAt, finishedAt: dateNow(this.#runtime), error: errorDocument(error) });
      // A step-failed comes from another pipeline, which a resource of this one runs: then this one failed too.
      if (LeatError.is(error) && (error.code === "cancelled" || error.code === "config")) throw error;
      throw new StepFailedError({ step, pipelineName: this.#pipelineName, loadId, cause: error, pendingLoadIds: pendingLoadIds() });
    }
  }

  #throwIfCancelled(when: string): void {
    if (!this.signal.aborted) return;
    throw new CancelledError(`The run was cancelled ${when}; the next run goes on from there.`, { cause: this.signal.reason });
  }

  /** What was done so far, and what it failed of. The trace of a call that ended is the one that its info has. */
  trace(failure?: { readonly error: unknown }): PipelineTrace {
    if (failure === undefined && this.#trace !== undefined) return this.#trace;
    this.#trace = pipelineTrace({
      runId: this.runId,
      pipelineName: this.#pipelineName,
      startedAt: this.startedAt,
      finishedAt: dateNow(this.#runtime),
      steps: [...this.#steps],
      ...(failure === undefined ? {} : { error: errorDocument(failure.error) }),
      resolvedConfig: [...this.#settings],
    });
    return this.#trace;
  }
}

interface StepOptions {
  readonly step: Step;
  /** The package at hand. */
  readonly loadId?: string | undefined;
  /** How many a load has to do. */
  readonly jobs?: number;
  /** Packages that wait on disk, asked when the step fails. */
  readonly pendingLoadIds: () => readonly string[];
}

/** As JSON has it, so that a trace that is read again is the same. Code may give anything, also what has no JSON. */
function plainValue(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return typeof value === "bigint" || typeof value === "function" ? String(value) : value;
  try {
    return JSON.parse(encodeJson(value));
  } catch {
    return inspect(value, { depth: 1 });
  }
}
