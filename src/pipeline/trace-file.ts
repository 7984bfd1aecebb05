import { join } from "node:path";
import { readTextIfExists, writeFileAtomic } from "../core/files.ts";
import { encodeJson } from "../core/json-encode.ts";
import { guardDisk, VersionTooNewError, WorkingDirError } from "../load-package/errors.ts";
import type { ExtractInfo, LoadInfo, NormalizeInfo, PipelineTrace, TraceStep } from "./infos.ts";
import { extractInfo, loadInfo, normalizeInfo, pipelineTrace } from "./make-infos.ts";

/** In the working directory, beside dlt's `trace.pickle`, which stays dlt's. */
export const traceFileName = "trace.json";

const traceVersion = 1;

/** Keeps the trace of a call until the next one. Throws WorkingDirError. */
export function writeTrace(workingDir: string, trace: PipelineTrace): void {
  const text = encodeJson({ version: traceVersion, ...trace }, { pretty: true });
  guardDisk(workingDir, () => writeFileAtomic(join(workingDir, traceFileName), `${text}\n`));
}

/** The trace of the last call that did something, in this process or another; undefined when none is kept. Throws VersionTooNewError, WorkingDirError. */
export function readTrace(workingDir: string): PipelineTrace | undefined {
  const path = join(workingDir, traceFileName);
  const text = guardDisk(workingDir, () => readTextIfExists(path));
  if (text === undefined) return undefined;
  const stored = parse(text, path, workingDir);
  if (stored.version > traceVersion) {
    throw new VersionTooNewError({ workingDir, what: `The trace (${path})`, version: stored.version, supported: traceVersion });
  }
  const { version: _, ...trace } = stored;
  return pipelineTrace({ ...withDates(trace), steps: trace.steps.map(readStep) });
}

function parse(text: string, path: string, workingDir: string): PipelineTrace & { readonly version: number } {
  try {
    const value = JSON.parse(text) as Partial<PipelineTrace & { readonly version: number }> | null;
    if (typeof value?.version === "number" && Array.isArray(value.steps)) return value as PipelineTrace & { readonly version: number };
    throw new SyntaxError("It has no version or no steps.");
  } catch (cause) {
    const problem = "it is not the trace of a run";
    throw new WorkingDirError({
      workingDir,
      path,
      problem,
      advice: "Delete the file: the next run writes another one.",
      cause,
      action: "read",
    });
  }
}

function readStep(step: TraceStep): TraceStep {
  return { ...withDates(step), ...(step.info === undefined ? {} : { info: readInfo(step, withDates(step.info)) }) };
}

function readInfo({ step }: TraceStep, info: NonNullable<TraceStep["info"]>): NonNullable<TraceStep["info"]> {
  switch (step) {
    case "extract":
      return extractInfo(info as ExtractInfo);
    case "normalize":
      return normalizeInfo(info as NormalizeInfo);
    default:
      return loadInfo(info as LoadInfo);
  }
}

function withDates<Timed extends { readonly startedAt: Date; readonly finishedAt: Date }>(value: Timed): Timed {
  return { ...value, startedAt: new Date(value.startedAt), finishedAt: new Date(value.finishedAt) };
}
