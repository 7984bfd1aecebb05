import type { ExtractInfo, LoadInfo, NormalizeInfo, PipelineTrace, RunInfo } from "./infos.ts";
import { pipelineObserver } from "./observer.ts";
import { printExtract, printLoad, printNormalize, printTrace } from "./print-infos.ts";

type Data<Info> = Omit<Info, "toString">;

export function extractInfo(data: Data<ExtractInfo>): ExtractInfo {
  return printable(data, printExtract);
}

export function normalizeInfo(data: Data<NormalizeInfo>): NormalizeInfo {
  return printable(data, printNormalize);
}

export function loadInfo(data: Data<LoadInfo>): LoadInfo {
  return printable(data, printLoad);
}

export function runInfo(data: Data<RunInfo>): RunInfo {
  return printable(data, printLoad);
}

export function pipelineTrace(data: Data<PipelineTrace>): PipelineTrace {
  return printable(data, printTrace);
}

/** Plain data that prints as text: with console.log, in a template, by toString(). */
function printable<Info extends object>(data: Info, print: (info: Info) => string): Info & { toString(): string } {
  const text = (): string => {
    pipelineObserver()?.onPrinted(data);
    return print(data);
  };
  Object.defineProperty(data, "toString", { value: text });
  Object.defineProperty(data, Symbol.for("nodejs.util.inspect.custom"), { value: text });
  return Object.freeze(data) as Info & { toString(): string };
}
