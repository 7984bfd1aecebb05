import { crashPoint } from "../core/crash-point.ts";
import type { Runtime } from "../core/runtime.ts";
import type { CommitResult, JobObserver, JobProgress, PackagePlan } from "../destination-kit/contract.ts";
import { LoadJobFailedError } from "../destination-kit/errors.ts";
import type { LoadJob, LoadJobInfo } from "../destination-kit/load-job.ts";
import { guardDisk } from "../load-package/errors.ts";
import { recordFailure } from "../load-package/job-failures.ts";
import { jobId } from "../load-package/job-file.ts";
import { jobProgress } from "../load-package/job-progress.ts";
import type { PackageFolder, PackageJob } from "../load-package/package-folder.ts";
import type { PackageStore } from "../load-package/package-store.ts";
import { type CompletedPackage, completePackage } from "./complete-package.ts";
import type { LoadSessions } from "./load-sessions.ts";
import { jobInfo, jobRowsOf } from "./package-info.ts";
import { loadJob } from "./plan-package.ts";
import { type Merged, reconcilingPlan } from "./reconciling-plan.ts";
import { recordCommands } from "./record-commands.ts";
import { isTransient, type LoadRetry, mayRetry } from "./retry.ts";

export interface LoadPackageOptions {
  readonly pipelineName: string;
  readonly folder: PackageFolder;
  readonly store: PackageStore;
  readonly sessions: LoadSessions;
  /** No package is loaded after this one. */
  readonly isLast: boolean;
  readonly runtime: Runtime;
  /** Ends the waiting for another attempt; an attempt that runs is finished. */
  readonly signal: AbortSignal;
  /** So often the package is tried again where time may mend its failure. */
  readonly maxRetries: number;
  readonly deleteCompletedJobs: boolean;
  /** Jobs are stored one by one, and those that are stored stay completed: see `commit` of the capabilities. */
  readonly keepsJobs: boolean;
  /** So many states stay in the destination; undefined: all. */
  readonly keepStateVersions: number | undefined;
  /** Rows that waited in a staging dataset do not stay there. */
  readonly truncateStaging: boolean;
  /** Stores the package where some of its rows wait in an open transaction; undefined when nothing came of that. */
  readonly commitEarly?: ((plan: PackagePlan, observe: JobObserver) => Promise<CommitResult | undefined>) | undefined;
  readonly onJob: (event: JobEvent, job: LoadJobInfo) => void;
  readonly onRetry: (retry: LoadRetry) => void;
}

export type JobEvent = "job-started" | "job-completed" | "job-retried" | "job-failed";

export interface LoadedPackage extends CompletedPackage {
  /** What the destination has now, where others committed in the meantime. */
  readonly merged: Merged;
}

/**
 * Loads one normalized package in one commit and moves it to the loaded ones. What may be gone in a moment is tried again. When it fails the package stays
 * pending, with its jobs started: the next attempt asks the destination for the load record first, so a package whose commit succeeded is only moved.
 */
export async function loadPackage(options: LoadPackageOptions): Promise<LoadedPackage> {
  const { sessions } = options;
  const tell = tellOnce(options);
  for (let retriesDone = 0; ; retriesDone += 1) {
    try {
      return await attempt(options, tell);
    } catch (error) {
      // After any failure: what a lost connection or an ended transaction left in it is not worth knowing.
      await sessions.drop();
      const noted = noteFailure(options, error);
      const isLast = !isTransient(error) || retriesDone >= options.maxRetries;
      if (noted !== undefined) tellOfFailure(options, isLast ? "job-failed" : "job-retried", noted.job);
      if (!(await mayRetry(noted?.error ?? error, retriesDone, options))) throw noted?.error ?? error;
    }
  }
}

type TellOfJob = (event: "job-started" | "job-completed", job: LoadJob, info: LoadJobInfo) => void;

/** A job that is done again, because it or another one failed, is told of once. */
function tellOnce({ onJob }: LoadPackageOptions): TellOfJob {
  const announced = new Set<string>();
  return (event, job, info) => {
    const key = `${event} ${job.jobId}`;
    if (announced.has(key)) return;
    announced.add(key);
    onJob(event, info);
  };
}

async function attempt(options: LoadPackageOptions, tell: TellOfJob): Promise<LoadedPackage> {
  const { folder, store, sessions, keepsJobs } = options;
  const { mayBeCommitted } = folder;
  const session = await sessions.get();
  if (mayBeCommitted && ((keepsJobs && isCleaned(folder)) || (await session.hasLoad(folder.loadId)))) {
    guardDisk(store.workingDir, () => moveAll(folder, [...folder.jobs("started"), ...folder.jobs("new")], "completed"));
    return { ...completePackage(options), merged: {} };
  }
  folder.checkFiles();
  const jobs = guardDisk(store.workingDir, () => (keepsJobs ? startOthers(folder) : start(folder)));
  crashPoint("load:jobs-started");
  const merged = await commit({ ...options, mayBeCommitted }, jobs, tell);
  if (options.isLast) sessions.release();
  guardDisk(store.workingDir, () => moveAll(folder, folder.jobs("started"), "completed"));
  crashPoint("load:jobs-completed");
  return { ...completePackage(options), merged };
}

/** Gives what was committed where it is not what the package holds. */
async function commit(
  options: LoadPackageOptions & { readonly mayBeCommitted: boolean },
  jobs: readonly PackageJob[],
  tell: TellOfJob,
): Promise<Merged> {
  const { folder, sessions, keepsJobs, commitEarly, mayBeCommitted } = options;
  const session = await sessions.get();
  const byId = new Map(jobs.map((job) => [jobId(job), job]));
  const jobRows = jobRowsOf(folder);
  const infoOf = (job: LoadJob): LoadJobInfo => jobInfo(folder, byId.get(job.jobId)!, jobRows);
  const started = (job: LoadJob): void => tell("job-started", job, infoOf(job));
  const completed = (job: LoadJob): void => {
    const mine = byId.get(job.jobId)!;
    if (keepsJobs && mine.state !== "completed") guardDisk(folder.workingDir, () => moveAll(folder, [mine], "completed"));
    tell("job-completed", job, { ...infoOf(job), state: "completed" });
  };
  const progressOf = (job: LoadJob): JobProgress => jobProgress(folder, job.jobId);
  const isCompleted = (job: LoadJob): boolean => byId.get(job.jobId)?.state === "completed";
  const merged: { current: Merged } = { current: {} };
  const plan = reconcilingPlan(options, jobs, (now) => {
    merged.current = now;
  });
  // The state row is written by the commit itself, its job is done with it.
  const loadedByCommit = jobs.filter((job) => !plan.jobs.some((planned) => planned.jobId === jobId(job))).map((job) => loadJob(job));
  for (const job of loadedByCommit) started(job);
  const observer = { started, completed, isCompleted, progressOf };
  const early = mayBeCommitted ? undefined : await commitEarly?.(plan, observer);
  const { appliedUpdate } = early ?? (await session.commitPackage(plan, observer));
  for (const job of loadedByCommit) completed(job);
  guardDisk(folder.workingDir, () => {
    folder.writeSchemaUpdate(appliedUpdate, { isApplied: true });
    recordCommands(folder);
  });
  return merged.current;
}

interface NotedFailure {
  readonly job: LoadJobInfo;
  readonly error: LoadJobFailedError;
}

/** Keeps in the package which job failed, and why; where the error names one. */
function noteFailure({ folder }: LoadPackageOptions, error: unknown): NotedFailure | undefined {
  if (!(error instanceof LoadJobFailedError)) return undefined;
  try {
    const culprit = folder.jobs("started").find((job) => jobId(job) === error.job.jobId);
    if (culprit === undefined) return undefined;
    const failure = { isTerminal: !error.retryable, message: error.job.failedMessage ?? error.message };
    const job = jobInfo(folder, recordFailure(folder, culprit, failure), jobRowsOf(folder));
    return { job, error: error.of(job) };
  } catch {
    // A disk that takes no note must not hide why the job failed.
    return undefined;
  }
}

/** A listener that throws here must not hide why the job failed. */
function tellOfFailure({ onJob }: LoadPackageOptions, event: JobEvent, job: LoadJobInfo): void {
  try {
    onJob(event, job);
  } catch {
    // The error of the job is the one to act on.
  }
}

/** Those of an interrupted attempt start again, too: nothing of it was stored. */
function start(folder: PackageFolder): PackageJob[] {
  moveAll(folder, [...folder.jobs("new"), ...folder.jobs("completed")], "started");
  return folder.jobs("started");
}

/** Those that an earlier attempt has stored stay completed: what was stored is never stored again. */
function startOthers(folder: PackageFolder): PackageJob[] {
  moveAll(folder, folder.jobs("new"), "started");
  return [...folder.jobs("started"), ...folder.jobs("completed")].sort((a, b) => (jobId(a) < jobId(b) ? -1 : 1));
}

/** The files of completed jobs go once all of them are. */
function isCleaned(folder: PackageFolder): boolean {
  return !folder.hasCompletedJobs && folder.jobs("new").length === 0 && folder.jobs("started").length === 0;
}

function moveAll(folder: PackageFolder, jobs: readonly PackageJob[], state: "started" | "completed"): void {
  for (const job of jobs) {
    folder.moveJob(job, state);
    crashPoint("load:job-moved");
  }
}
