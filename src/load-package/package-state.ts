import { bumpTo } from "../state/bump.ts";
import { contentHash } from "../state/hash.ts";
import type { StateRow } from "../state/state-row.ts";

export const packageStateEngineVersion = 1;

/** `load_package_state.json`: dlt's keys, and the rows of each job, which dlt does not keep. */
export interface PackageState {
  readonly _state_version: number;
  readonly _state_engine_version: number;
  readonly _version_hash?: string;
  /** The load id as a time. */
  readonly created_at: Date;
  /** The state row that this package loads. */
  readonly pipeline_state?: StateRow;
  /** Job ids of the raw files. Ours; written by extract. */
  readonly leat_raw_files?: readonly string[];
  /** Rows of every job file, by job id. Ours; written by normalize. */
  readonly leat_job_rows?: Readonly<Record<string, number>>;
  /** Items of every resource, by name. Ours; written by extract. */
  readonly leat_resources?: Readonly<Record<string, { readonly items: number; readonly bytes: number; readonly files: number }>>;
  readonly [key: string]: unknown;
}

/** Raises the version when the content changed (the rule of wire-format 2.2; measurements are not content). */
export function hashPackageState(state: PackageState): PackageState {
  return bumpTo(state, contentHash(state, ["load_metrics"]));
}
