import { encodeJson } from "../core/json-encode.ts";
import { Timestamp } from "../core/timestamp.ts";
import { guardDisk } from "../load-package/errors.ts";
import { newestWaiting } from "../load-package/followed-package.ts";
import { openState } from "../load-package/open-documents.ts";
import type { RestorePoint } from "../load-package/package-folder.ts";
import { hasTables } from "../load-package/package-state.ts";
import { bumpSchema } from "../schema/bump.ts";
import type { SchemaDocument } from "../schema/document.ts";
import { stateTable } from "../schema/system-tables.ts";
import { decodeState } from "../state/blob.ts";
import { bumpState } from "../state/bump.ts";
import { cloneState } from "../state/clone.ts";
import type { PipelineState, SourceState } from "../state/document.ts";
import { encodeState } from "../state/encode.ts";
import { type StartedBlob, StateEncoder } from "../state/state-encoder.ts";
import { type StateRow, stateRow } from "../state/state-row.ts";
import type { Committed, ExtractOptions, Turn } from "./extract-options.ts";
import { extractedState } from "./extracted-state.ts";
import { writeBorderChunks } from "./incremental/write-border-chunks.ts";
import type { OpenSource } from "./open-source.ts";

/** Packages that were committed together, oldest first, and what the working directory holds from then on. */
export interface CommittedPackages extends Committed {
  readonly sources: readonly OpenSource[];
}

/**
 * Commits what a run extracts, once at its end, or part after part. Each package carries the state as of its own commit: slots of sources that come later
 * keep their old value, and so do resources whose rows wait for the last package.
 */
export class PackageCommits {
  readonly #options: ExtractOptions;
  /** As of the last commit. */
  #state: PipelineState;
  #restorePoint: RestorePoint;
  #isFirst = true;
  #lastLoadId = "";
  /** Of this run, by schema. */
  readonly #lastOfSchema = new Map<string, string>();

  constructor(options: ExtractOptions) {
    this.#options = options;
    this.#state = options.state;
    this.#restorePoint = options.restorePoint;
  }

  /** Others have committed packages since this run began. */
  goOnFrom({ state, restorePoint, lastLoadId }: NonNullable<Turn["since"]>): void {
    this.#state = state;
    this.#restorePoint = restorePoint;
    this.#lastLoadId = lastLoadId;
    this.#isFirst = false;
  }

  /** Finishes a package for each source that has something new, then commits them in order. */
  async commit(
    sources: readonly OpenSource[],
    working: PipelineState,
    { isLast }: { readonly isLast: boolean },
  ): Promise<CommittedPackages> {
    const options = this.#options;
    const { store } = options;
    const encoder = new StateEncoder();
    options.checkState(encoder.byteLength(working), working);
    if (!this.#isFirst) this.#goOnFromLocal();
    let state = this.#state;
    let bumped: PipelineState | undefined;
    const finished: OpenSource[] = [];
    for (const open of sources) {
      if (!isLast && open.extract.isHeld) continue;
      this.#rebase(open);
      const hashes = [options.storedStateHash, ...options.storedStateHashes, state._local?._last_extracted_hash];
      const knownStates = hashes.filter((hash) => hash !== undefined);
      const slot = ownSlot(working, open.source.name);
      const packaged = isLast ? slot : open.slotOfCut(slot);
      state = advanceState(state, open.source.name, packaged);
      const blob = encoder.startBlob(state, options.restorePoint.state);
      bumped = bumpState(state);
      const row = await this.#stateRowOf(state, bumped, { open, blob });
      if (row === undefined) blob.discard();
      if (row !== undefined) {
        if (options.storesState) {
          open.extract.writeSystemRow(stateTable, row.row);
          guardDisk(store.workingDir, () => writeBorderChunks(open, packaged, options));
        }
        state = row.state;
        bumped = state;
      }
      if (!open.extract.hasData && !hasTables(open.commands)) continue;
      const restorePoint = this.#restorePoint;
      const follows = this.#lastOfSchema.get(open.source.name) ?? newestWaiting(store, open.source.name);
      guardDisk(store.workingDir, () => finishPackage({ open, row: row?.row, knownStates, follows, restorePoint, isLast }));
      finished.push(open);
      this.#lastOfSchema.set(open.source.name, open.extract.folder.loadId);
      this.#restorePoint = after(restorePoint, encoder.document(bumped), options.asKept?.(open.extract.schema) ?? open.extract.schema);
    }
    // All of them before the first counts: who normalizes meanwhile finds a package together with its state and schema.
    for (const { extract } of finished) await extract.folder.sync();
    const packages = finished.map(({ extract }) => guardDisk(store.workingDir, () => store.commitExtracted(extract.folder)));
    this.#isFirst &&= finished.length === 0;
    this.#lastLoadId = packages.at(-1)?.loadId ?? this.#lastLoadId;
    // The run goes on to change the slots of its working copy.
    this.#state = isLast || sources.length === 1 ? state : { ...state, ...(state.sources && { sources: cloneState(state.sources) }) };
    return {
      packages,
      sources: finished,
      state: encoder.document(bumped ?? bumpState(state)),
      schemas: finished.map(({ extract }) => bumpSchema(extract.schema)),
    };
  }

  /** A package of this run may have been loaded since the last cut: then its first load is over, for those behind it too. */
  #goOnFromLocal(): void {
    const { _local } = this.#state;
    if (_local?.first_run !== true || this.#options.isFirstRun?.() !== false) return;
    this.#state = { ...this.#state, _local: { ..._local, first_run: false } };
    const { state, schemas } = this.#restorePoint;
    if (state === undefined) return;
    const before = openState(() => decodeState(state), this.#options.store.workingDir, "The state before this run");
    this.#restorePoint = { schemas, state: encodeState({ ...before, _local: { ...before._local, first_run: false } }) };
  }

  /** What was normalized since the last cut has brought the schema further. Load ids rise in the order of the commits. */
  #rebase({ extract, source }: OpenSource): void {
    if (this.#isFirst) return;
    if (extract.folder.loadId <= this.#lastLoadId) extract.renewLoadId(this.#options.runtime.newLoadId());
    const known = this.#options.knownSchema?.(source.name);
    if (known === undefined) return;
    extract.rebase(known);
    const { state, schemas } = this.#restorePoint;
    this.#restorePoint = { state, schemas: new Map(schemas).set(known.name, encodeJson(known, { pretty: true })) };
  }

  /** The state row of a package, when the state differs from what was last put into one. Without a table for it the row only says what belongs to the rows. */
  async #stateRowOf(
    state: PipelineState,
    bumped: PipelineState,
    { open, blob }: { readonly open: OpenSource; readonly blob: StartedBlob },
  ): Promise<{ readonly row: StateRow; readonly state: PipelineState } | undefined> {
    const { runtime, storesState } = this.#options;
    const now = Timestamp.fromMicros(runtime.nowMicros());
    const row = async (): Promise<StateRow> => stateRow(bumped, open.extract.folder.loadId, now, await blob.finish(bumped));
    if (!storesState) return bumped === state ? undefined : { row: await row(), state: bumped };
    if (bumped._version_hash === state._local?._last_extracted_hash && !open.forcesState) return undefined;
    const local = { ...(state._local ?? { first_run: true }), _last_extracted_at: now, _last_extracted_hash: bumped._version_hash! };
    return { row: await row(), state: { ...bumped, _local: local } };
  }
}

function ownSlot({ sources }: PipelineState, name: string): SourceState | undefined {
  return sources === undefined || !Object.hasOwn(sources, name) ? undefined : sources[name];
}

/** `state` with the slot of one source as it is in the working copy, and with the source's schema among its schemas. */
function advanceState(state: PipelineState, name: string, slot: SourceState | undefined): PipelineState {
  const sources = slot === undefined ? state.sources : ({ ...state.sources, [name]: slot } as { [source: string]: SourceState });
  return {
    ...state,
    default_schema_name: state.default_schema_name ?? name,
    schema_names: [...new Set([...state.schema_names, name])].sort(),
    ...(sources === undefined ? {} : { sources }),
  };
}

/** What local state and schemas are once a package is loaded: an abort of the packages behind it goes back to here. */
function after({ schemas }: RestorePoint, state: Buffer, schema: SchemaDocument): RestorePoint {
  const text = encodeJson(bumpSchema(schema), { pretty: true });
  return { state, schemas: new Map(schemas).set(schema.name, text) };
}

interface PackageToFinish {
  readonly open: OpenSource;
  readonly row: StateRow | undefined;
  readonly knownStates: readonly string[];
  readonly follows: string | undefined;
  readonly restorePoint: RestorePoint;
  readonly isLast: boolean;
}

function finishPackage({ open, row, knownStates, follows, restorePoint, isLast }: PackageToFinish): void {
  const { folder } = open.extract;
  open.extract.finish();
  folder.writeSchema(bumpSchema(open.extract.schema));
  folder.writeRestorePoint(restorePoint);
  folder.writeDiscards(open.discarded({ isLast }).map(({ table, reason, rows }) => ({ table, reason, rows, discarded: "row" })));
  const resources = open.graph
    .filter((node) => node.isLoaded)
    .map((node) => [node.definition.name, open.extract.packageMetrics(node.definition.name)] as const);
  folder.writeState(
    extractedState(folder, {
      row,
      knownStates,
      follows,
      commands: open.commands,
      resources: Object.fromEntries(resources),
      jobs: open.extract.jobNotes(),
    }),
  );
}
