import { linkSync, mkdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { CommitResult, EarlyPackage, JobObserver, LoadSession, PackagePlan } from "../destination-kit/contract.ts";
import type { LoadJob } from "../destination-kit/load-job.ts";
import { fileNumber, jobId, parseJobFileName } from "../load-package/job-file.ts";
import type { PackageJob } from "../load-package/package-folder.ts";
import type { AheadListener, UnitAhead } from "../normalize/ahead-listener.ts";
import type { UnitFile, UnitPackage } from "../normalize/unit.ts";
import { rootTable } from "../schema/table.ts";
import { applyUpdate, type SchemaUpdate } from "../schema/update.ts";
import type { StepHost } from "./step-host.ts";

/** Units that follow each other more slowly are not worth a database that is kept open. */
const mostMsBetween = 5000;

interface Unit {
  readonly ahead: UnitAhead;
  readonly jobs: readonly LoadJob[];
  /** What its files are called in the package, once they are a part of it. */
  jobIds?: readonly string[];
  state: "waiting" | "adding" | "added" | "passed";
}

/**
 * Loads what was normalized ahead into the database while the rest is extracted and normalized, in the transaction that stores the package in the end. Only rows
 * of tables that are appended to. When units are slow to come, or anything goes wrong, it is rolled back, and the package is loaded as any other: all its job files
 * are there.
 */
export class EarlyLoad implements AheadListener {
  readonly #host: StepHost;
  readonly #units = new Map<string, Unit>();
  /** The unit whose rows come next, by table: rows keep their order. */
  readonly #next = new Map<string, number>();
  #of: UnitPackage | undefined;
  /** Files that are read have a second name in it: under the first one they move. */
  #folder: string | undefined;
  #lastAt = 0;
  #work: Promise<void> = Promise.resolve();
  #session: LoadSession | undefined;
  #package: EarlyPackage | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** False: no more rows are added. */
  #takesRows = true;
  #hasBegun = false;
  #isExtracted = false;
  #isGivenUp = false;

  constructor(host: StepHost) {
    this.#host = host;
  }

  get wantsUnits(): boolean {
    return this.#takesRows && this.#hasBegun;
  }

  onAhead(ahead: UnitAhead): void {
    const { unit, of, files } = ahead;
    const isAppended = rootTable(of.schema, unit.table).write_disposition === "append" && files.every(({ csv }) => csv === undefined);
    const isNext = fileNumber(unit.fileId) === (this.#next.get(unit.table) ?? 0);
    if (!this.#takesRows || !isAppended || !isNext || of.loadId !== (this.#of ?? of).loadId) return;
    const jobs = this.#hold(files);
    if (jobs === undefined) return;
    this.#of = of;
    this.#next.set(unit.table, fileNumber(unit.fileId) + 1);
    this.#units.set(jobId(unit), { ahead, jobs, state: "waiting" });
    const now = performance.now();
    const isSoon = this.#units.size > 1 && now - this.#lastAt < mostMsBetween;
    this.#lastAt = now;
    if (!isSoon) return;
    this.#hasBegun = true;
    this.#expectMore();
    for (const one of this.#units.values()) if (one.state === "waiting") this.#work = this.#work.then(() => this.#add(one));
  }

  async beforeTakeOver(unit: PackageJob, of: UnitPackage, fits: boolean): Promise<void> {
    this.#isExtracted = true;
    clearTimeout(this.#timer);
    const one = of.loadId === this.#of?.loadId ? this.#units.get(jobId(unit)) : undefined;
    if (fits || one === undefined) return;
    // What comes after it was normalized as if it did.
    this.#takesRows = false;
    await this.#work;
    if (one.state === "added") await this.#giveUp();
  }

  onTakenOver(unit: PackageJob, jobIds: readonly string[]): void {
    const one = this.#units.get(jobId(unit));
    if (one !== undefined) one.jobIds = jobIds;
  }

  /** Undefined: nothing came of it, and the package is to be loaded as any other. */
  async commit(plan: PackagePlan, observe: JobObserver): Promise<CommitResult | undefined> {
    await this.#work;
    if (this.#isGivenUp || this.#package === undefined || plan.loadId !== this.#of?.loadId) return undefined;
    const added = [...this.#units.values()].filter(({ state }) => state === "added");
    const jobIds = new Set(added.flatMap((one) => one.jobIds ?? []));
    const isWhole = added.reduce((sum, { jobs }) => sum + jobs.length, 0) === jobIds.size;
    if (!isWhole || jobIds.size === 0) {
      await this.#giveUp();
      return undefined;
    }
    try {
      return await this.#package.commit(plan, (job) => jobIds.has(job.jobId), observe);
    } finally {
      await this.#giveUp();
    }
  }

  /** What is not committed by now does not stay. */
  async end(): Promise<void> {
    this.#takesRows = false;
    clearTimeout(this.#timer);
    await this.#work;
    await this.#giveUp();
  }

  async #add(one: Unit): Promise<void> {
    if (one.state !== "waiting" || !this.#takesRows || this.#isGivenUp) return;
    one.state = "adding";
    try {
      const { of, brought } = one.ahead;
      this.#package ??= await this.#begin();
      const update = Object.fromEntries(brought.map(({ name, parent, columns }) => [name, tableUpdate(of, name, parent, columns)]));
      await this.#package.add(applyUpdate(of.schema, update), one.jobs);
      one.state = "added";
    } catch {
      // Loaded as any other, the package fails of the same, or does not.
      one.state = "passed";
      await this.#giveUp();
    }
  }

  /** Undefined where the file system has no hard links: then nothing goes early. */
  #hold(files: readonly UnitFile[]): readonly LoadJob[] | undefined {
    try {
      this.#folder ??= this.#host.store.createAhead();
      const folder = join(this.#folder, String(this.#units.size));
      mkdirSync(folder);
      return files.map(({ path }) => {
        const held = join(folder, basename(path));
        linkSync(path, held);
        return loadJobOf(held);
      });
    } catch {
      return undefined;
    }
  }

  async #begin(): Promise<EarlyPackage> {
    const host = this.#host;
    this.#session = await host.open({ datasetName: host.pipeline.datasetName });
    return this.#session.beginPackage!();
  }

  #expectMore(): void {
    clearTimeout(this.#timer);
    if (this.#isExtracted) return;
    this.#timer = setTimeout(() => {
      this.#takesRows = false;
      this.#work = this.#work.then(() => this.#giveUp());
    }, mostMsBetween);
    this.#timer.unref();
  }

  /** Nobody has to wait for the database any more. */
  async #giveUp(): Promise<void> {
    this.#isGivenUp = true;
    this.#takesRows = false;
    const [session, early] = [this.#session, this.#package];
    this.#session = undefined;
    this.#package = undefined;
    try {
      await early?.rollback();
      await session?.close();
    } catch {
      // A lost connection may not even close, and nothing of it counts.
    }
    if (this.#folder !== undefined) this.#host.store.discardAhead(this.#folder);
    this.#folder = undefined;
  }
}

function tableUpdate(
  { schema }: UnitPackage,
  name: string,
  parent: string | undefined,
  columns: UnitAhead["brought"][number]["columns"],
): SchemaUpdate[string] {
  const isNew = !Object.hasOwn(schema.tables, name) && parent !== undefined;
  return { ...(isNew ? { parent } : {}), columns: Object.fromEntries(columns.map((column) => [column.name, column])) };
}

function loadJobOf(path: string): LoadJob {
  const job = parseJobFileName(basename(path))!;
  return { jobId: jobId(job), table: job.table, format: job.format, path, bytes: statSync(path).size };
}
