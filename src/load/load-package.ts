import { crashPoint } from "../core/crash-point.ts";
import type { Runtime } from "../core/runtime.ts";
import type { LoadSession } from "../destination-kit/contract.ts";
import { LoadJobFailedError } from "../destination-kit/errors.ts";
import type { LoadJob, LoadJobInfo } from "../destination-kit/load-job.ts";
import { guardDisk } from "../load-package/errors.ts";
import { jobId } from "../load-package/job-file.ts";
import type { PackageFolder, PackageJob } from "../load-package/package-folder.ts";
import type { PackageStore } from "../load-package/package-store.ts";
import { jobInfo, type LoadPackageInfo, packageInfo } from "./package-info.ts";
import { loadJob } from "./plan-package.ts";
import { type Merged, reconcilingPlan } from "./reconciling-plan.ts";
import { recordCommands } from "./record-commands.ts";

export interface LoadPackageOptions {
  readonly pipelineName: string;
  readonly folder: PackageFolder;
  readonly store: PackageStore;
  readonly session: LoadSession;
  readonly runtime: Runtime;
  readonly deleteCompletedJobs: boolean;
  /** So many states stay in the destination; undefined: all. */
  readonly keepStateVersions: number | undefined;
  readonly onJob: (event: "job-started" | "job-completed" | "job-failed", job: LoadJobInfo) => void;
}

export interface LoadedPackage {
  readonly info: LoadPackageInfo;
  /** Rows of every table, as normalize counted them. */
  readonly rowCounts: { readonly [table: string]: number };
  /** What the destination has now, where others committed in the meantime. */
  readonly merged: Merged;
}

/**
 * Loads one normalized package in one commit and moves it to the loaded ones. When it fails the package stays pending, with its jobs started:
 * the next attempt asks the destination for the load record first, so a package whose commit succeeded is only moved.
 */
export async function loadPackage(options: LoadPackageOptions): Promise<LoadedPackage> {
  const { folder, store, session } = options;
  const { mayBeCommitted } = folder;
  if (mayBeCommitted && (await session.hasLoad(folder.loadId))) {
    guardDisk(store.workingDir, () => moveAll(folder, [...folder.jobs("started"), ...folder.jobs("new")], "completed"));
    return complete(options, {});
  }
  folder.checkFiles();
  const jobs = guardDisk(store.workingDir, () => start(folder));
  crashPoint("load:jobs-started");
  const merged = await commit({ ...options, mayBeCommitted }, jobs);
  guardDisk(store.workingDir, () => moveAll(folder, jobs, "completed"));
  crashPoint("load:jobs-completed");
  return complete(options, merged);
}

/** Gives what was committed where it is not what the package holds. */
async function commit(options: LoadPackageOptions & { readonly mayBeCommitted: boolean }, jobs: readonly PackageJob[]): Promise<Merged> {
  const { folder, session, onJob } = options;
  const byId = new Map(jobs.map((job) => [jobId(job), job]));
  const infoOf = (job: LoadJob, state: LoadJobInfo["state"]): LoadJobInfo => ({ ...jobInfo(byId.get(job.jobId)!), state });
  const announced = new Set<string>();
  // A destination may do some jobs again, to find the one that fails: each is told of once.
  const once = (event: "job-started" | "job-completed", job: LoadJob): void => {
    const key = `${event} ${job.jobId}`;
    if (announced.has(key)) return;
    announced.add(key);
    onJob(event, infoOf(job, event === "job-started" ? "started" : "completed"));
  };
  const merged: { current: Merged } = { current: {} };
  const plan = reconcilingPlan(options, jobs, (now) => {
    merged.current = now;
  });
  // The state row is written by the commit itself, its job is done with it.
  const loadedByCommit = jobs.filter((job) => !plan.jobs.some((planned) => planned.jobId === jobId(job))).map(loadJob);
  for (const job of loadedByCommit) once("job-started", job);
  const { appliedUpdate } = await session
    .commitPackage(plan, { started: (job) => once("job-started", job), completed: (job) => once("job-completed", job) })
    .catch((error: unknown) => {
      const failed = error instanceof LoadJobFailedError ? byId.get(error.job.jobId) : undefined;
      if (failed !== undefined) tellOfFailure(options, { ...jobInfo(failed), state: "failed", failedMessage: (error as Error).message });
      throw error;
    });
  for (const job of loadedByCommit) once("job-completed", job);
  guardDisk(folder.workingDir, () => {
    folder.writeSchemaUpdate(appliedUpdate, { isApplied: true });
    recordCommands(folder);
  });
  return merged.current;
}

/** A listener that throws here must not hide why the job failed. */
function tellOfFailure({ onJob }: LoadPackageOptions, job: LoadJobInfo): void {
  try {
    onJob("job-failed", job);
  } catch {
    // The error of the job is the one to act on.
  }
}

function complete(options: LoadPackageOptions, merged: Merged): LoadedPackage {
  const { folder, store } = options;
  const rowCounts: Record<string, number> = {};
  const jobRows = folder.readState().leat_job_rows ?? {};
  for (const job of folder.jobs("completed")) rowCounts[job.table] = (rowCounts[job.table] ?? 0) + (jobRows[jobId(job)] ?? 0);
  const loaded = guardDisk(store.workingDir, () => store.completeLoaded(folder));
  const info = packageInfo(loaded, "loaded");
  if (options.deleteCompletedJobs) guardDisk(store.workingDir, () => store.discardLoaded(loaded.loadId));
  crashPoint("load:before-state-saved");
  return { info, rowCounts, merged };
}

/** Those of an interrupted attempt start again, too: nothing of it was stored. */
function start(folder: PackageFolder): PackageJob[] {
  moveAll(folder, folder.jobs("new"), "started");
  return folder.jobs("started");
}

function moveAll(folder: PackageFolder, jobs: readonly PackageJob[], state: "started" | "completed"): void {
  for (const job of jobs) {
    folder.moveJob(job, state);
    crashPoint("load:job-moved");
  }
}
