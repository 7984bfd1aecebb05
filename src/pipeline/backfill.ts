import type { Duration } from "../core/duration.ts";
import { CancelledError, ConfigError, LeatError } from "../core/errors.ts";
import { checkOptions } from "../extract/definition.ts";
import type { Turn } from "../extract/extract-options.ts";
import { guardDisk } from "../load-package/errors.ts";
import { WorkingCopy } from "../state/working-copy.ts";
import { BackfillFailedError } from "./backfill-errors.ts";
import { type Range, splitRange } from "./backfill-ranges.ts";
import { backfillTargets, type Missing, markDone, missingRanges, overRange, type Target } from "./backfill-sources.ts";
import { buildOn } from "./build-on.ts";
import type { RunInfo } from "./infos.ts";
import { loadInfoOf } from "./load-info-of.ts";
import { runInfo } from "./make-infos.ts";
import { finishPackages, PackageConveyor } from "./package-conveyor.ts";
import type { BackfillOptions } from "./pipeline-type.ts";
import { refuseOtherTarget } from "./refuse-other-target.ts";
import type { Asked } from "./run.ts";
import type { StepHost } from "./step-host.ts";
import { extractStep, syncAgain, syncStep } from "./steps.ts";

export type BackfillAsked = Omit<Asked, "options"> & { readonly backfill: CheckedBackfill };

export interface CheckedBackfill {
  readonly ranges: readonly Range[];
  readonly parallel: number;
}

/** Throws ConfigError. */
export function checkBackfill(options: BackfillOptions<unknown>): CheckedBackfill {
  checkOptions("backfill()", options, ["from", "to", "every", "parallel", "signal"]);
  const { from, to, every, parallel = 1 } = options;
  for (const [name, value] of Object.entries({ from, to, every }))
    if (value === undefined || value === null) throw new ConfigError(`backfill() needs \`${name}\`: { from, to, every }.`);
  if (!Number.isInteger(parallel) || parallel < 1 || parallel > maxParallel)
    throw new ConfigError(`\`parallel\` of a backfill is ${String(parallel)}: give a whole number from 1 to ${maxParallel}.`);
  return { ranges: splitRange({ from, to }, every as Duration | number), parallel };
}

const maxParallel = 64;

/** Loads the ranges that are missing, each as packages of its own, together with the note that it is done. */
export async function backfill(asked: BackfillAsked): Promise<RunInfo> {
  const { host, pipeline, data } = asked;
  const { context } = host;
  if (pipeline.devMode !== undefined)
    throw new ConfigError("A backfill does not go with devMode: each of its calls would begin in an empty dataset.");
  context.emit({ type: "run-started" });
  refuseOtherTarget(host);
  await syncStep(host);
  const pending = await finishPackages(host);
  if (pending.length > 0) await syncAgain(host);
  const state = new WorkingCopy(host.local.readState() ?? host.newState()).state;
  const targets = backfillTargets(await buildOn(host, state, data, {}));
  const work = new RangeWork(asked, missingRanges(targets, asked.backfill.ranges, state));
  const { loaded, hasMore } = await work.run();
  const load = await loadInfoOf(host, context.startedAt, [...pending, ...loaded]);
  const discarded = context.discarded.length === 0 ? {} : { discarded: context.discarded };
  const info = runInfo({ ...load, ...discarded, hasMore, trace: context.trace() });
  context.emit({ type: "run-completed", info });
  return info;
}

interface Job {
  readonly targets: readonly Target[];
  readonly range: Range;
}

/** Ranges are extracted at the same time; they end one after another, and are loaded in that order. */
class RangeWork {
  readonly #asked: BackfillAsked;
  readonly #host: StepHost;
  readonly #jobs: readonly Job[];
  readonly #conveyor: PackageConveyor;
  readonly #failed: { readonly from: unknown; readonly to: unknown; readonly error: unknown }[] = [];
  readonly #endsAt: number;
  #next = 0;
  #hasMore = false;
  #loadedRanges = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #lastLoadId: string | undefined;
  #stopped: { readonly error: unknown } | undefined;

  constructor(asked: BackfillAsked, missing: readonly Missing[]) {
    this.#asked = asked;
    this.#host = asked.host;
    this.#conveyor = new PackageConveyor(asked.host);
    this.#jobs = missing.flatMap(({ targets, ranges }) => ranges.map((range) => ({ targets, range })));
    this.#endsAt = performance.now() + (asked.host.parts.maxDurationMs ?? Number.POSITIVE_INFINITY);
  }

  async run() {
    const { parallel } = this.#asked.backfill;
    await Promise.all(Array.from({ length: Math.min(parallel, this.#jobs.length) }, () => this.#work()));
    if (this.#stopped !== undefined) throw await this.#conveyor.endAfter(this.#stopped.error);
    const loaded = await this.#conveyor.end();
    if (this.#failed.length > 0)
      throw new BackfillFailedError({ pipelineName: this.#host.pipeline.name, loaded: this.#loadedRanges, ranges: this.#failed });
    return { loaded, hasMore: this.#hasMore };
  }

  async #work(): Promise<void> {
    while (this.#stopped === undefined && this.#next < this.#jobs.length) {
      // As with a run, something is loaded in any case.
      if (this.#next > 0 && performance.now() >= this.#endsAt) {
        this.#hasMore = true;
        return;
      }
      const job = this.#jobs[this.#next]!;
      this.#next += 1;
      await this.#load(job);
    }
  }

  async #load({ targets, range }: Job): Promise<void> {
    const { host, data, readSessions } = this.#asked;
    let packages = 0;
    try {
      await readSessions.keptDuring(() =>
        extractStep(
          host,
          data,
          {},
          {
            select: (sources) => overRange(sources, targets, range),
            inTurn: (end) =>
              this.#inTurn(async (since) => {
                const ended = await end({ since, amend: (state) => markDone(state, targets, range) });
                packages = (ended as readonly unknown[]).length;
                this.#lastLoadId = (ended as readonly { readonly loadId: string }[]).at(-1)?.loadId ?? this.#lastLoadId ?? "";
                return ended;
              }),
            stop: this.#conveyor.signal,
          },
        ),
      );
      this.#loadedRanges += 1;
    } catch (error) {
      if (this.#isForAll(error)) this.#stopped ??= { error };
      else this.#failed.push({ ...range, error: LeatError.is(error) && error.code === "step-failed" ? error.cause : error });
      return;
    }
    if (packages > 0) await this.#conveyor.add(packages);
  }

  /** Nothing that only this range has to do with. */
  #isForAll(error: unknown): boolean {
    if (this.#conveyor.signal.aborted || this.#host.context.signal.aborted || error instanceof CancelledError) return true;
    return LeatError.is(error) && error.code === "config";
  }

  async #inTurn<T>(work: (since: Turn["since"]) => Promise<T>): Promise<T> {
    const mine = this.#turn.then(() => work(this.#since()));
    this.#turn = mine.catch(() => {});
    return await mine;
  }

  #since(): Turn["since"] {
    const { local, store } = this.#host;
    const lastLoadId = this.#lastLoadId;
    if (lastLoadId === undefined) return undefined;
    return guardDisk(store.workingDir, () => ({
      state: local.readState()!,
      restorePoint: { state: local.stateText(), schemas: local.schemaTexts() },
      lastLoadId,
    }));
  }
}
