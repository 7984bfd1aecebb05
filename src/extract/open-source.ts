import { randomRowIds } from "../core/random-row-ids.ts";
import { guardDisk } from "../load-package/errors.ts";
import type { PackageCommands } from "../load-package/package-state.ts";
import type { PackageStore } from "../load-package/package-store.ts";
import { schemaNaming } from "../schema/schema-naming.ts";
import { withSourceHints } from "../schema/source-hints.ts";
import { cloneState } from "../state/clone.ts";
import type { PipelineState, ResourceState, SourceState } from "../state/document.ts";
import { wholeResources } from "./cuttable.ts";
import { DiscardCounter, type DiscardedRows } from "./discarded-rows.ts";
import type { ExtractOptions, SourceToExtract } from "./extract-options.ts";
import type { GraphNode } from "./graph.ts";
import type { DiscardedRow } from "./node-environment.ts";
import { refreshSource } from "./refresh.ts";
import { isReplace } from "./replaces.ts";
import { SourceExtract } from "./source-extract.ts";

/** A source while its resources run: what it writes, and what belongs into its packages besides. */
export class OpenSource {
  readonly source: SourceToExtract;
  readonly graph: readonly GraphNode[];
  readonly extract: SourceExtract;
  #commands: PackageCommands;
  #forcesState: boolean;
  /** Of resources that go whole into the last package: what the earlier ones say of them. */
  readonly #wholeStates: ReadonlyMap<string, ResourceState | undefined>;
  #discards = new DiscardCounter();
  readonly #wholeDiscards = new DiscardCounter();

  /** Starts it over where that is asked for; then the state is changed in place. */
  constructor(source: SourceToExtract, graph: readonly GraphNode[], working: PipelineState, options: ExtractOptions) {
    const { store, runtime, refresh, maxIdentifierLength, mergeStrategies, checkHints } = options;
    this.source = source;
    this.graph = graph;
    const refreshed = refreshSource({ ...source, graph, naming: options.naming }, refresh, working);
    this.#commands = { ...refreshed.commands, ...source.commands };
    // Whoever has the old schema learns of dropped tables by a newer state.
    this.#forcesState = source.commands !== undefined || this.#commands.dropped_tables !== undefined;
    const schema = withSourceHints(refreshed.schema, source.hints);
    const naming = schemaNaming(schema, {
      maxLength: maxIdentifierLength,
      custom: options.customNaming,
      mayBeMissing: graph.length === 0,
    });
    const mayBeCut = options.commitEvery !== undefined || options.maxDurationMs !== undefined;
    const resources = mayBeCut ? wholeResources(graph, schema, naming) : new Set<string>();
    const newFolder = () => guardDisk(store.workingDir, () => store.createExtracting(runtime.newLoadId()));
    const whole = options.commitEvery === undefined || resources.size === 0 ? undefined : newFolder();
    this.extract = new SourceExtract({
      folder: newFolder(),
      schema,
      naming,
      mergeStrategies,
      checkHints,
      jobFormat: options.jobFormat,
      newRowId: randomRowIds(runtime),
      arrowColumns: options.arrowColumns,
      onDiscarded: (definition, discarded) => this.#count(definition.name, discarded),
      onWarning: options.onWarning,
      mayBeCut,
      rawLimits: options.rawLimits,
      onRawFile: options.onRawFile,
      whole: { resources, folder: whole },
      waitingRows: () => tablesWithWaitingRows(store, source.name),
    });
    this.#wholeStates = new Map([...resources].map((name) => [name, stateBefore(source.name, name, working, options.state)]));
  }

  /** What the load of its next package does first. */
  get commands(): PackageCommands {
    return this.#commands;
  }

  /** The state goes into the next package also when it is the one that was last put into one. */
  get forcesState(): boolean {
    return this.#forcesState;
  }

  /** A package is committed: the next one has nothing to do first. */
  onCommitted(): void {
    this.#commands = {};
    this.#forcesState = false;
  }

  /** Its slot as a package has it that is not the last: resources whose rows are not in it are where they were. */
  slotOfCut(slot: SourceState | undefined): SourceState | undefined {
    if (slot === undefined || this.#wholeStates.size === 0) return slot;
    const resources = { ...slot.resources };
    for (const [name, before] of this.#wholeStates) {
      if (before === undefined) delete resources[name];
      else resources[name] = before;
    }
    return { ...slot, resources } as SourceState;
  }

  /** A resource asks for what the resources of its source share, and may change it. */
  onSourceState(node: GraphNode): void {
    if (this.extract.wholeFolder === undefined) return;
    // What it remembers there would be ahead of its rows. A table that is replaced needs no memory of its rows.
    const { definition } = node;
    if (this.extract.isWhole(definition.name) && definition.stateAccess === "write" && !isReplace(definition)) this.extract.hold();
  }

  discard(node: GraphNode, discarded: DiscardedRow): void {
    this.#count(node.definition.name, discarded);
  }

  #count(resource: string, discarded: DiscardedRow): void {
    const counter = this.extract.isWhole(resource) && !this.extract.isHeld ? this.#wholeDiscards : this.#discards;
    counter.add("", discarded);
  }

  /** Rows that a row schema kept out of the package that was just committed. */
  takeDiscarded(loadId: string, { isLast }: { readonly isLast: boolean }): readonly DiscardedRows[] {
    const all = this.discarded({ isLast });
    this.#discards = new DiscardCounter();
    return all.map((discarded) => ({ ...discarded, loadId }));
  }

  /** Those of the package that is written now. */
  discarded({ isLast }: { readonly isLast: boolean }): readonly DiscardedRows[] {
    return [...this.#discards.all(), ...(isLast ? this.#wholeDiscards.all() : [])];
  }

  /** Nothing of what is not committed stays. */
  abandon(): void {
    this.extract.abandon();
  }
}

/** The state of a resource before the run, and after a refresh. A copy: the original may be the one that the run changes. */
function stateBefore(source: string, resource: string, working: PipelineState, before: PipelineState): ResourceState | undefined {
  return slotOf(working, source, resource) === undefined ? undefined : cloneState(slotOf(before, source, resource));
}

function slotOf({ sources = {} }: PipelineState, source: string, resource: string): ResourceState | undefined {
  const { resources = {} } = Object.hasOwn(sources, source) ? sources[source]! : {};
  return Object.hasOwn(resources, resource) ? resources[resource] : undefined;
}

function tablesWithWaitingRows(store: PackageStore, schemaName: string): ReadonlySet<string> {
  const packages = store.extracted().filter((folder) => folder.readSchema().name === schemaName);
  return new Set(packages.flatMap((folder) => folder.jobs("new").flatMap((job) => (job.format === "typed-jsonl" ? [job.table] : []))));
}
