import { isSystemTable } from "../schema/system-tables.ts";
import { discardedLines } from "./discarded-text.ts";
import type { ExtractInfo, LoadInfo, NormalizeInfo, PipelineTrace, RunInfo } from "./infos.ts";
import { uncountedUserTables } from "./row-counts.ts";

type Printed<Info> = Omit<Info, "toString">;

/** Of a table in a package that dlt normalized. */
export const uncountedText = "rows not counted";

export function printExtract(info: Printed<ExtractInfo>): string {
  const lines = [`Pipeline ${info.pipelineName}: extract took ${duration(info)}`];
  for (const [name, { items, bytes }] of Object.entries(info.resources))
    lines.push(`  ${name}: ${count(items, "row")}, ${byteSize(bytes)}`);
  lines.push(...discardedLines(info.discarded));
  return lines.join("\n");
}

export function printNormalize(info: Printed<NormalizeInfo>): string {
  return [
    `Pipeline ${info.pipelineName}: normalize took ${duration(info)}`,
    ...tableLines(info.rowCounts),
    ...discardedLines(info.discarded),
  ].join("\n");
}

export function printLoad(info: Printed<LoadInfo> & Pick<RunInfo, "discarded">): string {
  const { destinationName, destinationPlace, datasetName, packages } = info;
  const lines = [`Pipeline ${info.pipelineName} took ${duration(info)}`];
  lines.push(
    packages.length === 0
      ? `Nothing new to load into dataset ${datasetName} of ${destinationName} (${destinationPlace})`
      : `${count(packages.length, "load package")} loaded into dataset ${datasetName} of ${destinationName} (${destinationPlace})`,
  );
  lines.push(...tableLines(info.rowCounts, uncountedUserTables(packages)), ...discardedLines(info.discarded));
  for (const { loadId, schemaName, schemaUpdate, jobs } of packages) {
    const failed = jobs.filter((job) => job.state === "failed").length;
    lines.push(
      `  package ${loadId} (schema ${schemaName}): ${failed === 0 ? "no failed jobs" : `${count(failed, "failed job")} LEFT OUT`}${changes(schemaUpdate)}`,
    );
  }
  return lines.join("\n");
}

export function printRun(info: Printed<RunInfo>): string {
  const rest = info.hasMore ? "\nRows are left: `maxDuration` was over before all of them were read. Run it again." : "";
  return printLoad(info) + rest;
}

export function printTrace(trace: Printed<PipelineTrace>): string {
  const lines = [`Run ${trace.runId} of pipeline ${trace.pipelineName} took ${duration(trace)}`];
  for (const step of trace.steps) {
    lines.push(
      `  ${step.step}: ${duration(step)}${step.error === undefined ? "" : `, failed: [${step.error.code}] ${step.error.message}`}`,
    );
  }
  return lines.join("\n");
}

function duration({ startedAt, finishedAt }: { readonly startedAt: Date; readonly finishedAt: Date }): string {
  const seconds = (finishedAt.getTime() - startedAt.getTime()) / 1000;
  return seconds < 60 ? `${seconds.toFixed(2)} seconds` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

export function byteSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

export function count(n: number, what: string): string {
  return `${n.toLocaleString("en-US")} ${what}${n === 1 ? "" : "s"}`;
}

function tableLines(rowCounts: { readonly [table: string]: number }, uncounted: readonly string[] = []): string[] {
  const counted = Object.entries(rowCounts).filter(([table]) => !isSystemTable(table));
  const tables = [
    ...counted.map(([table, rows]) => [table, count(rows, "row")] as const),
    ...uncounted.map((table) => [table, uncountedText] as const),
  ];
  const width = Math.max(0, ...tables.map(([table]) => table.length));
  return tables.map(([table, rows]) => `  ${table.padEnd(width)}  ${rows}`);
}

function changes(update: { readonly [table: string]: { readonly columns?: object } }): string {
  const tables = Object.keys(update).filter((table) => !isSystemTable(table));
  if (tables.length === 0) return "";
  const columns = tables.reduce((sum, table) => sum + Object.keys(update[table]?.columns ?? {}).length, 0);
  return `, schema changed: ${count(columns, "new column")} in ${count(tables.length, "table")}`;
}
