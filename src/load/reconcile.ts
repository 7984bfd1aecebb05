import { randomRowIds } from "../core/random-row-ids.ts";
import type { Runtime } from "../core/runtime.ts";
import { Timestamp } from "../core/timestamp.ts";
import type { PackagePlan, StoredHeads, StoredSchema, StoredState } from "../destination-kit/contract.ts";
import { openSchema, openState } from "../load-package/open-documents.ts";
import type { SchemaDocument } from "../schema/document.ts";
import { mergeSchemas } from "../schema/merge-schemas.ts";
import { decodeStateBlob } from "../state/blob.ts";
import { bumpState } from "../state/bump.ts";
import type { PipelineState } from "../state/document.ts";
import { mergeStates } from "../state/merge-states.ts";
import { type StateRow, stateRow } from "../state/state-row.ts";

/** What a package was made from and brings: the three-way comparison with what is stored at the commit. */
export interface Reconciliation {
  readonly loadId: string;
  readonly workingDir: string;
  readonly schema: SchemaDocument;
  /** Undefined: the package stores no state. */
  readonly stateRow: StateRow | undefined;
  /** Hashes of stored states that this package is known to follow. */
  readonly knownStates: readonly string[];
  /** Read when it is needed only: most of the time nobody else wrote. */
  readonly baseSchema: () => SchemaDocument | undefined;
  readonly baseState: () => PipelineState | undefined;
  /** Tables that rows wait for. */
  readonly needed: ReadonlySet<string>;
  readonly runtime: Runtime;
}

/** What is committed in the end. */
export interface Reconciled {
  readonly schema: SchemaDocument;
  readonly state: PackagePlan["state"];
  /** The state document of the dataset after the commit, where it is not the one that the package holds. */
  readonly mergedState: PipelineState | undefined;
}

/** Compares the heads in the destination with what the package was made from. Unchanged, its own schema and state are stored; else both are merged. */
export function reconcile(package_: Reconciliation, heads: StoredHeads): Reconciled {
  if (heads.state !== undefined) package_.runtime.seeLoadId(heads.state.loadId);
  const { row, mergedState } = reconcileState(package_, heads.state);
  return {
    schema: reconcileSchema(package_, heads.schema),
    state: row === undefined ? undefined : { ...withNewestLoadId(row, package_, heads.state), _dlt_id: randomRowIds(package_.runtime)() },
    mergedState,
  };
}

function reconcileState(
  { stateRow: mine, baseState, knownStates, loadId, workingDir, runtime }: Reconciliation,
  head: StoredState | undefined,
): { readonly row?: StateRow; readonly mergedState: PipelineState | undefined } {
  if (mine === undefined) return { mergedState: undefined };
  if (head === undefined) return { row: mine, mergedState: undefined };
  const packaged = (): PipelineState => openState(() => decodeStateBlob(mine.state), workingDir, `The state in load package \`${loadId}\``);
  if (knownStates.includes(head.versionHash ?? "")) return raised(mine, head, packaged, runtime);
  const theirs = bumpState(openState(() => decodeStateBlob(head.blob), workingDir, "The state in the destination"));
  const base = baseState();
  if (base?._local?._last_extracted_hash === theirs._version_hash) return raised(mine, head, packaged, runtime);
  const merged = mergeStates({ base, mine: packaged(), theirs });
  const isNew = merged._version_hash !== theirs._version_hash;
  return {
    ...(isNew ? { row: stateRow(merged, loadId, Timestamp.fromMicros(runtime.nowMicros())) } : {}),
    mergedState: merged,
  };
}

/** Where others changed the state and changed it back, the version rises nevertheless: machines that have a higher one would not take this state. */
function raised(
  mine: StateRow,
  head: StoredState,
  packaged: () => PipelineState,
  runtime: Runtime,
): { readonly row: StateRow; readonly mergedState: PipelineState | undefined } {
  if (head.version < mine.version || head.versionHash === mine.version_hash) return { row: mine, mergedState: undefined };
  const state = { ...packaged(), _state_version: head.version + 1 };
  return { row: stateRow(state, mine._dlt_load_id, Timestamp.fromMicros(runtime.nowMicros())), mergedState: state };
}

/** The newest load id is the newest state: where another load id came first, the row gets one that is newer still. */
function withNewestLoadId(row: StateRow, { loadId, runtime }: Reconciliation, head: StoredState | undefined): StateRow {
  return { ...row, _dlt_load_id: head === undefined || head.loadId < loadId ? loadId : runtime.newLoadId() };
}

function reconcileSchema({ schema: mine, baseSchema, workingDir, needed }: Reconciliation, head: StoredSchema | undefined): SchemaDocument {
  // Not by the earlier hashes of this one: a table that was dropped and made again gives a schema that was there before.
  if (head === undefined || mine.version_hash === head.versionHash) return mine;
  const base = baseSchema();
  if (base?.version_hash === head.versionHash) return mine;
  const theirs = openSchema(head.json, workingDir, `The schema \`${head.schemaName}\` in the destination`);
  const merged = mergeSchemas({ base, mine, theirs, needed });
  return merged.version_hash === mine.version_hash && mine.version > theirs.version ? mine : merged;
}
