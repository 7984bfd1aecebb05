import type { Metrics } from "../extract/metrics.ts";
import type { LoadPackageInfo } from "../load/package-info.ts";
import type { SchemaUpdate } from "../schema/update.ts";
import type { ExtractInfo, LoadInfo, NormalizeInfo, PipelineTrace, RunInfo } from "./infos.ts";

/**
 * Infos as rows. What an info keeps by name (of a table, a resource, a load id) becomes a list with the name in a column:
 * else every name would be a column of its own, and every load would bring new ones.
 */
export function extractRow({ resources, tables, ...info }: Data<ExtractInfo>): object {
  return { ...info, resources: metricsRows("resource", resources), tables: metricsRows("table", tables) };
}

export function normalizeRow({ rowCounts, schemaUpdates, ...info }: Data<NormalizeInfo>): object {
  const updates = Object.entries(schemaUpdates).flatMap(([loadId, update]) => columnRows(update).map((column) => ({ loadId, ...column })));
  return { ...info, rowCounts: countRows(rowCounts), schemaUpdates: updates };
}

export function loadRow({ rowCounts, packages, ...info }: Data<LoadInfo>): object {
  return { ...info, rowCounts: countRows(rowCounts), packages: packages.map(packageRow) };
}

/** The trace is a row of its own; `runId` tells which. */
export function runRow({ trace, ...info }: Data<RunInfo>): object {
  return { runId: trace.runId, ...loadRow(info) };
}

/** Settings are of all types: as text they fit one column. */
export function traceRow({ resolvedConfig, ...trace }: Data<PipelineTrace>): object {
  return { ...trace, resolvedConfig: resolvedConfig.map((setting) => ({ ...setting, value: settingText(setting.value) })) };
}

type Data<Info> = Omit<Info, "toString">;

function packageRow({ schemaUpdate, ...info }: LoadPackageInfo): object {
  return { ...info, schemaUpdate: columnRows(schemaUpdate) };
}

function metricsRows(what: "resource" | "table", metrics: { readonly [name: string]: Metrics }): object[] {
  return Object.entries(metrics).map(([name, counts]) => ({ [what]: name, ...counts }));
}

function countRows(rowCounts: { readonly [table: string]: number }): object[] {
  return Object.entries(rowCounts).map(([table, rows]) => ({ table, rows }));
}

/** One row per new column; hints besides its type are left to the schema. A table that only got its first rows has none. */
function columnRows(update: SchemaUpdate): { readonly table: string; readonly column: string; readonly dataType?: string | undefined }[] {
  return Object.entries(update).flatMap(([table, { columns = {} }]) =>
    Object.values(columns).map(({ name, data_type, nullable }) => ({
      table,
      column: name,
      dataType: data_type,
      nullable: nullable ?? true,
    })),
  );
}

function settingText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}
