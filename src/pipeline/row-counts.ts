import type { LoadPackageInfo } from "../load/package-info.ts";
import { isSystemTable } from "../schema/system-tables.ts";

type Packages = readonly Pick<LoadPackageInfo, "jobs">[];

/** Rows of every table that was loaded, as normalize counted them. A table with a job that nobody counted is left out: a part would look like the whole. */
export function rowCountsOf(packages: Packages): { readonly [table: string]: number } {
  const counts: Record<string, number> = {};
  const uncounted = new Set(uncountedTables(packages));
  for (const { table, rows = 0 } of completedJobs(packages)) if (!uncounted.has(table)) counts[table] = (counts[table] ?? 0) + rows;
  return counts;
}

/** Tables with jobs whose rows are not known: dlt normalized them, which keeps no counts in the package. */
function uncountedTables(packages: Packages): readonly string[] {
  return [...new Set(completedJobs(packages).flatMap(({ table, rows }) => (rows === undefined ? [table] : [])))];
}

/** Those of the user. */
export function uncountedUserTables(packages: Packages): readonly string[] {
  return uncountedTables(packages).filter((table) => !isSystemTable(table));
}

function completedJobs(packages: Packages): LoadPackageInfo["jobs"] {
  return packages.flatMap(({ jobs }) => jobs.filter(({ state }) => state === "completed"));
}
