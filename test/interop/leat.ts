import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { filesystem } from "../../src/destinations/filesystem/index.ts";
import { postgres } from "../../src/destinations/postgres/index.ts";
import { sqlite } from "../../src/destinations/sqlite/index.ts";
import { type Destination, type Pipeline, pipeline, resource, type SourceHints, source } from "../../src/index.ts";
import { s3Key } from "../s3-buckets.ts";
import { type Case, type Drop, datasetName, isDrop, type Names, type Place, pipelineName, type ResourceRows, type Run } from "./plan.ts";

/** Loads a case with leat. */
export async function loadWithLeat({ runs, replaceStrategy }: Case, place: Place): Promise<void> {
  const opened = (): Pipeline => leatPipeline(place, replaceStrategy === undefined ? {} : { replaceStrategy });
  for (const step of runs) {
    const { refresh, besides = [] } = isDrop(step) ? {} : step;
    if (isDrop(step)) await opened().drop(step.drop.resources ?? [], omit(step.drop));
    else await opened().run([step, ...besides].map(makeSource), refresh === undefined ? {} : { refresh });
  }
  if (runs.length === 0) await opened().sync();
}

/** The pipeline of a place. */
export function leatPipeline(
  { pipelinesDir, database }: Place,
  { pipeline: name = pipelineName, dataset = datasetName, ...settings }: Names & Settings = {},
): Pipeline {
  return pipeline({ name, datasetName: dataset, pipelinesDir, destination: destinationAt(database, settings), progress: "none" });
}

type Settings = Pick<Case, "replaceStrategy">;

function destinationAt(database: string, settings: Settings): Destination {
  if (database.startsWith("postgres")) return postgres({ connectionString: database, ...settings });
  if (database.endsWith(".db")) return sqlite({ path: database, ...settings });
  const [bucketUrl = "", endpoint = ""] = database.split("#");
  if (database.startsWith("s3:")) return filesystem({ bucketUrl, credentials: { endpoint, ...s3Key } });
  return database.endsWith(".bucket") ? filesystem(database) : duckdb({ path: database, ...settings });
}

function omit({ resources: _, ...options }: Drop["drop"]): Omit<Drop["drop"], "resources"> {
  return options;
}

/** A source as a run describes it. */
export function makeSource({ source: name, resources, maxTableNesting, rootKey, schemaContract }: Run) {
  const hints: SourceHints = {
    ...(maxTableNesting === undefined ? {} : { maxTableNesting }),
    ...(rootKey === undefined ? {} : { rootKey }),
    ...(schemaContract === undefined ? {} : { schemaContract }),
  };
  return source(name, hints, () => resources.map(makeResource))();
}

function makeResource({ name, rows, hints = {}, state: kept = {}, countsRuns = false, cursor, incremental, pageSize }: ResourceRows) {
  const made = resource(name, hints, function* ({ state }: { readonly state: Record<string, unknown> }) {
    Object.assign(state, kept);
    if (countsRuns) state["runs"] = Number(state["runs"] ?? 0) + 1;
    const given = cursor === undefined ? rows : newRows(rows, cursor, state);
    const size = pageSize ?? (given.length || 1);
    for (let start = 0; start === 0 || start < given.length; start += size) yield given.slice(start, start + size);
  });
  return incremental === undefined ? made : made.applyHints({ incremental: incremental as never });
}

/** Those above the largest so far. */
function newRows(rows: readonly unknown[], cursor: string, state: Record<string, unknown>): readonly unknown[] {
  const cursorOf = (row: unknown): number => (row as Readonly<Record<string, number>>)[cursor]!;
  const last = state["last"] as number | undefined;
  const above = rows.filter((row) => last === undefined || cursorOf(row) > last);
  if (above.length > 0) state["last"] = Math.max(...above.map(cursorOf));
  return above;
}
