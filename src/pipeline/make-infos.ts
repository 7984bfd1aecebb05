import { asRow } from "../core/as-row.ts";
import { extractRow, loadRow, normalizeRow, runRow, traceRow } from "./info-rows.ts";
import type { ExtractInfo, LoadInfo, NormalizeInfo, PipelineTrace, RunInfo } from "./infos.ts";
import { pipelineObserver } from "./observer.ts";
import { printExtract, printLoad, printNormalize, printRun, printTrace } from "./print-infos.ts";

type Data<Info> = Omit<Info, "toString">;

export function extractInfo(data: Data<ExtractInfo>): ExtractInfo {
  return printable(data, printExtract, extractRow);
}

export function normalizeInfo(data: Data<NormalizeInfo>): NormalizeInfo {
  return printable(data, printNormalize, normalizeRow);
}

export function loadInfo(data: Data<LoadInfo>): LoadInfo {
  return printable(data, printLoad, loadRow);
}

export function runInfo(data: Data<RunInfo>): RunInfo {
  return printable(data, printRun, runRow);
}

export function pipelineTrace(data: Data<PipelineTrace>): PipelineTrace {
  return printable(data, printTrace, traceRow);
}

/** Plain data that prints as text, with console.log, in a template, by toString(), and can be loaded as a row. */
function printable<Info extends object>(
  data: Info,
  print: (info: Info) => string,
  row: (info: Info) => object,
): Info & { toString(): string } {
  const text = (): string => {
    pipelineObserver()?.onPrinted(data);
    return print(data);
  };
  Object.defineProperty(data, "toString", { value: text });
  Object.defineProperty(data, Symbol.for("nodejs.util.inspect.custom"), { value: text });
  Object.defineProperty(data, asRow, { value: () => row(data) });
  return Object.freeze(data) as Info & { toString(): string };
}
