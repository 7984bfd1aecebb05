import type { PackagePlan } from "../destination-kit/contract.ts";
import { jobId } from "../load-package/job-file.ts";
import type { PackageJob } from "../load-package/package-folder.ts";
import type { SchemaDocument, TableSchema } from "../schema/document.ts";
import { completeColumns, nestedTables, rootTable } from "../schema/table.ts";

export interface PlanInput {
  readonly schema: SchemaDocument;
  readonly loadId: string;
  readonly pipelineName: string;
  readonly jobs: readonly PackageJob[];
  readonly insertedAtMicros: number;
}

/** What has to be done to load a package: the tables to bring up to date, those to empty, the jobs. */
export function planPackage({ schema, loadId, pipelineName, jobs, insertedAtMicros }: PlanInput): PackagePlan {
  const roots = [...new Set(jobs.map((job) => rootTable(schema, job.table).name))].map((name) => schema.tables[name]!);
  const chains = roots.map((root) => nestedTables(schema, root.name).filter(isCreatable));
  // A table that is replaced is emptied with all that is nested in it, also where this package has no rows for it.
  const truncate = chains
    .filter((_, index) => roots[index]!.write_disposition === "replace")
    .flatMap((chain) => chain.map((table) => table.name));
  return {
    loadId,
    pipelineName,
    schema,
    tables: chains.flatMap((chain) => chain.map((table) => table.name)),
    truncate,
    drop: [],
    jobs: jobs.map((job) => ({ jobId: jobId(job), table: job.table, format: job.format, path: job.path, bytes: job.bytes })),
    insertedAtMicros,
  };
}

function isCreatable(table: TableSchema): boolean {
  return completeColumns(table).length > 0;
}
