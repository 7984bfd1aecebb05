import { availableParallelism } from "node:os";
import { usesChanceOfMachine } from "../core/runtime.ts";
import type { AheadListener } from "../normalize/ahead-listener.ts";
import type { NormalizeOptions } from "../normalize/normalize.ts";
import { defaultMinUnitBytes, mayUseKernel } from "../normalize/normalize-package.ts";
import type { Rotation } from "../normalize/rotation.ts";
import type { NormalizeThreads } from "../normalize/threads.ts";
import { UnitsAhead } from "../normalize/units-ahead.ts";
import type { StepHost } from "./step-host.ts";

type Normalizing = Pick<
  NormalizeOptions,
  | "maxIdentifierLength"
  | "customNaming"
  | "caseSensitiveIdentifiers"
  | "weiPrecision"
  | "mergeStrategies"
  | "rotation"
  | "threads"
  | "useKernel"
>;

/** How the packages of a run are normalized. */
export function normalizing(host: StepHost): Normalizing & { readonly threads: NormalizeThreads } {
  const { name, capabilities } = host.destination;
  const { workers, rotation: _, kernel, ahead: __, ...asked } = host.normalize;
  return {
    maxIdentifierLength: capabilities.maxIdentifierLength,
    customNaming: host.customNaming,
    caseSensitiveIdentifiers: capabilities.caseSensitiveIdentifiers,
    weiPrecision: capabilities.weiPrecision,
    mergeStrategies: capabilities.mergeStrategies,
    rotation: rotationOf(host),
    threads: { count: workers, jobFormats: [{ name, capabilities }, asked] },
    useKernel: kernel,
  };
}

/** Normalizes units while others are extracted. Undefined where another thread gains nothing, or may not: what is cut is normalized beside the extract anyway. */
export function unitsAhead(host: StepHost, listener?: AheadListener): UnitsAhead | undefined {
  const { customNaming, runtime, store, parts } = host;
  const isAsked = host.normalize.ahead && host.normalize.workers === 1 && parts.commitEvery === undefined;
  if (!isAsked || customNaming !== undefined || !usesChanceOfMachine(runtime) || availableParallelism() < 2) return undefined;
  const { threads, useKernel, customNaming: _, ...shared } = normalizing(host);
  const task = {
    ...shared,
    workingDir: store.workingDir,
    rotation: shared.rotation,
    jobFormats: threads.jobFormats,
    hasKernel: mayUseKernel({ useKernel, rotation: shared.rotation }),
    kernelLimits: { minUnitBytes: defaultMinUnitBytes },
  };
  return new UnitsAhead({ task, store, runtime, threads, listener });
}

/** Where the config does not say whether files are packed, the destination does. */
function rotationOf({ destination, normalize: { rotation } }: StepHost): Rotation {
  return { ...rotation, disableCompression: rotation.disableCompression ?? destination.capabilities.compressesText !== true };
}
