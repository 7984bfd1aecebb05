import type { Merged } from "../load/reconciling-plan.ts";
import { mergeSchemas } from "../schema/merge-schemas.ts";
import type { PipelineState } from "../state/document.ts";
import type { LocalStore } from "./local-store.ts";

export interface TakeOverOptions {
  readonly hasPending: boolean;
  /** False: it is known that the first run is over. */
  readonly mayBeFirst: boolean;
}

/** After a commit: the first run is over, and what others had committed in the meantime is known here too. */
export function takeOver(local: LocalStore, merged: Merged, { hasPending, mayBeFirst }: TakeOverOptions): void {
  takeOverSchema(local, merged, hasPending);
  if (merged.state === undefined && !mayBeFirst) return;
  const mine = local.readState();
  // Packages that wait are ahead of what is stored; the last of them brings both together.
  const state = merged.state === undefined || hasPending ? mine : withLocalOf(merged.state, mine);
  if (state === undefined || (state === mine && mine._local?.first_run !== true)) return;
  local.writeState({ ...state, _local: { ...state._local, first_run: false } });
}

/** Packages that wait may have added to the local schema already, and may need tables that another one dropped. */
function takeOverSchema(local: LocalStore, { schema }: Merged, hasPending: boolean): void {
  if (schema === undefined) return;
  const { packaged, stored } = schema;
  const mine = local.peekSchemas().get(stored.name) ?? packaged;
  const needed = new Set(hasPending ? Object.keys(mine.tables) : []);
  local.writeSchema(mergeSchemas({ base: packaged, mine, theirs: stored, needed }));
}

function withLocalOf(state: PipelineState, mine: PipelineState | undefined): PipelineState {
  const { _local: _, ...shared } = state;
  const local = mine?._local ?? { first_run: true };
  return { ...shared, _local: { ...local, ...(state._version_hash === undefined ? {} : { _last_extracted_hash: state._version_hash }) } };
}
