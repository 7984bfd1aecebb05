import type { PackageJob } from "../load-package/package-folder.ts";
import type { PackageRun, PackageRunOptions } from "./package-run.ts";
import { throwIfCancelled } from "./threads.ts";
import type { UnitPackage } from "./unit.ts";
import type { UnitsAhead } from "./units-ahead.ts";

export interface AheadOptions extends PackageRunOptions {
  readonly ahead: UnitsAhead;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Normalizes the units of a package in their order: what was done while the package was extracted is taken over where it is what this thread would have made of the
 * unit, and the thread that did it goes on ahead with what is left.
 */
export async function takeOverAhead(run: PackageRun, units: readonly PackageJob[], options: AheadOptions, of: UnitPackage): Promise<void> {
  const { ahead, signal } = options;
  const onAbort = (): void => void ahead.end();
  signal?.addEventListener("abort", onAbort);
  try {
    for (const unit of units) {
      throwIfCancelled(options);
      const done = await ahead.resultOf(unit, of);
      throwIfCancelled(options);
      const fits = done !== undefined && run.fits(done);
      await ahead.listener?.beforeTakeOver(unit, of, fits);
      if (fits) {
        const jobIds = run.takeOver(unit, done);
        ahead.listener?.onTakenOver(unit, jobIds);
      } else await run.normalizeUnit(unit);
    }
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}
