import type { ExtractInfo, LoadInfo, NormalizeInfo, PipelineTrace, TraceError, TraceStep } from "../pipeline/infos.ts";
import { byteSize, count, uncountedText } from "../pipeline/print-infos.ts";
import { uncountedUserTables } from "../pipeline/row-counts.ts";
import { isSystemTable } from "../schema/system-tables.ts";
import { tableText } from "./table-text.ts";

/** A trace for a person. `verbose` 1: with what each step did and the settings, 2: and with stacks. */
export function traceText(trace: PipelineTrace, verbose: number): string {
  const { error, resolvedConfig } = trace;
  return [
    `Pipeline ${trace.pipelineName}, run ${trace.runId}`,
    ...tableText([
      ["started", trace.startedAt.toISOString()],
      ["took", took(trace)],
      ["result", error === undefined ? "done" : `failed [${actualCode(error)}]`],
    ]),
    "Steps",
    ...(trace.steps.length === 0 ? ["  none: it failed before the first one"] : trace.steps.flatMap((step) => stepLines(step, verbose))),
    ...(error === undefined ? [] : ["Error", ...errorLines(error, verbose)]),
    ...(verbose < 1 ? [] : ["Settings", ...settingLines(resolvedConfig)]),
  ].join("\n");
}

/** A failed step is no news: what it failed of is. */
function actualCode(error: TraceError): string {
  return error.code === "step-failed" ? (error.causes?.[0]?.code ?? error.code) : error.code;
}

function stepLines(step: TraceStep, verbose: number): string[] {
  const about = step.loadId === undefined ? "" : ` of package ${step.loadId}`;
  const outcome = step.error === undefined ? summary(step) : `, failed [${step.error.code}]`;
  return [`  ${step.step}${about}: ${took(step)}${outcome}`, ...(verbose < 1 ? [] : detailLines(step))];
}

function summary({ step, info }: TraceStep): string {
  if (info === undefined) return "";
  if (step === "extract") {
    const metrics = Object.values((info as ExtractInfo).resources);
    return `, ${count(sum(metrics.map(({ items }) => items)), "row")} of ${count(metrics.length, "resource")}`;
  }
  const rows = Object.values(userTables((info as NormalizeInfo | LoadInfo).rowCounts));
  const uncounted = uncountedTablesOf(info);
  if (uncounted.length === 0) return `, ${count(sum(rows), "row")}`;
  return `, ${rows.length === 0 ? "" : `${count(sum(rows), "row")}, and `}${count(uncounted.length, "table")} with ${uncountedText}`;
}

function detailLines({ step, info }: TraceStep): string[] {
  if (info === undefined) return [];
  if (step === "extract") {
    const { resources } = info as ExtractInfo;
    return tableText(
      Object.entries(resources).map(([name, { items, bytes }]) => [name, count(items, "row"), byteSize(bytes)]),
      "    ",
    );
  }
  const tables = Object.entries(userTables((info as NormalizeInfo | LoadInfo).rowCounts)).map(([table, rows]) => [
    table,
    count(rows, "row"),
  ]);
  tables.push(...uncountedTablesOf(info).map((table) => [table, uncountedText]));
  const jobs = "packages" in info ? info.packages.flatMap((one) => one.jobs) : [];
  const jobRows = jobs.map((job) => [job.jobId, job.state, byteSize(job.bytes), job.failedMessage ?? ""]);
  return [...tableText(tables, "    "), ...tableText(jobRows, "    ")];
}

/** Causes that were told in the message before are left out, as in the message of a failed run. */
function errorLines(error: TraceError, verbose: number): string[] {
  let said = "";
  return [error, ...(error.causes ?? [])].flatMap((one) => {
    const stack = verbose >= 2 && one.stack !== undefined ? [one.stack.replace(/^/gm, "    ")] : [];
    if (stack.length === 0 && said.includes(one.message)) return [];
    said += one.message;
    return [`  ${one.name ?? "error"} [${one.code}]: ${one.message.replaceAll("\n", "\n    ")}`, ...stack];
  });
}

function settingLines(settings: PipelineTrace["resolvedConfig"]): string[] {
  if (settings.length === 0) return ["  none"];
  return tableText(settings.map(({ key, value, provider }) => [key, settingText(value), provider]));
}

/** A text with line breaks, such as that between the rows of CSV files, is one line too. */
function settingText(value: unknown): string {
  return typeof value === "string" && !/\p{Cc}/u.test(value) ? value : JSON.stringify(value);
}

function userTables(rowCounts: { readonly [table: string]: number }): { readonly [table: string]: number } {
  return Object.fromEntries(Object.entries(rowCounts).filter(([table]) => !isSystemTable(table)));
}

function uncountedTablesOf(info: NonNullable<TraceStep["info"]>): readonly string[] {
  return "packages" in info ? uncountedUserTables(info.packages) : [];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}

function took({ startedAt, finishedAt }: { readonly startedAt: Date; readonly finishedAt: Date }): string {
  return `${((finishedAt.getTime() - startedAt.getTime()) / 1000).toFixed(2)} seconds`;
}
