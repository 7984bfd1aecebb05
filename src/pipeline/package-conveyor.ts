import { CancelledError } from "../core/errors.ts";
import type { LoadedPackage } from "../load/load-package.ts";
import type { UnitsAhead } from "../normalize/units-ahead.ts";
import type { EarlyLoad } from "./early-load.ts";
import { sinceCommits } from "./since-commits.ts";
import type { StepHost } from "./step-host.ts";
import { loadStep, normalizeStep } from "./steps.ts";

/** So many cuts may wait; then the extract waits. */
const maxWaitingCuts = 2;

/** What was done of packages before they were whole. It comes to its end. */
interface Begun {
  readonly ahead?: UnitsAhead | undefined;
  readonly early?: EarlyLoad | undefined;
}

/** Normalizes every extracted package and loads every normalized one, oldest first. */
export async function finishPackages(host: StepHost, { ahead, early }: Begun = {}): Promise<readonly LoadedPackage[]> {
  if (host.store.extracted().length > 0) await normalizeStep(host, ahead);
  await ahead?.end();
  return host.store.normalized().length > 0 ? await loadStep(host, early) : [];
}

/** Normalizes and loads packages that are cut off a run while the run goes on. */
export class PackageConveyor {
  readonly #host: StepHost;
  readonly #loaded: LoadedPackage[] = [];
  readonly #stop = new AbortController();
  #work: Promise<void> | undefined;
  #turn: Promise<unknown> | undefined;
  #failure: { readonly error: unknown } | undefined;
  #isEnding = false;
  #added = 0;

  constructor(host: StepHost) {
    this.#host = host;
  }

  /** Fires when a package failed: the extract ends. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** So many packages were cut off. Resolves once few enough wait. */
  async add(packages: number): Promise<void> {
    this.#added += packages;
    this.#work ??= this.#finishAll();
    const most = maxWaitingCuts * Math.max(1, packages);
    const signal = AbortSignal.any([this.#host.context.signal, this.signal]);
    while (this.#host.store.pendingLoadIds().length > most && !signal.aborted) await unlessAborted(this.#turn, signal);
  }

  /** The extract is at its end: all that waits is finished. Throws what a package failed of. */
  async end(begun?: Begun): Promise<readonly LoadedPackage[]> {
    await this.#work;
    if (this.#failure !== undefined) throw this.#failure.error;
    this.#loaded.push(...(await finishPackages(this.#host, begun)));
    return this.#loaded;
  }

  /** The extract failed: lets the package at hand come to its end. Gives the error to throw. */
  async endAfter(error: unknown): Promise<unknown> {
    const isStopped = this.signal.aborted && !this.#host.context.signal.aborted && error instanceof CancelledError;
    this.#isEnding = true;
    await this.#work;
    return isStopped && this.#failure !== undefined ? this.#failure.error : sinceCommits(error, this.#added, this.#host);
  }

  async #finishAll(): Promise<void> {
    try {
      while (!this.#isEnding && this.#host.store.pendingLoadIds().length > 0) {
        const turn = finishPackages(this.#host);
        this.#turn = turn;
        this.#loaded.push(...(await turn));
      }
    } catch (error) {
      this.#failure = { error };
      this.#stop.abort(error);
    }
    this.#work = undefined;
  }
}

/** Waits for `work`, however it ends, but not beyond an abort. */
async function unlessAborted(work: Promise<unknown> | undefined, signal: AbortSignal): Promise<void> {
  let forget = (): void => {};
  const aborted = new Promise<void>((resolve) => {
    const onAbort = (): void => resolve();
    signal.addEventListener("abort", onAbort, { once: true });
    forget = () => signal.removeEventListener("abort", onAbort);
  });
  await Promise.race([Promise.allSettled([work]), aborted]);
  forget();
}
