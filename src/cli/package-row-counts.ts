import { openExisting } from "../pipeline/attach.ts";
import type { LocalPackage } from "../pipeline/local-packages.ts";
import { storedPackageRows } from "../pipeline/package-rows.ts";
import { count } from "../pipeline/print-infos.ts";
import type { LoadPackageCommandOptions } from "./load-package-options.ts";
import { loadTime } from "./load-time.ts";
import { print, printJson } from "./output.ts";
import { tableText } from "./table-text.ts";

export interface PackageToCount {
  readonly name: string;
  readonly pipelinesDir: string;
  readonly loadId: string;
  readonly packages: readonly LocalPackage[];
}

/** Shows how many rows a package holds and how many of them the destination has, also of one that is not kept here. */
export async function packageRowCounts(of: PackageToCount, { json = false }: LoadPackageCommandOptions): Promise<void> {
  const { name, pipelinesDir, loadId, packages } = of;
  const local = packages.find((each) => each.loadId === loadId);
  await using pipeline = await openExisting(name, { pipelinesDir, progress: "none" });
  const { loadedAt, rowCounts } = await storedPackageRows(pipeline, loadId);
  const packaged = local === undefined ? null : packagedRows(local);
  if (json)
    return printJson({
      loadId,
      datasetName: pipeline.datasetName,
      loadedAt,
      rowCounts,
      packageState: local?.state ?? null,
      packageRowCounts: packaged,
    });
  const tables = [...new Set([...Object.keys(packaged ?? {}), ...Object.keys(rowCounts)])];
  const cells = tables.map((table) => [
    table,
    `${count(rowCounts[table] ?? 0, "row")} in the dataset`,
    packaged === null || !Object.hasOwn(packaged, table) ? "" : `${packaged[table]!.toLocaleString("en-US")} in the package`,
  ]);
  print(
    [
      `Package ${loadId} (${loadTime(loadId)}) in dataset ${pipeline.datasetName}`,
      `  ${loadedAt === null ? "NOT LOADED: the dataset has no load record of it" : `loaded at ${loadedAt.toISOString().slice(0, 19).replace("T", " ")} UTC`}`,
      ...(tables.length === 0 ? ["  no rows"] : tableText(cells, "    ")),
    ].join("\n"),
  );
}

/** Rows of the jobs that load, as normalize counted them; nothing is known of a package that dlt made. */
function packagedRows({ jobs }: LocalPackage): { readonly [table: string]: number } {
  const counts: Record<string, number> = {};
  for (const { table, rows, state } of jobs) if (rows !== undefined && state !== "failed") counts[table] = (counts[table] ?? 0) + rows;
  return counts;
}
