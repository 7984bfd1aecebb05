import { encodeStateBlob } from "./blob.ts";
import type { PipelineState } from "./document.ts";

/** A row of `_dlt_pipeline_state`. */
export interface StateRow {
  readonly version: number;
  readonly engine_version: number;
  readonly pipeline_name: string;
  readonly state: string;
  readonly created_at: Date;
  readonly version_hash: string | null;
  readonly _dlt_load_id: string;
}

/** The row that stores `state` with the load package `loadId`. The state has to be bumped. */
export function stateRow(state: PipelineState, loadId: string, createdAt: Date, blob: string = encodeStateBlob(state)): StateRow {
  return {
    version: state._state_version,
    engine_version: state._state_engine_version,
    pipeline_name: state.pipeline_name,
    state: blob,
    created_at: createdAt,
    version_hash: state._version_hash ?? null,
    _dlt_load_id: loadId,
  };
}
