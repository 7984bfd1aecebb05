import { ConfigError } from "../core/errors.ts";
import type { LoadJobInfo } from "../destination-kit/load-job.ts";
import { jobInfo, jobRowsOf } from "../load/package-info.ts";
import { guardDisk } from "../load-package/errors.ts";
import { failJob, failureOf } from "../load-package/job-failures.ts";
import { jobFileName, jobId } from "../load-package/job-file.ts";
import type { PackageFolder, PackageJob } from "../load-package/package-folder.ts";
import { isSystemTable } from "../schema/system-tables.ts";
import type { StepHost } from "./step-host.ts";

export interface JobToFail {
  readonly loadId: string;
  /** Its id, or the name of its file. */
  readonly job: string;
  /** Only says whether it can be left out: throws as if it were done. */
  readonly dryRun?: boolean;
}

/**
 * Leaves a job that failed out of its package, which then loads without its rows. Its failure is the proof that the package is not in the destination:
 * a package is committed as a whole. Throws ConfigError when there is no such job, or when it did not fail.
 */
export function failPendingJob({ store, context }: StepHost, { loadId, job: name, dryRun = false }: JobToFail): LoadJobInfo {
  const folder = store.normalized().find((each) => each.loadId === loadId);
  if (folder === undefined) throw new ConfigError(`There is no package \`${loadId}\` with jobs that wait. Nothing was changed.`);
  const job = folder.allJobs().find((each) => jobId(each) === name || jobFileName(each) === name);
  if (job === undefined) throw noJob(folder, name);
  const failure = job.state === "failed" ? undefined : failureOf(folder, job);
  if (failure === undefined) throw new ConfigError(`Job \`${name}\` cannot be left out: ${whyNot(job)}. Nothing was changed.`);
  if (isSystemTable(job.table))
    throw new ConfigError(
      `Job \`${name}\` cannot be left out: without the rows of \`${job.table}\` the package cannot be loaded. Nothing was changed.`,
    );
  if (dryRun) return jobInfo(folder, job, jobRowsOf(folder));
  const info = jobInfo(
    folder,
    guardDisk(store.workingDir, () => failJob(folder, job, failure.message)),
    jobRowsOf(folder),
  );
  context.emit({ type: "job-failed", loadId, job: info });
  return info;
}

function whyNot({ state }: PackageJob): string {
  return state === "failed" ? "it is left out already" : "it has not failed. Only a job that failed in the last attempt can be";
}

function noJob(folder: PackageFolder, name: string): ConfigError {
  const failed = folder.jobs("new").filter((job) => failureOf(folder, job) !== undefined);
  const there = failed.length === 0 ? "No job of it has failed" : `These have failed: ${failed.map(jobId).join(", ")}`;
  return new ConfigError(`There is no job \`${name}\` in package \`${folder.loadId}\`. ${there}. Nothing was changed.`);
}
