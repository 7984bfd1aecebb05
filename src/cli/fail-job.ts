import type { LocalPackage } from "../pipeline/local-packages.ts";
import { openPipeline } from "../pipeline/pipeline.ts";
import { count } from "../pipeline/print-infos.ts";
import { isConfirmed } from "./confirm.ts";
import { indented } from "./job-text.ts";
import type { LoadPackageCommandOptions } from "./load-package-options.ts";
import { print, printError, printJson } from "./output.ts";

export interface JobOfPackage {
  readonly name: string;
  readonly pipelinesDir: string;
  readonly found: LocalPackage;
  /** Its id or the name of its file. */
  readonly job: string;
}

/** Shows what is lost when a job is left out, asks, and does it. */
export async function failJobCommand({ name, pipelinesDir, found, job }: JobOfPackage, options: LoadPackageCommandOptions): Promise<void> {
  const { json = false, yes = false, dryRun = false } = options;
  const { loadId } = found;
  // Where nothing has to be asked any destination will do: it stays closed.
  await using opened = openPipeline({ name, pipelinesDir, progress: "none" });
  await opened.failJob({ loadId, job, dryRun: true });
  if (!json) print(planText(name, found, job));
  if (dryRun) return json ? printJson({ loadId, job, dryRun }) : undefined;
  if (!yes && !(await isConfirmed({ json }))) return printError("Nothing was changed.");
  const failed = await opened.failJob({ loadId, job });
  if (json) printJson({ loadId, job: failed });
  else print(`Left out: ${failed.jobId}. Its file is kept: ${failed.path}`);
}

function planText(name: string, found: LocalPackage, name_: string): string {
  const job = found.jobs.find(({ jobId, path }) => jobId === name_ || path?.endsWith(name_) === true);
  const rows = job?.rows === undefined ? "Its rows" : `Its ${count(job.rows, "row")}`;
  return [
    `Pipeline ${name}: package ${found.loadId} is loaded without job ${job?.jobId ?? name_}${job === undefined ? "" : ` of table ${job.table}`}`,
    ...(job?.failedMessage === undefined ? [] : indented(job.failedMessage)),
    `  ${rows} WILL BE MISSING: the state goes on as if they were loaded, so no later run extracts them again by itself.`,
    "  Rows nested in them are loaded without their parents; where they replace or merge, what they would replace stays or goes as if they were not there.",
  ].join("\n");
}
