import type { LoadedPackage } from "../load/load-package.ts";
import { dateNow } from "./clock.ts";
import type { LoadInfo } from "./infos.ts";
import { loadInfo } from "./make-infos.ts";
import type { StepHost } from "./step-host.ts";

/** What the load of these packages did. */
export async function loadInfoOf(host: StepHost, startedAt: Date, loaded: readonly LoadedPackage[]): Promise<LoadInfo> {
  const { pipeline, destination, context, runtime } = host;
  const rowCounts: Record<string, number> = {};
  for (const one of loaded) for (const [table, rows] of Object.entries(one.rowCounts)) rowCounts[table] = (rowCounts[table] ?? 0) + rows;
  return loadInfo({
    pipelineName: pipeline.name,
    loadIds: loaded.map((one) => one.info.loadId),
    startedAt,
    finishedAt: dateNow(runtime),
    destinationType: destination.type,
    destinationName: destination.name,
    destinationPlace: await host.place(),
    datasetName: pipeline.datasetName,
    packages: loaded.map((one) => one.info),
    rowCounts,
    hasFailedJobs: loaded.some((one) => one.info.jobs.some((job) => job.state === "failed")),
    firstRun: context.wasFirstRun,
  });
}
