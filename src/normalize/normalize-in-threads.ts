import { rmSync } from "node:fs";
import { join } from "node:path";
import type { PackageFolder, PackageJob } from "../load-package/package-folder.ts";
import type { PackageRun, PackageRunOptions } from "./package-run.ts";
import { isForThread, type NormalizeThreads, type ThreadTask, throwIfCancelled, type UnitThread } from "./threads.ts";
import type { BroughtTable, NormalizedUnit, UnitNews } from "./unit.ts";
import type { UnitProgress } from "./unit-progress.ts";
import { WorkerThread } from "./worker-thread.ts";

export interface InThreadsOptions extends PackageRunOptions {
  readonly threads: NormalizeThreads;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Normalizes units of a package at the same time. Each is done by itself, and assumes what the units before it seem to bring; then they are settled in their
 * order. One that assumed something else than came is done again, by this thread. So the package is what one thread would have made of it.
 */
export async function normalizeInThreads(
  run: PackageRun,
  units: readonly PackageJob[],
  options: InThreadsOptions,
  progress: UnitProgress,
): Promise<void> {
  const { target, signal } = options;
  const crew = new Crew(run, units, options, progress);
  const onAbort = (): void => void crew.end();
  signal?.addEventListener("abort", onAbort);
  try {
    for (const [index, unit] of units.entries()) {
      throwIfCancelled(options);
      const done = await crew.done(index);
      throwIfCancelled(options);
      progress.begin(index);
      if (done !== undefined && run.fits(done)) run.takeOver(unit, done);
      else {
        rmSync(folderOf(target, index), { recursive: true, force: true });
        await run.normalizeUnit(unit);
      }
    }
  } finally {
    signal?.removeEventListener("abort", onAbort);
    await crew.end();
  }
  rmSync(join(target.path, unitsFolder), { recursive: true, force: true });
}

/** Private to threads, in the package: gone when it is committed. */
const unitsFolder = "units";

function folderOf(target: PackageFolder, index: number): string {
  return join(target.path, unitsFolder, String(index));
}

/** After so many lines of rows most columns are known. */
const telling = 8;

interface Place {
  readonly unit: PackageJob;
  /** Set once a thread has it. */
  result?: Promise<NormalizedUnit | undefined>;
  isRunning: boolean;
  newsCount: number;
  brought: readonly BroughtTable[];
}

/** The threads, and the units on their way. */
class Crew {
  readonly #run: PackageRun;
  readonly #target: PackageFolder;
  readonly #settings: NormalizeThreads;
  readonly #progress: UnitProgress;
  readonly #places: readonly Place[];
  readonly #threads: readonly UnitThread[];
  readonly #free: UnitThread[];
  /** The next unit that a thread gets. */
  #next = 0;
  /** The next unit to be settled. */
  #at = 0;

  constructor(run: PackageRun, units: readonly PackageJob[], options: InThreadsOptions, progress: UnitProgress) {
    this.#run = run;
    this.#target = options.target;
    this.#settings = options.threads;
    this.#progress = progress;
    this.#places = units.map((unit) => ({ unit, isRunning: false, newsCount: 0, brought: [] }));
    const { count, start = (task) => new WorkerThread(task) } = options.threads;
    const task = threadTask(run, options);
    this.#threads = Array.from({ length: Math.min(count, units.filter((unit) => isForThread(unit, options.threads)).length) }, () =>
      start(task),
    );
    this.#free = [...this.#threads];
  }

  /** All units before it are settled. Undefined: it is for this thread. */
  done(index: number): Promise<NormalizedUnit | undefined> | undefined {
    this.#at = index;
    // Without threads this one goes ahead of them.
    this.#next = Math.max(this.#next, index);
    this.#handOut();
    return this.#places[index]!.result;
  }

  async end(): Promise<void> {
    this.#next = this.#places.length;
    await Promise.all(this.#threads.map((thread) => thread.end()));
  }

  /** Not too far ahead: a unit that assumed something wrong is work for nothing. */
  #handOut(): void {
    const end = Math.min(this.#places.length, this.#at + 2 * this.#threads.length);
    for (; this.#next < end; this.#next++) {
      const place = this.#places[this.#next]!;
      if (!isForThread(place.unit, this.#settings)) continue;
      if (this.#places.slice(this.#at, this.#next).some((before) => before.isRunning && before.newsCount < telling)) return;
      const thread = this.#free.shift();
      if (thread === undefined) return;
      place.result = this.#give(thread, this.#next, place);
      // It is awaited when its turn comes.
      place.result.catch(() => {});
    }
  }

  async #give(thread: UnitThread, index: number, place: Place): Promise<NormalizedUnit | undefined> {
    const onNews = ({ rows, brought }: UnitNews): void => {
      place.newsCount += 1;
      place.brought = brought ?? place.brought;
      if (index > this.#at) this.#progress.ahead(index, rows);
      this.#handOut();
    };
    place.isRunning = true;
    try {
      return await thread.run({ unit: place.unit, folder: folderOf(this.#target, index), assumed: this.#assumed(index) }, onNews);
    } finally {
      place.isRunning = false;
      if (thread.isAlive) this.#free.push(thread);
      this.#handOut();
    }
  }

  /** What is settled, and what units on their way bring so far. */
  #assumed(index: number): readonly BroughtTable[] {
    const tables = new Map(this.#run.brought.map((table) => [table.name, { ...table, columns: [...table.columns] }]));
    for (const { brought } of this.#places.slice(this.#at, index)) {
      for (const { name, parent, columns } of brought) {
        const known = tables.get(name);
        if (known === undefined) tables.set(name, { name, parent, columns: [...columns] });
        else known.columns.push(...columns.filter((column) => known.columns.every((before) => before.name !== column.name)));
      }
    }
    return [...tables.values()];
  }
}

function threadTask(run: PackageRun, options: InThreadsOptions): ThreadTask {
  const { extracted, schema, maxIdentifierLength, caseSensitiveIdentifiers, weiPrecision, mergeStrategies, rotation, threads } = options;
  const { kernel, kernelLimits } = options;
  const { workingDir, loadId, path: extractedPath } = extracted;
  const { jobFormats } = threads;
  return {
    workingDir,
    loadId,
    extractedPath,
    schema,
    maxIdentifierLength,
    caseSensitiveIdentifiers,
    weiPrecision,
    mergeStrategies,
    rotation,
    hasKernel: kernel !== undefined,
    kernelLimits,
    jobFormats,
    nowMs: run.nowMs,
  };
}
