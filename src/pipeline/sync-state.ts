import { crashPoint } from "../core/crash-point.ts";
import type { Runtime } from "../core/runtime.ts";
import { Timestamp } from "../core/timestamp.ts";
import type { LoadSession } from "../destination-kit/contract.ts";
import type { PackageStore } from "../load-package/package-store.ts";
import { bumpSchema } from "../schema/bump.ts";
import { decodeStateBlob } from "../state/blob.ts";
import { bumpState } from "../state/bump.ts";
import type { PipelineState } from "../state/document.ts";
import { type LocalStore, openSchema, openState } from "./local-store.ts";

export interface SyncOptions {
  readonly session: LoadSession;
  readonly local: LocalStore;
  readonly store: PackageStore;
  readonly runtime: Runtime;
  readonly pipelineName: string;
  /** Where the destination says that the data is. */
  readonly place: string;
  /** The state of a pipeline that never ran. */
  readonly newState: () => PipelineState;
}

/**
 * Brings local state and schemas in step with the destination (wire-format section 10): a newer stored state replaces the local one;
 * a dataset that is gone makes it a first run again. So does a local state of another dataset or destination, where this one has none:
 * state must never be ahead of the data. What the caller asked for (dataset, destination) is kept over what is stored.
 */
export async function syncState(options: SyncOptions): Promise<void> {
  const { session, local, runtime, pipelineName } = options;
  const stored = await session.readState(pipelineName);
  const mine = local.readState() ?? options.newState();
  if (stored !== undefined) runtime.seeLoadId(stored.loadId);
  if (stored === undefined) {
    if (isOfElsewhere(mine, options) || (await isDatasetGone(mine, options))) forget(options);
    return;
  }
  const what = `The state of pipeline \`${pipelineName}\` in the destination`;
  const remote = bumpState(openState(() => decodeStateBlob(stored.blob), local.workingDir, what));
  if (remote._version_hash === mine._version_hash) {
    await downloadSchemas(mine, options, { onlyMissing: true });
    if (mine._local?.first_run !== false || mine._local.leat_destination_place !== options.place)
      local.writeState(withLocal(mine, { first_run: false, leat_destination_place: options.place }));
    return;
  }
  if (remote._state_version < mine._state_version && !isOfElsewhere(mine, options)) return;
  local.removeSchemas();
  crashPoint("sync:schemas-removed");
  await downloadSchemas(remote, options, { onlyMissing: false });
  local.writeState(restored(remote, mine, options));
}

/** The local state goes with the data of another dataset or destination, and nothing is pending. Only what it says about them is compared. */
function isOfElsewhere(mine: PipelineState, { store, place, newState }: SyncOptions): boolean {
  if (store.pendingLoadIds().length > 0) return false;
  const asked = newState();
  const pairs = [
    [mine.dataset_name, asked.dataset_name],
    [mine.destination_type, asked.destination_type],
    [destinationName(mine), destinationName(asked)],
    [mine._local?.leat_destination_place, place],
  ];
  return pairs.some(([known, wanted]) => typeof known === "string" && known !== wanted);
}

function destinationName({ destination_type, destination_name }: PipelineState): string | undefined {
  return destination_name ?? destination_type?.split(".").at(-1);
}

/** Loaded before, nothing pending, and the dataset does not exist any more. */
async function isDatasetGone(mine: PipelineState, { session, store }: SyncOptions): Promise<boolean> {
  return mine._local?.first_run === false && store.pendingLoadIds().length === 0 && !(await session.datasetExists());
}

function forget({ local, store, newState }: SyncOptions): void {
  local.wipe();
  store.open();
  local.writeState(newState());
}

async function downloadSchemas(
  state: PipelineState,
  options: SyncOptions,
  { onlyMissing }: { readonly onlyMissing: boolean },
): Promise<void> {
  const { local, session } = options;
  const known = new Set(onlyMissing ? local.schemaTexts().keys() : []);
  for (const name of state.schema_names) {
    if (known.has(name)) continue;
    const stored = await session.readSchema(name);
    if (stored !== undefined)
      local.writeSchema(bumpSchema(openSchema(stored.json, local.workingDir, `The schema \`${name}\` in the destination`)));
  }
}

function restored(remote: PipelineState, mine: PipelineState, { runtime, place, newState }: SyncOptions): PipelineState {
  const { _local: _, ...document } = remote;
  const { dataset_name, destination_type, destination_name } = newState();
  // The hash is that of what is stored: another dataset or destination is a change that the next package carries.
  return withLocal(
    { ...document, dataset_name, destination_type, destination_name, _local: mine._local ?? { first_run: true } },
    {
      first_run: false,
      _last_extracted_hash: remote._version_hash!,
      _last_extracted_at: Timestamp.fromMicros(runtime.nowMicros()),
      leat_destination_place: place,
    },
  );
}

function withLocal(state: PipelineState, change: Partial<NonNullable<PipelineState["_local"]>>): PipelineState {
  return { ...state, _local: { ...(state._local ?? { first_run: true }), ...change } };
}
