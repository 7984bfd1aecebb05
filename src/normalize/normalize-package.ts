import type { PackageJob } from "../load-package/package-folder.ts";
import type { Kernel } from "./kernel/kernel.ts";
import { type Findings, type NormalizedPackage, PackageRun, type PackageRunOptions, rawFormat } from "./package-run.ts";
import { isWorthThreads, type NormalizeThreads, throwIfCancelled } from "./threads.ts";
import { UnitProgress } from "./unit-progress.ts";

export type { Findings, NormalizedPackage };

export interface NormalizePackageOptions extends PackageRunOptions {
  /** Threads that may help. */
  readonly threads?: NormalizeThreads | undefined;
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
  const { threads } = options;
  const progress = new UnitProgress(options.onProgress);
  const kernel = await kernelFor(options, units);
  const kernelLimits = { minUnitBytes: defaultMinUnitBytes, ...options.kernelLimits };
  const run = new PackageRun({ ...options, kernel, kernelLimits, onProgress: (rows) => progress.settle(rows) });
  try {
    if (threads !== undefined && isWorthThreads(options, units)) {
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

async function kernelFor(
  { useKernel, rotation = {}, kernelLimits = {} }: NormalizePackageOptions,
  units: readonly PackageJob[],
): Promise<Kernel | undefined> {
  const { bufferMaxItems, fileMaxItems, fileMaxBytes } = rotation;
  const hasLimits = [bufferMaxItems, fileMaxItems, fileMaxBytes].some((limit) => limit !== undefined);
  const { minUnitBytes = defaultMinUnitBytes } = kernelLimits;
  if (useKernel === false || hasLimits || !units.some((unit) => unit.format === rawFormat && unit.bytes >= minUnitBytes)) return undefined;
  const { Kernel } = await import("./kernel/kernel.ts");
  return Kernel.create();
}

/** A smaller unit is done by the reference before the kernel knows its keys. The whole of the tests can be run on the kernel by setting it to 0. */
const defaultMinUnitBytes = Number(process.env["LEAT_KERNEL_MIN_BYTES"] ?? 64 * 1024);
