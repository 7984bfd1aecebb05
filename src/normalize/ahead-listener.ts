import type { PackageJob } from "../load-package/package-folder.ts";
import type { BroughtTable, UnitFile, UnitPackage } from "./unit.ts";

/** A unit that was normalized ahead, and may still be done again. */
export interface UnitAhead {
  readonly unit: PackageJob;
  readonly of: UnitPackage;
  readonly files: readonly UnitFile[];
  /** By it and the units of the same table before it. */
  readonly brought: readonly BroughtTable[];
}

/** Follows the units of packages that are normalized ahead. */
export interface AheadListener {
  /** Units are of more use to it when they are normalized ahead than when the package gains a little time by a second thread. */
  readonly wantsUnits: boolean;
  /** Its files stay where they are until this returns. */
  onAhead(done: UnitAhead): void;
  /** Its turn has come. `fits`: its files move to their place in the package; else it is done again. */
  beforeTakeOver(unit: PackageJob, of: UnitPackage, fits: boolean): Promise<void>;
  /** It is a part of the package, as these jobs. */
  onTakenOver(unit: PackageJob, jobIds: readonly string[]): void;
}
