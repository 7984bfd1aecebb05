import { crashPoint } from "../core/crash-point.ts";
import type { Runtime } from "../core/runtime.ts";
import type { PackageStore } from "../load-package/package-store.ts";
import { type PipelineState, stateEngineVersion } from "../state/document.ts";
import { StateConflictError } from "../state/errors.ts";
import { mergeStates } from "../state/merge-states.ts";
import type { LocalStore } from "./local-store.ts";
import { asLocal, downloadSchemas, openStored } from "./restore-stored.ts";
import type { StoredPipeline } from "./stored-pipeline.ts";

export interface SyncOptions {
  readonly session: StoredPipeline;
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
 * state must never be ahead of the data. What the caller asked for (dataset, destination) is kept over what is stored. Gives the hash of the stored state.
 */
export async function syncState(options: SyncOptions): Promise<string | undefined> {
  const { session, local, runtime, pipelineName } = options;
  const stored = await session.readState(pipelineName);
  const mine = local.peekState() ?? options.newState();
  if (stored !== undefined) runtime.seeLoadId(stored.loadId);
  if (stored === undefined) {
    if (isOfElsewhere(mine, options) || (await isDatasetGone(mine, options))) forget(options);
    return undefined;
  }
  // Reading a large state takes long, and mostly it is the one that is here.
  const isMine =
    stored.engineVersion === stateEngineVersion && stored.versionHash !== undefined && stored.versionHash === mine._version_hash;
  const remote = isMine ? mine : openStored(stored, local.workingDir);
  if (remote._version_hash === mine._version_hash) {
    // Another machine may have changed the schema or dropped tables without a change of the state.
    await keep(mine, options, Math.max(mine._state_version, stored.version));
    return remote._version_hash;
  }
  const both = await withOwnChanges(remote, mine, options);
  if (both !== undefined) await takeOver(both, mine, options, remote._version_hash);
  else if (isBehind(mine, remote, options)) await takeOver(remote, mine, options);
  else {
    await keep(mine, options);
    // A package that is extracted now must not seem to follow a state that it never saw: what waits, and what was changed here only, was made from an older one.
    const follows = options.store.pendingLoadIds().length === 0 && mine._local?._last_extracted_hash === remote._version_hash;
    return follows ? remote._version_hash : undefined;
  }
  return remote._version_hash;
}

/** What waits was made from the local state: that is kept, and the commit brings both together. One that did not change since it was stored has nothing to lose. */
function isBehind(mine: PipelineState, remote: PipelineState, options: SyncOptions): boolean {
  if (options.store.pendingLoadIds().length > 0) return false;
  const isStored = mine._version_hash === mine._local?._last_extracted_hash;
  return isStored || remote._state_version >= mine._state_version || isOfElsewhere(mine, options);
}

/**
 * Both sides changed since they were one, as happens to a state that was not stored for a while (`restore_from_destination` off).
 * Undefined: it is not so, or the state that was stored last is not there any more. Throws StateConflictError.
 */
async function withOwnChanges(remote: PipelineState, mine: PipelineState, options: SyncOptions): Promise<PipelineState | undefined> {
  const { session, store, local, pipelineName } = options;
  const lastStored = mine._local?._last_extracted_hash;
  if (lastStored === undefined || lastStored === mine._version_hash || lastStored === remote._version_hash) return undefined;
  if (store.pendingLoadIds().length > 0 || isOfElsewhere(mine, options)) return undefined;
  const base = (await session.readStates(pipelineName)).find((one) => one.versionHash === lastStored);
  if (base === undefined) return undefined;
  try {
    return mergeStates({ base: openStored(base, local.workingDir), mine, theirs: remote });
  } catch (error) {
    throw error instanceof StateConflictError ? error.metBy("unstored") : error;
  }
}

/** The local state stays. What it lacks is taken from the destination. */
async function keep(
  mine: PipelineState,
  { session, store, local, place }: SyncOptions,
  version: number = mine._state_version,
): Promise<void> {
  const known = local.peekSchemas();
  // The schemas of what waits are ahead of those that are stored; all others are as they were stored, or behind.
  const isKept = (name: string): boolean => known.has(name) && store.pendingLoadIds().length > 0;
  const names = mine.schema_names.filter((name) => !isKept(name));
  for (const schema of await downloadSchemas(session, names, local.workingDir))
    if (known.get(schema.name)?.version_hash !== schema.version_hash) local.writeSchema(schema);
  const isKnown = mine._local?.first_run === false && mine._local.leat_destination_place === place;
  if (isKnown && mine._state_version === version) return;
  local.writeState({ ...mine, _state_version: version, _local: { ...mine._local, first_run: false, leat_destination_place: place } });
}

async function takeOver(
  remote: PipelineState,
  mine: PipelineState,
  { session, local, runtime, place, newState }: SyncOptions,
  storedHash: string | undefined = undefined,
): Promise<void> {
  const schemas = await downloadSchemas(session, remote.schema_names, local.workingDir);
  local.removeSchemas();
  crashPoint("sync:schemas-removed");
  for (const schema of schemas) local.writeSchema(schema);
  const state = asLocal(remote, { asked: newState(), ownPart: mine._local, place, runtime });
  local.writeState(storedHash === undefined ? state : { ...state, _local: { ...state._local!, _last_extracted_hash: storedHash } });
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
