import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { PackageFolder } from "../load-package/package-folder.ts";
import { jobFormatsOf } from "./job-format-of.ts";
import type { Kernel } from "./kernel/kernel.ts";
import { NameRecorder } from "./name-log.ts";
import { PackageRun } from "./package-run.ts";
import type { TableBuffer } from "./table-buffer.ts";
import type { ThreadTask } from "./threads.ts";
import type { NormalizedUnit, UnitNews, UnitPackage, UnitTask } from "./unit.ts";

/** Normalizes units of packages, each by itself and one after the other, in any thread: files go to a folder of their own, what a unit brings is told. */
export class UnitNormalizer {
  readonly #task: ThreadTask;
  #package: UnitPackage;
  /** New memory for each unit would cost a tenth of the time. */
  readonly #buffers = new Map<string, TableBuffer>();
  /** The memory of these, where it has rows. */
  #kernel: Kernel | undefined;

  constructor(task: ThreadTask) {
    this.#task = task;
    this.#package = task;
  }

  async normalize({ unit, folder, assumed, package: next }: UnitTask, onNews: (news: UnitNews) => void): Promise<NormalizedUnit> {
    if (next !== undefined) this.#goOnWith(next);
    const { workingDir, nowMs, jobFormats } = this.#task;
    const { loadId, extractedPath, schema } = this.#package;
    mkdirSync(join(folder, "new_jobs"), { recursive: true });
    const names = new NameRecorder();
    if (this.#task.hasKernel) this.#kernel ??= await (await import("./kernel/kernel.ts")).Kernel.create();
    let told = -1;
    const run = new PackageRun({
      ...this.#task,
      schema,
      extracted: new PackageFolder(workingDir, extractedPath, loadId),
      target: new PackageFolder(workingDir, folder, loadId),
      jobFormats: jobFormatsOf(...jobFormats),
      runtime: { nowMicros: () => nowMs * 1000, randomBytes },
      alone: { assumed: new Map(assumed.map((table) => [table.name, table])), names, buffers: this.#buffers },
      kernel: this.#kernel,
      onProgress: (rows) => {
        const { broughtNames } = run;
        onNews(broughtNames === told ? { rows } : { rows, brought: run.brought });
        told = broughtNames;
      },
    });
    try {
      const files = await run.writeUnit(unit);
      return { ...run.unitResult(files), names: names.log };
    } catch (error) {
      run.abort();
      this.#buffers.clear();
      this.#kernel = undefined;
      throw error;
    }
  }

  /** Tables of another schema have other columns. */
  #goOnWith(next: UnitPackage): void {
    this.#package = next;
    for (const buffer of this.#buffers.values()) buffer.releaseMemory();
    this.#buffers.clear();
  }
}
