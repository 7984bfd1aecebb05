import { resolve } from "node:path";
import { type LocalPackage, readLocalPackages } from "../pipeline/local-packages.ts";
import { defaultPipelinesDir } from "../pipeline/working-dir.ts";
import { jobLines } from "./job-text.ts";
import { loadTime } from "./load-time.ts";
import { print, printJson } from "./output.ts";

export interface FailedJobsOptions {
  readonly pipelinesDir?: string;
  readonly json?: boolean;
}

/** Shows the jobs that failed, with file and reason: of packages that wait, and of those that were loaded without them or given up. */
export function failedJobs(name: string, { pipelinesDir, json = false }: FailedJobsOptions): void {
  const packages = readLocalPackages(resolve(pipelinesDir ?? defaultPipelinesDir(process.env)), name)
    .map((each) => ({ ...each, jobs: each.jobs.filter((job) => job.state === "failed") }))
    .filter(({ jobs }) => jobs.length > 0);
  if (json) printJson({ failedJobs: packages.flatMap(jobDocuments) });
  else if (packages.length === 0) print(`Pipeline ${name} has no failed jobs.`);
  else print([`Pipeline ${name}`, ...packages.flatMap((each) => packageLines(name, each))].join("\n"));
}

function jobDocuments({ loadId, schemaName, state, jobs }: LocalPackage): object[] {
  return jobs.map((job) => ({ loadId, schemaName, packageState: state, ...job }));
}

function packageLines(name: string, each: LocalPackage): string[] {
  return [
    `  Package ${each.loadId} (${loadTime(each.loadId)}), schema ${each.schemaName}: ${outlook[each.state]}`,
    ...jobLines(each.jobs, { withPaths: true }),
    ...(each.state === "normalized"
      ? [`    To load the package without a job: leat pipeline ${name} load-package ${each.loadId} fail-job JOB`]
      : []),
  ];
}

const outlook: Record<LocalPackage["state"], string> = {
  extracted: "not loaded yet",
  normalized: "not loaded yet, tried again by the next run",
  loaded: "loaded without these jobs",
  aborted: "given up",
};
