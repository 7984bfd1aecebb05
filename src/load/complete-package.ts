import { crashPoint } from "../core/crash-point.ts";
import { guardDisk } from "../load-package/errors.ts";
import { clearFailures } from "../load-package/job-failures.ts";
import { clearProgress } from "../load-package/job-progress.ts";
import type { PackageFolder } from "../load-package/package-folder.ts";
import type { PackageStore } from "../load-package/package-store.ts";
import { type LoadPackageInfo, packageInfo } from "./package-info.ts";

export interface CompletedPackage {
  readonly info: LoadPackageInfo;
}

/** Moves a package that is in the destination to the loaded ones. */
export function completePackage(options: {
  readonly folder: PackageFolder;
  readonly store: PackageStore;
  readonly deleteCompletedJobs: boolean;
}): CompletedPackage {
  const { folder, store, deleteCompletedJobs } = options;
  return guardDisk(store.workingDir, () => {
    clearFailures(folder);
    clearProgress(folder);
    // Before it is marked and moved: killed in between it is still pending, and the next start does the rest.
    const keeps = !deleteCompletedJobs || folder.jobs("failed").length > 0;
    const discarded = keeps ? [] : folder.jobs("completed");
    if (!keeps) discardJobs(folder);
    const loaded = store.completeLoaded(folder);
    const info = packageInfo(loaded, "loaded", discarded);
    if (!keeps) store.discardCleanedBefore(loaded);
    crashPoint("load:before-state-saved");
    return { info };
  });
}

function discardJobs(folder: PackageFolder): void {
  folder.discardCompletedJobs();
  crashPoint("load:jobs-discarded");
}
