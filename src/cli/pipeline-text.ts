import type { LocalPipelineInfo, LocalSchemaInfo } from "../pipeline/local-info.ts";
import { count } from "../pipeline/print-infos.ts";
import type { ColumnSchema, TableSchema } from "../schema/document.ts";
import { isSystemTable } from "../schema/system-tables.ts";
import { loadTime } from "./load-time.ts";
import { abbreviatedText } from "./state-text.ts";
import { tableText } from "./table-text.ts";

type Package = LocalPipelineInfo["pendingPackages"][number];

/** What is known of a pipeline, for a person. `verbose` 1: with the content of the state, 2: and with all tables and columns. */
export function pipelineText(info: LocalPipelineInfo, verbose: number): string {
  return [
    `Pipeline ${info.name}`,
    ...summary(info),
    "Schemas",
    ...orNone(info.schemas.flatMap((schema) => schemaLines(schema, info, verbose))),
    "Sources in the state",
    ...orNone(Object.entries(info.sources).flatMap(([name, slot]) => sourceLines(name, slot, verbose))),
    "Load packages",
    ...packageLines(info),
  ].join("\n");
}

function summary({ workingDir, state, firstRun, schemas }: LocalPipelineInfo): string[] {
  const rows = [["working directory", workingDir]];
  if (state === null) return tableText([...rows, ["state", "none: no extract has finished here"]]);
  const { destination_type, destination_name, dataset_name, _state_version, _version_hash } = state;
  const type = destination_type?.split(".").at(-1) ?? "none";
  return tableText([
    ...rows,
    ["destination", destination_name === null || destination_name === type ? type : `${destination_name} (${type})`],
    ["dataset", dataset_name],
    ["default schema", schemas.find((schema) => schema.isDefault)?.name ?? state.default_schema_name ?? "none"],
    ["state", `version ${_state_version}, ${_version_hash ?? "not saved yet"}`],
    ["first run", firstRun ? "yes: nothing was loaded or restored here yet" : "no"],
  ]);
}

function schemaLines(schema: LocalSchemaInfo, info: LocalPipelineInfo, verbose: number): string[] {
  const tables = Object.values(schema.tables);
  return [
    `  ${schema.name}: version ${schema.version}, ${schema.versionHash}`,
    ...tableText(resourceRows(schema, info), "    "),
    ...(verbose >= 2 ? tables.flatMap(tableLines) : []),
  ];
}

/** Each resource with its tables and what it keeps. */
function resourceRows({ name, tables }: LocalSchemaInfo, info: LocalPipelineInfo): string[][] {
  const tablesOf = new Map<string, number>();
  for (const table of Object.values(tables)) {
    if (isSystemTable(table.name)) continue;
    const resource = resourceOf(table, tables);
    tablesOf.set(resource, (tablesOf.get(resource) ?? 0) + 1);
  }
  const states = info.sources[name]?.resources ?? {};
  return [...tablesOf].map(([resource, n]) => [resource, count(n, "table"), Object.hasOwn(states, resource) ? "with state" : ""]);
}

function resourceOf(table: TableSchema, tables: LocalSchemaInfo["tables"]): string {
  const parent = table.parent === undefined ? undefined : tables[table.parent];
  return parent === undefined ? (table.resource ?? table.name) : resourceOf(parent, tables);
}

export function tableLines(table: ShownTable): string[] {
  const kind = table.parent === undefined ? (table.write_disposition ?? "append") : `nested in ${table.parent}`;
  return [`    ${table.name} (${kind})`, ...tableText(Object.values(table.columns).map(columnCells), "      ")];
}

/** A table of a schema, or the change of one. */
type ShownTable = Pick<TableSchema, "name" | "columns" | "parent" | "write_disposition">;

const dataHints = ["name", "data_type", "nullable", "precision", "scale", "timezone", "description"];

function columnCells(column: ColumnSchema): string[] {
  const { name, data_type, nullable = true, precision, scale } = column;
  const size = precision === undefined ? "" : `(${scale === undefined ? precision : `${precision}, ${scale}`})`;
  const zone = column["timezone"] === false ? " without zone" : "";
  const hints = Object.keys(column).filter((hint) => !dataHints.includes(hint) && column[hint] === true);
  return [name, `${data_type ?? "no type yet"}${size}${zone}`, [...(nullable ? [] : ["not null"]), ...hints].join(", ")];
}

function sourceLines(name: string, slot: LocalPipelineInfo["sources"][string], verbose: number): string[] {
  const { resources = {}, ...shared } = slot;
  if (verbose === 0) {
    const keys = Object.keys(shared);
    const lines = [...(keys.length === 0 ? [] : [["(shared)", keys.join(", ")]])];
    for (const [resource, state] of Object.entries(resources)) lines.push([resource, Object.keys(state).join(", ")]);
    return [`  ${name}`, ...tableText(lines, "    ")];
  }
  const lines = [`  ${name}`];
  if (Object.keys(shared).length > 0) lines.push("    (shared)", ...jsonLines(shared));
  for (const [resource, state] of Object.entries(resources)) lines.push(`    ${resource}`, ...jsonLines(state));
  return lines;
}

function jsonLines(value: unknown): string[] {
  return abbreviatedText(value)
    .split("\n")
    .map((line) => `      ${line}`);
}

function packageLines({ pendingPackages, lastLoadedPackage }: LocalPipelineInfo): string[] {
  return tableText([
    ...(pendingPackages.length === 0 ? [["pending", "none"]] : pendingPackages.map((each) => ["pending", packageText(each), each.state])),
    ["last loaded", lastLoadedPackage === null ? "none" : packageText(lastLoadedPackage)],
  ]);
}

export function packageText({ loadId, schemaName, jobs }: Package): string {
  const failed = jobs.filter((job) => job.state === "failed").length;
  const work = `${count(jobs.length, "job")}${failed === 0 ? "" : `, ${failed} failed`}`;
  return `${loadId} (${loadTime(loadId)}), schema ${schemaName}, ${work}`;
}

function orNone(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? ["  none"] : lines;
}
