import { existsSync, linkSync, mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import type { Runtime } from "../core/runtime.ts";
import { jobId } from "../load-package/job-file.ts";
import type { PackageJob } from "../load-package/package-folder.ts";
import type { PackageStore } from "../load-package/package-store.ts";
import type { AheadListener } from "./ahead-listener.ts";
import { defaultMinPackageBytes, isForThread, mayBeAhead, type NormalizeThreads, type ThreadTask, type UnitThread } from "./threads.ts";
import type { BroughtTable, NormalizedUnit, UnitPackage } from "./unit.ts";
import { broughtBy, isSameFor } from "./unit-chain.ts";

export interface UnitsAheadOptions {
  /** What all units have in common. */
  readonly task: Omit<ThreadTask, keyof UnitPackage | "nowMs">;
  readonly store: PackageStore;
  readonly runtime: Pick<Runtime, "nowMicros" | "randomBytes">;
  /** `count` does not matter. */
  readonly threads: NormalizeThreads;
  readonly listener?: AheadListener | undefined;
}

/** A unit that was announced. */
interface Announced {
  unit: PackageJob;
  /** The package as it was declared when the unit ended. */
  of: UnitPackage;
  /** Set once the thread has it. */
  result?: Promise<NormalizedUnit | undefined>;
}

/**
 * Normalizes raw files of packages that are still extracted, one after the other, in a thread. Each is done as if what the files before it brought were all, and as if
 * the tables stayed as they are declared by then. What becomes of it lies in a private folder, and counts only when the package is normalized and takes it over, which
 * it does where both was right. Whatever goes wrong here is done again there.
 */
export class UnitsAhead {
  readonly #options: UnitsAheadOptions;
  readonly #units = new Map<string, Announced>();
  /** What the units of a table brought so far, and under which schema; by package and table. */
  readonly #chains = new Map<string, { readonly of: UnitPackage; readonly brought: readonly BroughtTable[] }>();
  #waiting: Announced[] = [];
  #bytes = 0;
  #nowMs: number | undefined;
  #folder: string | undefined;
  #folders = 0;
  #thread: UnitThread | undefined;
  /** The package that the thread was told of last. */
  #told: UnitPackage | undefined;
  /** The unit at hand, and the handing out of the next one. */
  #work: Promise<unknown> | undefined;
  #hasEnded = false;

  constructor(options: UnitsAheadOptions) {
    this.#options = options;
  }

  /** The time that all rows have. Undefined: nothing was done ahead. */
  get nowMs(): number | undefined {
    return this.#nowMs;
  }

  /** No more rows come into the unit, and its package is still extracted. Too little of all is left to the normalizing of the package. */
  announce(unit: PackageJob, of: UnitPackage): void {
    const { threads, runtime } = this.#options;
    if (this.#hasEnded || !isForThread(unit, threads) || !mayBeAhead({ schema: of.schema, runtime })) return;
    this.#bytes += unit.bytes;
    this.#wait({ unit, of });
    const { minPackageBytes = defaultMinPackageBytes } = threads;
    if (this.#bytes >= minPackageBytes) this.#handOut();
  }

  /** The package is extracted, and its turn has come: what was not begun goes on, from another place. False: all of it is to be done without. */
  begin(units: readonly PackageJob[], of: UnitPackage): boolean {
    if (this.#nowMs === undefined || !mayBeAhead({ schema: of.schema, runtime: this.#options.runtime })) return false;
    const begun = new Set([...this.#units].flatMap(([key, { result }]) => (result === undefined ? [] : [key])));
    const left = units.filter((unit) => isForThread(unit, this.#options.threads) && !begun.has(keyOf(of, unit)));
    this.#waiting = this.#waiting.filter((one) => one.of.loadId !== of.loadId);
    for (const unit of left) this.#wait({ unit, of });
    this.#handOut();
    return true;
  }

  /** What became of a unit whose turn has come. Undefined: it was not begun, and nobody else does it now; or it came to nothing. */
  async resultOf(unit: PackageJob, of: UnitPackage): Promise<NormalizedUnit | undefined> {
    const key = keyOf(of, unit);
    const announced = this.#units.get(key);
    const isWanted = (): boolean => announced !== undefined && announced.result === undefined && this.listener?.wantsUnits === true;
    while (isWanted() && this.#work !== undefined) await this.#work;
    this.#units.delete(key);
    if (announced?.result === undefined) {
      this.#waiting = this.#waiting.filter((one) => one !== announced);
      this.#handOut();
      return undefined;
    }
    const done = await announced.result;
    // It may have come to its end meanwhile, and nothing is left.
    return done !== undefined && this.#folder !== undefined && isSameFor(unit.table, done, announced.of.schema, of.schema)
      ? done
      : undefined;
  }

  get listener(): AheadListener | undefined {
    return this.#options.listener;
  }

  /** Nothing more is asked for. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    this.#waiting = [];
    await this.#thread?.end();
    if (this.#folder !== undefined) this.#options.store.discardAhead(this.#folder);
    this.#folder = undefined;
  }

  #wait(announced: Announced): void {
    this.#waiting.push(announced);
    this.#units.set(keyOf(announced.of, announced.unit), announced);
  }

  #handOut(): void {
    if (this.#work !== undefined || this.#hasEnded) return;
    // Files of a package that was just committed have moved: its turn will come.
    const at = this.#waiting.findIndex(({ unit }) => existsSync(unit.path));
    const next = at < 0 ? undefined : this.#waiting.splice(at, 1)[0];
    if (next === undefined) return;
    next.result = this.#normalize(next);
    this.#work = next.result.then(() => {
      this.#work = undefined;
      this.#handOut();
    });
  }

  async #normalize({ unit, of }: Announced): Promise<NormalizedUnit | undefined> {
    try {
      this.#folder ??= this.#options.store.createAhead();
      this.#nowMs ??= Math.floor(this.#options.runtime.nowMicros() / 1000);
      const folder = join(this.#folder, String(this.#folders++));
      const held = hold(unit, folder);
      const thread = (this.#thread ??= await this.#start(of, this.#nowMs));
      if (this.#hasEnded) {
        await thread.end();
        return undefined;
      }
      const assumed = this.#assumed(unit, of);
      const told = this.#told;
      this.#told = of;
      const isTold = told?.loadId === of.loadId && told.schema === of.schema && told.extractedPath === of.extractedPath;
      const done = await thread.run({ unit: held, folder, assumed, ...(isTold ? {} : { package: of }) }, () => {});
      if (held !== unit) rmSync(held.path, { force: true });
      if (done === undefined) return undefined;
      const brought = broughtBy(assumed, done);
      this.#chains.set(chainOf(unit, of), { of, brought });
      this.#options.listener?.onAhead({ unit, of, files: done.files, brought });
      return done;
    } catch {
      // No thread can be started here, or the disk is full: whoever normalizes the package says so, if it matters.
      this.#hasEnded = true;
      return undefined;
    } finally {
      this.#hasEnded ||= this.#thread?.isAlive !== true;
    }
  }

  async #start(of: UnitPackage, nowMs: number): Promise<UnitThread> {
    const { task, threads } = this.#options;
    const started: ThreadTask = { ...task, ...of, nowMs };
    if (threads.start !== undefined) return threads.start(started);
    const { WorkerThread } = await import("./worker-thread.ts");
    return new WorkerThread(started);
  }

  /** What the units before it brought, unless the tables were declared in another way then. */
  #assumed(unit: PackageJob, of: UnitPackage): readonly BroughtTable[] {
    const chain = this.#chains.get(chainOf(unit, of));
    return chain !== undefined && isSameFor(unit.table, { tables: chain.brought }, chain.of.schema, of.schema) ? chain.brought : [];
  }
}

/** The unit under a second name: its package may be committed, and move, before the thread has opened the file. */
function hold(unit: PackageJob, folder: string): PackageJob {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, basename(unit.path));
  try {
    linkSync(unit.path, path);
    return { ...unit, path };
  } catch {
    // The file system has no hard links: when it has moved it is normalized in its turn.
    return unit;
  }
}

function keyOf({ loadId }: UnitPackage, unit: PackageJob): string {
  return `${loadId}/${jobId(unit)}`;
}

function chainOf({ table }: PackageJob, { loadId }: UnitPackage): string {
  return `${loadId}/${table}`;
}
