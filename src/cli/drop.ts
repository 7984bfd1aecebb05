import { resolve } from "node:path";
import { ConfigError } from "../core/errors.ts";
import { openExisting } from "../pipeline/attach.ts";
import { type CountedRows, countRows } from "../pipeline/counted-rows.ts";
import type { DropInfo, DropOptions } from "../pipeline/drop.ts";
import type { OpenedPipeline } from "../pipeline/pipeline-type.ts";
import { defaultPipelinesDir } from "../pipeline/working-dir.ts";
import { isConfirmed } from "./confirm.ts";
import { print, printError, printJson } from "./output.ts";
import { tableText } from "./table-text.ts";

export interface DropCommandOptions {
  readonly destination?: string;
  readonly datasetName?: string;
  readonly dropAll?: boolean;
  readonly statePaths?: readonly string[];
  readonly stateOnly?: boolean;
  readonly schema?: string;
  /** Shows what would go, and stops. */
  readonly dryRun?: boolean;
  readonly pipelinesDir?: string;
  readonly json?: boolean;
  /** Without a question. */
  readonly yes?: boolean;
}

/** Shows which tables and states would go, asks, and drops them. */
export async function dropCommand(name: string, resources: readonly string[], options: DropCommandOptions): Promise<void> {
  const { json = false, yes = false, dryRun = false, dropAll = false, statePaths = [] } = options;
  if (resources.length === 0 && !dropAll && statePaths.length === 0)
    throw new ConfigError("Nothing is selected: name resources (or patterns, re:…), or give --drop-all or --state-paths.");
  if (resources.length > 0 && dropAll) throw new ConfigError("Either name resources, or give --drop-all: it drops all of them.");
  const warnings: string[] = [];
  await using pipeline = await open(name, options, (message) => warnings.push(message));
  const request = requestOf(options);
  const plan = await pipeline.drop(resources, { ...request, dryRun: true });
  const told = [...new Set(warnings)];
  if (plan.tables.length + plan.resources.length + plan.statePaths.length === 0)
    throw new ConfigError(["Nothing was changed: what was asked for matches nothing.", ...told].join(" "));
  const counted = await countRows(pipeline, plan.schemaName, plan.tables);
  if (!json) print(planText(pipeline, plan, counted, told));
  if (dryRun) return json ? printJson(planDocument(pipeline, plan, counted, told)) : undefined;
  if (!yes && !(await isConfirmed({ json }))) return printError("Nothing was changed.");
  const info = await pipeline.drop(resources, request);
  if (json) printJson(planDocument(pipeline, info, counted, told));
  else print("Dropped.");
}

function open(name: string, options: DropCommandOptions, onWarning: (message: string) => void): Promise<OpenedPipeline> {
  const { destination, datasetName } = options;
  return openExisting(name, {
    pipelinesDir: resolve(options.pipelinesDir ?? defaultPipelinesDir(process.env)),
    progress: "none",
    onEvent: (event) => {
      if (event.type === "warning") onWarning(event.message);
    },
    ...(destination === undefined ? {} : { destination }),
    ...(datasetName === undefined ? {} : { datasetName }),
  });
}

function requestOf({ dropAll, statePaths, stateOnly, schema }: DropCommandOptions): DropOptions {
  return {
    ...(dropAll === undefined ? {} : { dropAll }),
    ...(statePaths === undefined ? {} : { statePaths }),
    ...(stateOnly === undefined ? {} : { stateOnly }),
    ...(schema === undefined ? {} : { schema }),
  };
}

function planText(pipeline: OpenedPipeline, plan: DropInfo, counted: readonly CountedRows[], warnings: readonly string[]): string {
  const place = placeOf(pipeline);
  const rows = [
    ...counted.map((table) => ["table", table.table, rowsText(table)]),
    ...plan.resources.map((resource) => ["resource", resource, "with its state"]),
    ...plan.statePaths.map((path) => ["state path", path]),
  ];
  return [
    `Pipeline ${pipeline.name}: this is dropped, of schema ${plan.schemaName} in dataset ${pipeline.datasetOf(plan.schemaName)}${place === null ? "" : ` in ${place}`}`,
    ...tableText(rows),
    ...keptText(pipeline, plan),
    ...warnings,
    plan.tables.length === 0
      ? "No table is touched."
      : "The next run loads these resources from the start, where the source still has their rows.",
  ].join("\n");
}

/** A resource that keeps its place in what the source shares does not start over. */
function keptText(pipeline: OpenedPipeline, { schemaName, resources, statePaths }: DropInfo): string[] {
  const goes = new Set(["resources", ...statePaths.map((path) => path.slice(schemaName.length + 1))]);
  const shared = Object.keys(pipeline.state.sources?.[schemaName] ?? {}).filter((key) => !goes.has(key));
  if (resources.length === 0 || shared.length === 0) return [];
  return [`What the resources of source ${schemaName} share stays: ${shared.join(", ")}. --state-paths '*' drops it, too.`];
}

function rowsText({ rows, isMore }: CountedRows): string {
  if (rows === undefined) return "not in the destination";
  return `${isMore ? "more than " : ""}${rows} ${rows === 1 ? "row" : "rows"}`;
}

function planDocument(
  pipeline: OpenedPipeline,
  { tables: _, ...info }: DropInfo,
  counted: readonly CountedRows[],
  warnings: readonly string[],
): object {
  const tables = counted.map(({ table, rows, isMore }) => ({ name: table, rows: rows ?? null, ...(isMore ? { isMore } : {}) }));
  return {
    pipeline: pipeline.name,
    datasetName: pipeline.datasetOf(info.schemaName),
    destinationPlace: placeOf(pipeline),
    ...info,
    tables,
    warnings,
  };
}

function placeOf(pipeline: OpenedPipeline): string | null {
  const place = pipeline.state._local?.["leat_destination_place"];
  return typeof place === "string" ? place : null;
}
