import { setTimeout as sleep } from "node:timers/promises";
import { durationMs } from "../../core/duration.ts";
import { CancelledError } from "../../core/errors.ts";
import { ConnectionError, type JobTarget, type LoadJob, LoadJobFailedError } from "../../destination-kit/index.ts";
import type { DummyConfig } from "./config.ts";

export interface DummyTargetOptions {
  readonly name: string;
  readonly config: DummyConfig;
  /** 0 to 1, without 1. */
  readonly random: () => number;
  readonly cancelled: AbortSignal | undefined;
}

/** Takes every job and keeps nothing, unless it is told to fail. */
export function dummyTarget(options: DummyTargetOptions): JobTarget {
  const { name: destination, config } = options;
  const begin = pace(options);
  return {
    async prepare() {
      const { failSchemaUpdate, failSchemaUpdateTransiently } = config;
      if (failSchemaUpdate || failSchemaUpdateTransiently)
        throw new ConnectionError(`\`${destination}\` was told to fail before the jobs begin.`, {
          destination,
          retryable: !failSchemaUpdate,
        });
      return {};
    },
    async load(job, { plan }) {
      await begin();
      const failure = await outcome(job, options);
      if (failure === undefined) return;
      const { reason, isTerminal, cause } = failure;
      throw new LoadJobFailedError(reason, { destination, loadId: plan.loadId, job, cause, retryable: !isTerminal, isPartial: true });
    },
    close: async () => {},
  };
}

interface Failure {
  readonly reason: string;
  readonly isTerminal: boolean;
  readonly cause?: unknown;
}

const pauseMs = 100;

async function outcome(job: LoadJob, { config, random, cancelled }: DummyTargetOptions): Promise<Failure | undefined> {
  if (config.failTerminallyInInit) return { reason: "it was told to fail for good.", isTerminal: true };
  if (config.failTransientlyInInit) return { reason: "it was told to fail for now.", isTerminal: false };
  if (config.failTableNames?.includes(job.table) === true) return { reason: `table \`${job.table}\` was told to fail.`, isTerminal: true };
  // With a whole probability the dice decide nothing.
  const happens = (probability: number): boolean => random() < probability;
  for (let waitedMs = 0; ; waitedMs += pauseMs) {
    if (happens(config.exceptionProb)) {
      const cause = new RangeError("An error that nobody knows.");
      return { reason: cause.message, isTerminal: false, cause };
    }
    if (waitedMs > durationMs(config.timeout)) return { reason: `it was not done within ${config.timeout}.`, isTerminal: true };
    if (happens(config.retryProb)) return { reason: "something passing, as the dice would have it.", isTerminal: false };
    if (happens(config.failProb)) return { reason: "it failed for good, as the dice would have it.", isTerminal: true };
    if (happens(config.completedProb)) return undefined;
    await wait(pauseMs, cancelled);
  }
}

/** Waits for the turn of the next job. */
function pace({ config: { loadsPerSecond }, cancelled }: DummyTargetOptions): () => Promise<void> {
  let last: Promise<void> | undefined;
  return () => {
    if (loadsPerSecond === undefined) return Promise.resolve();
    // The first one begins at once.
    last = last === undefined ? Promise.resolve() : last.then(() => wait(1000 / loadsPerSecond, cancelled));
    return last;
  };
}

async function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  } catch (cause) {
    if (signal?.aborted !== true) throw cause;
    throw new CancelledError("The run was cancelled while a job waited; the next run goes on from there.", { cause: signal.reason });
  }
}
