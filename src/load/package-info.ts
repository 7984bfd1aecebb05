import type { LoadJobInfo } from "../destination-kit/load-job.ts";
import { jobId } from "../load-package/job-file.ts";
import type { PackageFolder, PackageJob } from "../load-package/package-folder.ts";
import type { SchemaUpdate } from "../schema/update.ts";

export interface LoadPackageInfo {
  readonly loadId: string;
  readonly schemaName: string;
  readonly state: "extracted" | "normalized" | "loaded" | "aborted";
  readonly jobs: readonly LoadJobInfo[];
  readonly schemaUpdate: SchemaUpdate;
}

/** A package as infos show it. */
export function packageInfo(folder: PackageFolder, state: LoadPackageInfo["state"]): LoadPackageInfo {
  return {
    loadId: folder.loadId,
    schemaName: folder.readSchema().name,
    state,
    jobs: folder.allJobs().map(jobInfo),
    schemaUpdate: folder.readSchemaUpdate(),
  };
}

export function jobInfo(job: PackageJob): LoadJobInfo {
  return {
    jobId: jobId(job),
    table: job.table,
    format: job.format,
    state: job.state,
    retries: job.retry,
    bytes: job.bytes,
    path: job.path,
  };
}
