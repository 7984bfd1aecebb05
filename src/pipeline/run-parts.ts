import { durationMs } from "../core/duration.ts";
import type { CommitEvery } from "../extract/cutter.ts";
import { checkRunParts } from "./check-run-parts.ts";
import type { PipelineConfig } from "./pipeline-config.ts";
import type { RunSettings } from "./pipeline-options.ts";

/** How a run is taken in parts: by default it is one. */
export interface RunParts {
  readonly commitEvery: CommitEvery | undefined;
  readonly maxDurationMs: number | undefined;
}

/** What the run says wins over what the pipeline says, and that over what an operator set. Throws ConfigError. */
export function runParts(run: RunSettings, pipeline: RunSettings, config: Pick<PipelineConfig, "commitEvery" | "maxDuration">): RunParts {
  const commitEvery = run.commitEvery ?? pipeline.commitEvery ?? configured(config.commitEvery);
  const maxDuration = run.maxDuration ?? pipeline.maxDuration ?? config.maxDuration;
  checkRunParts({ ...(commitEvery && { commitEvery }), ...(maxDuration && { maxDuration }) });
  return { commitEvery, maxDurationMs: maxDuration === undefined ? undefined : durationMs(maxDuration) };
}

function configured({ rows, ms }: PipelineConfig["commitEvery"]): CommitEvery | undefined {
  if (rows === undefined && ms === undefined) return undefined;
  return { ...(rows === undefined ? {} : { rows }), ...(ms === undefined ? {} : { ms }) } as CommitEvery;
}
