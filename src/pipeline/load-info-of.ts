import type { LoadedPackage } from "../load/load-package.ts";
import { dateNow } from "./clock.ts";
import type { LoadInfo } from "./infos.ts";
import { loadInfo } from "./make-infos.ts";
import { rowCountsOf } from "./row-counts.ts";
import type { StepHost } from "./step-host.ts";

/** What the load of these packages did. */
export async function loadInfoOf(host: StepHost, startedAt: Date, loaded: readonly LoadedPackage[]): Promise<LoadInfo> {
  const { pipeline, destination, context, runtime } = host;
  const packages = loaded.map((one) => one.info);
  return loadInfo({
    pipelineName: pipeline.name,
    loadIds: packages.map(({ loadId }) => loadId),
    startedAt,
    finishedAt: dateNow(runtime),
    destinationType: destination.type,
    destinationName: destination.name,
    destinationPlace: await host.place(),
    datasetName: pipeline.datasetName,
    packages,
    rowCounts: rowCountsOf(packages),
    hasFailedJobs: packages.some(({ jobs }) => jobs.some(({ state }) => state === "failed")),
    firstRun: context.wasFirstRun,
  });
}
