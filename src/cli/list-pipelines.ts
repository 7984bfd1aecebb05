import { resolve } from "node:path";
import { type ListedPipeline, listLocalPipelines } from "../pipeline/local-info.ts";
import { defaultPipelinesDir } from "../pipeline/working-dir.ts";
import { loadTime } from "./load-time.ts";
import { print, printJson } from "./output.ts";
import { tableText } from "./table-text.ts";

export function listPipelines(options: { readonly pipelinesDir?: string; readonly json?: boolean }): void {
  const pipelinesDir = resolve(options.pipelinesDir ?? defaultPipelinesDir(process.env));
  const pipelines = listLocalPipelines(pipelinesDir);
  if (options.json) printJson(pipelines);
  else if (pipelines.length === 0) print(`There are no pipelines in ${pipelinesDir}.`);
  else print([`Pipelines in ${pipelinesDir}:`, ...tableText([header, ...pipelines.map(cells)])].join("\n"));
}

const header = ["name", "destination", "dataset", "last load", "pending"];

function cells(pipeline: ListedPipeline): string[] {
  const { name, destinationType, datasetName, lastLoadId, pendingLoadIds, error } = pipeline;
  if (error !== undefined) return [name, `cannot be read [${error.code}]`];
  return [
    name,
    destinationType?.split(".").at(-1) ?? "-",
    datasetName ?? "-",
    lastLoadId === null ? "-" : loadTime(lastLoadId),
    String(pendingLoadIds.length),
  ];
}
