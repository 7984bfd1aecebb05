import type { PackagePlan } from "../destination-kit/contract.ts";
import type { LoadJob } from "../destination-kit/load-job.ts";
import type { CsvReading } from "../formats/job-format.ts";
import { jobId } from "../load-package/job-file.ts";
import type { PackageJob } from "../load-package/package-folder.ts";
import type { PackageCommands } from "../load-package/package-state.ts";
import type { SchemaDocument, TableSchema } from "../schema/document.ts";
import { completeColumns, nestedTables, rootTable } from "../schema/table.ts";

export interface PlanInput {
  readonly schema: SchemaDocument;
  readonly loadId: string;
  readonly pipelineName: string;
  readonly jobs: readonly PackageJob[];
  /** How to read CSV files that are not written in the usual way, by job id. */
  readonly csvFiles?: Readonly<Record<string, CsvReading>> | undefined;
  readonly createdAtMicros: number;
  readonly insertedAtMicros: number;
  /** Tables to drop or to empty before the jobs. */
  readonly commands: PackageCommands;
}

/** What has to be done to load a package: the tables to bring up to date, those to empty, the jobs. */
export function planPackage({
  schema,
  loadId,
  pipelineName,
  jobs,
  csvFiles,
  createdAtMicros,
  insertedAtMicros,
  commands,
}: PlanInput): PackagePlan {
  const roots = [...new Set(jobs.map((job) => rootTable(schema, job.table).name))].map((name) => schema.tables[name]!);
  const chains = roots.map((root) => nestedTables(schema, root.name).filter(isCreatable));
  // A table that is replaced is emptied with all that is nested in it, also where this package has no rows for it.
  const replaced = chains.filter((_, index) => roots[index]!.write_disposition === "replace").flat();
  return {
    loadId,
    pipelineName,
    schema,
    tables: namesOf(chains.flat()),
    truncate: [...new Set(namesOf([...replaced, ...(commands.truncated_tables ?? [])]))],
    drop: namesOf(commands.dropped_tables ?? []),
    jobs: jobs.map((job) => loadJob(job, csvFiles)),
    createdAtMicros,
    insertedAtMicros,
  };
}

/** A job as destinations see it. */
export function loadJob(job: PackageJob, csvFiles: PlanInput["csvFiles"] = {}): LoadJob {
  const id = jobId(job);
  const csv = Object.hasOwn(csvFiles, id) ? { csv: csvFiles[id]! } : {};
  return { jobId: id, table: job.table, format: job.format, path: job.path, bytes: job.bytes, ...csv };
}

function namesOf(tables: readonly TableSchema[]): string[] {
  return tables.map((table) => table.name);
}

function isCreatable(table: TableSchema): boolean {
  return completeColumns(table).length > 0;
}
