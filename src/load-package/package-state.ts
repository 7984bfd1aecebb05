import { sha3Base64 } from "../core/digest.ts";
import { encodeJson } from "../core/json-encode.ts";
import type { PipelineState } from "../state/document.ts";
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

/** What a package would leave as local state once it is loaded. */
export interface PackagedState {
  readonly loadId: string;
  readonly state: PipelineState;
}

/** Raises the version when the content changed (the rule of wire-format 2.2; measurements are not content). */
export function hashPackageState(state: PackageState): PackageState {
  const { _state_version, _version_hash, _state_engine_version, load_metrics: _metrics, ...content } = state;
  const hash = sha3Base64(encodeJson(content, { typed: true, sorted: true }));
  if (_version_hash === hash) return state;
  const version = _version_hash === undefined ? _state_version : _state_version + 1;
  return { ...state, _state_version: version, _state_engine_version, _version_hash: hash };
}
