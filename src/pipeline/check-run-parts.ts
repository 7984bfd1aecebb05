import { type Duration, durationMs } from "../core/duration.ts";
import { ConfigError } from "../core/errors.ts";
import type { CommitEvery } from "../extract/cutter.ts";
import { checkOptions } from "../extract/definition.ts";
import { countOf } from "../schema/given.ts";

export interface AskedParts {
  readonly commitEvery?: CommitEvery;
  readonly maxDuration?: Duration;
}

/** Throws ConfigError for what cannot be. */
export function checkRunParts({ commitEvery, maxDuration }: AskedParts): void {
  if (maxDuration !== undefined && durationMs(maxDuration) <= 0) throw new ConfigError("`maxDuration` has to be longer than nothing.");
  if (commitEvery === undefined) return;
  if (typeof commitEvery !== "object" || commitEvery === null) throw new ConfigError("`commitEvery` takes { rows } or { ms }, or both.");
  checkOptions("`commitEvery`", commitEvery, ["rows", "ms"]);
  const { rows, ms } = commitEvery;
  if (rows === undefined && ms === undefined) throw new ConfigError("`commitEvery` needs `rows`, `ms` or both.");
  countOf("commitEvery.rows", rows, 1);
  countOf("commitEvery.ms", ms, 1);
}
