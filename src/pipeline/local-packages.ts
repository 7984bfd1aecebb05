import { type LoadPackageInfo, packageInfo } from "../load/package-info.ts";
import { type FailedAttempt, failedAttempts } from "../load-package/job-failures.ts";
import { jobId } from "../load-package/job-file.ts";
import type { PackageFolder } from "../load-package/package-folder.ts";
import { PackageStore } from "../load-package/package-store.ts";
import { localFolder, pendingFolders, whileItMoves } from "./local-info.ts";

/** A package of this machine, with its folder. */
export interface LocalPackage extends LoadPackageInfo {
  readonly path: string;
  /** Attempts that failed, by job id, where some did. */
  readonly failedAttempts: { readonly [jobId: string]: readonly FailedAttempt[] };
}

/** All packages of a pipeline: those that are kept after their load or abort, then those that wait; oldest first. Reads files only. Throws ConfigError when there is no such pipeline. */
export function readLocalPackages(pipelinesDir: string, name: string): LocalPackage[] {
  const workingDir = localFolder(pipelinesDir, name);
  return whileItMoves(() => {
    const store = new PackageStore(workingDir);
    store.checkVersions();
    return [
      ...store.loaded().map((folder) => localPackage(folder, folder.completion() ?? "loaded")),
      ...pendingFolders(store).map(({ folder, state }) => localPackage(folder, state)),
    ];
  });
}

function localPackage(folder: PackageFolder, state: LoadPackageInfo["state"]): LocalPackage {
  const attempts = folder.allJobs().map((job) => [jobId(job), failedAttempts(folder, job)] as const);
  return {
    ...packageInfo(folder, state),
    path: folder.path,
    failedAttempts: Object.fromEntries(attempts.filter(([, failed]) => failed.length > 0)),
  };
}
