import { crashPoint } from "../core/crash-point.ts";
import type { Runtime } from "../core/runtime.ts";
import type { LoadSession } from "../destination-kit/contract.ts";
import type { PackageStore } from "../load-package/package-store.ts";
import { type PipelineState, stateEngineVersion } from "../state/document.ts";
import type { LocalStore } from "./local-store.ts";
import { asLocal, downloadSchemas, openStored } from "./restore-stored.ts";

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
  const isNews =
    remote._version_hash !== mine._version_hash && (remote._state_version >= mine._state_version || isOfElsewhere(mine, options));
  if (isNews) await takeOver(remote, mine, options);
  else await keep(mine, options);
  return remote._version_hash;
}

/** The local state stays. What it lacks is taken from the destination. */
async function keep(mine: PipelineState, { session, local, place }: SyncOptions): Promise<void> {
  const known = new Set(local.schemaTexts().keys());
  const missing = mine.schema_names.filter((name) => !known.has(name));
  for (const schema of await downloadSchemas(session, missing, local.workingDir)) local.writeSchema(schema);
  if (mine._local?.first_run === false && mine._local.leat_destination_place === place) return;
  local.writeState({ ...mine, _local: { ...mine._local, first_run: false, leat_destination_place: place } });
}

async function takeOver(
  remote: PipelineState,
  mine: PipelineState,
  { session, local, runtime, place, newState }: SyncOptions,
): Promise<void> {
  const schemas = await downloadSchemas(session, remote.schema_names, local.workingDir);
  local.removeSchemas();
  crashPoint("sync:schemas-removed");
  for (const schema of schemas) local.writeSchema(schema);
  local.writeState(asLocal(remote, { asked: newState(), ownPart: mine._local, place, runtime }));
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
