import type { LoadJobInfo } from "../destination-kit/load-job.ts";
import { failureOf } from "../load-package/job-failures.ts";
import { type JobFile, jobId, parseJobId } from "../load-package/job-file.ts";
import type { PackageFolder, PackageJob } from "../load-package/package-folder.ts";
import type { SchemaUpdate } from "../schema/update.ts";

/** A load package: what it is about, how far it is, its jobs. */
export interface LoadPackageInfo {
  /** Its name: seconds since 1970. `_dlt_load_id` of its rows. */
  readonly loadId: string;
  /** The schema that its tables belong to. */
  readonly schemaName: string;
  /** `extracted` and `normalized` wait to be loaded. */
  readonly state: "extracted" | "normalized" | "loaded" | "aborted";
  /** Also those whose files were not kept. */
  readonly jobs: readonly LoadJobInfo[];
  /** Tables and columns that it brings, and that were not there before. */
  readonly schemaUpdate: SchemaUpdate;
}

/** A package as infos show it. `discarded`: completed jobs whose files were there a moment ago, for a package whose state does not know them. */
export function packageInfo(folder: PackageFolder, state: LoadPackageInfo["state"], discarded: readonly JobFile[] = []): LoadPackageInfo {
  const present = folder.allJobs();
  const jobRows = jobRowsOf(folder);
  return {
    loadId: folder.loadId,
    schemaName: folder.readSchema().name,
    state,
    jobs: [...present.map((job) => jobInfo(folder, job, jobRows)), ...discardedJobs(folder, present, jobRows, discarded.map(jobId))],
    schemaUpdate: folder.readSchemaUpdate(),
  };
}

export type JobRows = Readonly<Record<string, number>>;

/** Rows of each job, by job id. To be asked for once: the state of a package may be large. */
export function jobRowsOf(folder: PackageFolder): JobRows {
  return folder.readState().leat_job_rows ?? {};
}

export function jobInfo(folder: PackageFolder, job: PackageJob, jobRows: JobRows): LoadJobInfo {
  const id = jobId(job);
  const failure = failureOf(folder, job);
  const rows = jobRows[id];
  return {
    jobId: id,
    table: job.table,
    format: job.format,
    state: failure === undefined ? job.state : "failed",
    // The file is named after the attempt that comes next.
    retries: failure !== undefined && job.state === "new" ? job.retry - 1 : job.retry,
    bytes: job.bytes,
    ...(rows === undefined ? {} : { rows }),
    ...(failure === undefined ? {} : { failedMessage: failure.message }),
    path: job.path,
  };
}

/** Jobs that were completed, and whose files are gone: the package state knows them, unless dlt normalized the package. */
function discardedJobs(folder: PackageFolder, present: readonly PackageJob[], jobRows: JobRows, known: readonly string[]): LoadJobInfo[] {
  if (folder.hasCompletedJobs) return [];
  const there = new Set(present.map(jobId));
  const infos: LoadJobInfo[] = [];
  for (const id of new Set([...Object.keys(jobRows), ...known])) {
    const [job, rows] = [parseJobId(id), jobRows[id]];
    if (job === undefined || there.has(id)) continue;
    const counted = rows === undefined ? {} : { rows };
    infos.push({ jobId: id, table: job.table, format: job.format, state: "completed", retries: 0, bytes: 0, ...counted });
  }
  return infos;
}
