import type { PackageJob } from "../load-package/package-folder.ts";
import type { Kernel } from "./kernel/kernel.ts";
import { type Findings, type NormalizedPackage, PackageRun, type PackageRunOptions, rawFormat } from "./package-run.ts";
import { isWorthThreads, type NormalizeThreads, throwIfCancelled } from "./threads.ts";
import { UnitProgress } from "./unit-progress.ts";
import type { UnitsAhead } from "./units-ahead.ts";

export type { Findings, NormalizedPackage };

export interface NormalizePackageOptions extends PackageRunOptions {
  /** Threads that may help. */
  readonly threads?: NormalizeThreads | undefined;
  /** What was done while the package was extracted. */
  readonly ahead?: UnitsAhead | undefined;
  /** False: the kernel is not used. Default true. */
  readonly useKernel?: boolean | undefined;
  /** Looked at between two units. */
  readonly signal?: AbortSignal;
}

/**
 * Turns the raw files of a package, unit by unit, into job files: one per unit and table, or more where the format of the files needs it. Job files go on as they
 * are. Threads change nothing of what comes out.
 */
export async function normalizePackage(options: NormalizePackageOptions): Promise<NormalizedPackage> {
  const units = options.extracted.jobs("new");
  const { threads, ahead, extracted, schema } = options;
  const progress = new UnitProgress(options.onProgress);
  const kernel = await kernelFor(options, units);
  const kernelLimits = { minUnitBytes: defaultMinUnitBytes, ...options.kernelLimits };
  const of = { loadId: extracted.loadId, extractedPath: extracted.path, schema };
  const hasAhead = ahead?.begin(units, of) === true;
  const nowMs = hasAhead ? ahead.nowMs : undefined;
  const run = new PackageRun({ ...options, nowMs, kernel, kernelLimits, onProgress: (rows) => progress.settle(rows) });
  try {
    if (hasAhead) {
      const { takeOverAhead } = await import("./take-over-ahead.ts");
      await takeOverAhead(run, units, { ...options, ahead }, of);
    } else if (threads !== undefined && isWorthThreads(options, units)) {
      const { normalizeInThreads } = await import("./normalize-in-threads.ts");
      await normalizeInThreads(run, units, { ...options, kernel, kernelLimits, threads }, progress);
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

async function kernelFor(options: NormalizePackageOptions, units: readonly PackageJob[]): Promise<Kernel | undefined> {
  const { minUnitBytes = defaultMinUnitBytes } = options.kernelLimits ?? {};
  if (!mayUseKernel(options) || !units.some((unit) => unit.format === rawFormat && unit.bytes >= minUnitBytes)) return undefined;
  const { Kernel } = await import("./kernel/kernel.ts");
  return Kernel.create();
}

/** False: job files end after a number of rows or bytes, or it was switched off. */
export function mayUseKernel({ useKernel, rotation = {} }: Pick<NormalizePackageOptions, "useKernel" | "rotation">): boolean {
  const { bufferMaxItems, fileMaxItems, fileMaxBytes } = rotation;
  return useKernel !== false && [bufferMaxItems, fileMaxItems, fileMaxBytes].every((limit) => limit === undefined);
}

/** A smaller unit is done by the reference before the kernel knows its keys. The whole of the tests can be run on the kernel by setting it to 0. */
export const defaultMinUnitBytes: number = Number(process.env["LEAT_KERNEL_MIN_BYTES"] ?? 64 * 1024);
