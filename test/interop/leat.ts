import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { type Pipeline, pipeline, resource, type SourceHints, source } from "../../src/index.ts";
import { type Case, datasetName, type Place, pipelineName, type ResourceRows, type Run } from "./plan.ts";

/** Loads a case with leat. */
export async function loadWithLeat({ runs }: Case, place: Place): Promise<void> {
  for (const run of runs) await leatPipeline(place).run(makeSource(run));
}

function leatPipeline({ pipelinesDir, database }: Place): Pipeline {
  return pipeline({ name: pipelineName, datasetName, pipelinesDir, destination: duckdb(database), progress: "none" });
}

function makeSource({ source: name, resources, maxTableNesting, rootKey }: Run) {
  const hints: SourceHints = {
    ...(maxTableNesting === undefined ? {} : { maxTableNesting }),
    ...(rootKey === undefined ? {} : { rootKey }),
  };
  return source(name, hints, () => resources.map(makeResource))();
}

function makeResource({ name, rows, hints = {}, state: kept = {}, countsRuns = false }: ResourceRows) {
  return resource(name, hints, function* ({ state }: { readonly state: Record<string, unknown> }) {
    Object.assign(state, kept);
    if (countsRuns) state["runs"] = Number(state["runs"] ?? 0) + 1;
    yield rows;
  });
}
