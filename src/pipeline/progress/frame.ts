import { count } from "../print-infos.ts";
import { elapsed } from "./elapsed.ts";
import type { ResourceProgress, RunProgress } from "./run-progress.ts";

const longestName = 40;

/** The lines that a terminal shows of a run; of more resources than `maxResources` those that still run come first. */
export function frame(progress: RunProgress, options: { readonly now: number; readonly maxResources: number }): string[] {
  const { startedAt, finishedAt, outcome } = progress;
  if (startedAt === undefined) return [];
  const state = outcome === "running" ? (progress.step ?? "starting") : outcome;
  return [`${progress.pipelineName}: ${state}, ${elapsed((finishedAt ?? options.now) - startedAt)}`, ...stepLines(progress, options)];
}

type FrameOptions = Parameters<typeof frame>[1];

function stepLines(progress: RunProgress, options: FrameOptions): string[] {
  const lines: string[] = [];
  for (const [step, { startedAt, finishedAt }] of progress.steps) {
    // The look at the destination before the first row is worth a line only while it lasts.
    if (step === "sync" && finishedAt !== undefined) continue;
    const time = elapsed((finishedAt ?? progress.finishedAt ?? options.now) - startedAt);
    lines.push(`  ${step.padEnd(9)}  ${[...work(step, progress), time].join(", ")}`);
    if (step === "extract") lines.push(...resourceLines(progress, options));
  }
  return lines;
}

function work(step: string, progress: RunProgress): string[] {
  switch (step) {
    case "extract":
      return [count(progress.extractedRows, "row")];
    case "normalize":
      return [count(progress.normalizedRows, "row")];
    case "load":
      return [`${progress.finishedJobs} of ${count(progress.jobs, "job")}`];
    default:
      return [];
  }
}

function resourceLines(progress: RunProgress, options: FrameOptions): string[] {
  const all = [...progress.resources];
  const shown =
    all.length <= options.maxResources
      ? all
      : [...all.filter(([, { finishedAt }]) => finishedAt === undefined), ...all.filter(([, { finishedAt }]) => finishedAt !== undefined)]
          .slice(0, options.maxResources)
          .sort(([a], [b]) => all.findIndex(([name]) => name === a) - all.findIndex(([name]) => name === b));
  const names = shown.map(([name]) => (name.length > longestName ? `${name.slice(0, longestName - 1)}…` : name));
  const rows = shown.map(([, { items }]) => count(items, "row"));
  const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map((text) => text.length));
  const lines = shown.map(([, resource], i) => {
    const rate = `${rowsPerSecond(resource, progress.finishedAt ?? options.now).toLocaleString("en-US")} rows/s`;
    return `    ${names[i]!.padEnd(widest(names))}  ${rows[i]!.padStart(widest(rows))}  ${rate}`;
  });
  if (shown.length < all.length) lines.push(`    and ${all.length - shown.length} more`);
  return lines;
}

/** Of the whole time of the resource. */
export function rowsPerSecond({ items, startedAt, finishedAt }: ResourceProgress, now: number): number {
  const seconds = ((finishedAt ?? now) - startedAt) / 1000;
  return Math.round(items / Math.max(seconds, 0.001));
}
