import { CancelledError } from "../core/errors.ts";
import { type Runtime, usesChanceOfMachine } from "../core/runtime.ts";
import type { PackageFolder, PackageJob } from "../load-package/package-folder.ts";
import { hasStrictContract } from "../schema/contract.ts";
import type { SchemaDocument } from "../schema/document.ts";
import type { MergeStrategy } from "../schema/hint-options.ts";
import type { CustomNaming } from "../schema/naming/custom-naming.ts";
import { builtInNaming } from "../schema/schema-naming.ts";
import type { jobFormatsOf } from "./job-format-of.ts";
import type { KernelLimits } from "./kernel/unit-kernel.ts";
import { rawFormat } from "./package-run.ts";
import type { Rotation } from "./rotation.ts";
import type { NormalizedUnit, UnitNews, UnitPackage, UnitTask } from "./unit.ts";

/** Threads that normalize may use. */
export interface NormalizeThreads {
  /** How many. */
  readonly count: number;
  /** Threads get data and no functions: what `jobFormats` is made of. */
  readonly jobFormats: Parameters<typeof jobFormatsOf>;
  /** Default real ones. */
  readonly start?: (task: ThreadTask) => UnitThread;
  /** A package with less is for one thread: to start another takes as long as to normalize about a MB, and what it runs is slow at first. Default 8 MB. */
  readonly minPackageBytes?: number;
  /** A unit with less is done sooner than handed over. Default 64 kB. */
  readonly minUnitBytes?: number;
}

/** What is the same for all units of a thread; the package is that of the first one. */
export interface ThreadTask extends UnitPackage {
  readonly workingDir: string;
  readonly maxIdentifierLength: number | undefined;
  readonly caseSensitiveIdentifiers: boolean;
  /** Precision and scale of its wei columns. */
  readonly weiPrecision: readonly [precision: number, scale: number];
  /** How it can merge rows: their ids depend on it. */
  readonly mergeStrategies: readonly MergeStrategy[];
  readonly jobFormats: Parameters<typeof jobFormatsOf>;
  readonly rotation: Rotation | undefined;
  readonly hasKernel: boolean;
  readonly kernelLimits: KernelLimits | undefined;
  readonly nowMs: number;
}

/** Normalizes one unit at a time. */
export interface UnitThread {
  /** False: it came to an end, and takes no more units. */
  readonly isAlive: boolean;
  /** Undefined: the unit could not be normalized there, for whatever reason. Rejects when there are no threads here at all, and with what `onNews` throws. */
  run(task: UnitTask, onNews: (news: UnitNews) => void): Promise<NormalizedUnit | undefined>;
  end(): Promise<void>;
}

export function isForThread(unit: PackageJob, { minUnitBytes = 64 * 1024 }: NormalizeThreads): boolean {
  return unit.format === rawFormat && unit.bytes >= minUnitBytes;
}

/** What says whether units may be normalized in another thread, ahead of their turn. */
export interface AheadConditions {
  readonly schema: SchemaDocument;
  readonly runtime: Pick<Runtime, "randomBytes">;
  readonly customNaming?: CustomNaming | undefined;
}

/** False: what comes out depends on the order of all rows, or on functions. */
export function mayBeAhead({ schema, runtime, customNaming }: AheadConditions): boolean {
  // Functions do not go to other threads, and a naming convention of the program's is one.
  if (customNaming !== undefined || builtInNaming(schema.normalizers.names) === undefined) return false;
  // A contract counts rows from the first one of the package. Ids of rows from elsewhere come in one order.
  return !hasStrictContract(schema) && usesChanceOfMachine(runtime);
}

interface WorthOptions extends AheadConditions {
  readonly threads?: NormalizeThreads | undefined;
}

/** False: one thread does it as fast, or has to do it. */
export function isWorthThreads({ threads, ...conditions }: WorthOptions, units: readonly PackageJob[]): boolean {
  if (threads === undefined || threads.count < 2) return false;
  const { minPackageBytes = defaultMinPackageBytes } = threads;
  const large = units.filter((unit) => isForThread(unit, threads));
  if (large.length < 2 || large.reduce((sum, { bytes }) => sum + bytes, 0) < minPackageBytes) return false;
  return mayBeAhead(conditions);
}

export const defaultMinPackageBytes: number = 8 * 1024 * 1024;

export function throwIfCancelled({
  signal,
  extracted,
}: {
  readonly signal?: AbortSignal | undefined;
  readonly extracted: PackageFolder;
}): void {
  if (signal?.aborted !== true) return;
  throw new CancelledError(`The run was cancelled while package \`${extracted.loadId}\` was normalized; the next run does that again.`, {
    cause: signal.reason,
  });
}
