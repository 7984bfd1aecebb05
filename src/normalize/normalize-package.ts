import { type Findings, type NormalizedPackage, PackageRun, type PackageRunOptions } from "./package-run.ts";
import { isWorthThreads, type NormalizeThreads, throwIfCancelled } from "./threads.ts";
import { UnitProgress } from "./unit-progress.ts";

export type { Findings, NormalizedPackage };

export interface NormalizePackageOptions extends PackageRunOptions {
  /** Threads that may help. */
  readonly threads?: NormalizeThreads | undefined;
  /** Looked at between two units. */
  readonly signal?: AbortSignal;
}

/**
 * Turns the raw files of a package, unit by unit, into job files: one per unit and table, or more where the format of the files needs it. Job files go on as they
 * are. Threads change nothing of what comes out.
 */
export async function normalizePackage(options: NormalizePackageOptions): Promise<NormalizedPackage> {
  const units = options.extracted.jobs("new");
  const { threads } = options;
  const progress = new UnitProgress(options.onProgress);
  const run = new PackageRun({ ...options, onProgress: (rows) => progress.settle(rows) });
  try {
    if (threads !== undefined && isWorthThreads(options, units)) {
      const { normalizeInThreads } = await import("./normalize-in-threads.ts");
      await normalizeInThreads(run, units, { ...options, threads }, progress);
    } else {
      for (const unit of units) {
        throwIfCancelled(options);
        await run.normalizeUnit(unit);
      }
    }
    return run.result();
  } catch (error) {
    run.abort();
    throw error;
  }
}
