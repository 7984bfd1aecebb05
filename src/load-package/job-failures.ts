import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { crashPoint } from "../core/crash-point.ts";
import { readTextIfExists, writeFileAtomic } from "../core/files.ts";
import { jobFileName } from "./job-file.ts";
import type { PackageFolder, PackageJob } from "./package-folder.ts";

/** Why the last attempt to load a job failed. */
export interface JobFailure {
  /** False: trying again may help. */
  readonly isTerminal: boolean;
  readonly message: string;
}

/** Notes why a job failed and puts it back to the new ones, as its next attempt: dlt's way, so that dlt can show it, too. */
export function recordFailure(folder: PackageFolder, job: PackageJob, { isTerminal, message }: JobFailure): PackageJob {
  mkdirSync(join(folder.path, exceptionsFolder), { recursive: true });
  writeFileAtomic(exceptionPath(folder, job), `${kindKey}: ${isTerminal ? "terminal" : "transient"}\n${message}`);
  crashPoint("load:failure-noted");
  return folder.moveJob({ ...job, retry: job.retry + 1 }, "new");
}

/** Undefined for a job that has not failed, or that was started again since. */
export function failureOf(folder: PackageFolder, job: PackageJob): JobFailure | undefined {
  if (job.state === "failed")
    return { isTerminal: true, message: readTextIfExists(`${job.path}${exceptionEnding}`) ?? "no reason was noted" };
  if (job.state !== "new" || job.retry === 0) return undefined;
  const text = readTextIfExists(exceptionPath(folder, { ...job, retry: job.retry - 1 }));
  return text === undefined ? undefined : parseFailure(text);
}

/** One attempt of a job that failed. */
export interface FailedAttempt extends JobFailure {
  /** 0 for the first. */
  readonly attempt: number;
}

/** All that is noted of a job that has not been loaded yet, oldest first. */
export function failedAttempts(folder: PackageFolder, job: PackageJob): FailedAttempt[] {
  const attempts: FailedAttempt[] = [];
  for (let attempt = 0; attempt <= job.retry; attempt += 1) {
    const text = readTextIfExists(exceptionPath(folder, { ...job, retry: attempt }));
    if (text !== undefined) attempts.push({ attempt, ...parseFailure(text) });
  }
  return attempts;
}

/** Leaves a job out for good: it lies among the failed ones, its reason beside it. */
export function failJob(folder: PackageFolder, job: PackageJob, reason: string): PackageJob {
  writeFileAtomic(join(folder.path, "failed_jobs", jobFileName(job) + exceptionEnding), reason);
  crashPoint("fail-job:reason-noted");
  return folder.moveJob(job, "failed");
}

/** What failed stays to be looked at when its package is given up: with its reason among the failed jobs, as dlt keeps it. */
export function keepFailures(folder: PackageFolder): void {
  for (const job of folder.jobs("new")) {
    const failure = failureOf(folder, job);
    if (failure !== undefined) failJob(folder, job, failure.message);
  }
}

/** A package that was loaded has no failures to show but those of jobs that were left out. */
export function clearFailures(folder: PackageFolder): void {
  rmSync(join(folder.path, exceptionsFolder), { recursive: true, force: true });
}

const exceptionsFolder = ".exceptions";
const exceptionEnding = ".exception";
const kindKey = "retry";

function exceptionPath(folder: PackageFolder, { table, fileId, retry }: PackageJob): string {
  return join(folder.path, exceptionsFolder, `${table}.${fileId}.${retry}${exceptionEnding}`);
}

function parseFailure(text: string): JobFailure {
  const end = text.indexOf("\n");
  const [, kind] = text.slice(0, Math.max(end, 0)).split(": ");
  return { isTerminal: kind === "terminal", message: (end === -1 ? text : text.slice(end + 1)).trim() };
}
