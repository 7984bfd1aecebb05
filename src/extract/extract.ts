import { crashPoint } from "../core/crash-point.ts";
import { encodeJson } from "../core/json-encode.ts";
import type { Runtime } from "../core/runtime.ts";
import type { StandardSchema } from "../core/standard-schema.ts";
import { Timestamp } from "../core/timestamp.ts";
import { guardDisk } from "../load-package/errors.ts";
import type { PackageFolder, RestorePoint } from "../load-package/package-folder.ts";
import { hasTables, type PackageCommands } from "../load-package/package-state.ts";
import type { PackageStore } from "../load-package/package-store.ts";
import { bumpSchema } from "../schema/bump.ts";
import type { SchemaDocument } from "../schema/document.ts";
import type { MergeStrategy, ResourceHints, SourceHints } from "../schema/hint-options.ts";
import type { NamingName } from "../schema/naming/naming-convention.ts";
import { schemaNaming } from "../schema/schema-naming.ts";
import { withSourceHints } from "../schema/source-hints.ts";
import { stateTable } from "../schema/system-tables.ts";
import { bumpState } from "../state/bump.ts";
import type { PipelineState, SourceState } from "../state/document.ts";
import { type StartedBlob, StateEncoder } from "../state/state-encoder.ts";
import { type StateRow, stateRow } from "../state/state-row.ts";
import { WorkingCopy } from "../state/working-copy.ts";
import type { ResourceDefinition } from "./definition.ts";
import { extractedState } from "./extracted-state.ts";
import { buildGraph, type GraphNode } from "./graph.ts";
import { Limiter } from "./limiter.ts";
import { LiveState } from "./live-state.ts";
import type { Mark } from "./marked.ts";
import { type Refresh, refreshSource } from "./refresh.ts";
import { runGraph } from "./run-graph.ts";
import type { Running, RunningPipeline } from "./running.ts";
import { type Metrics, SourceExtract } from "./source-extract.ts";

/** One source of a run: its resources, ready to run, and the schema that they go into. */
export interface SourceToExtract {
  /** Name of source, schema and state slot. */
  readonly name: string;
  readonly resources: readonly ResourceDefinition[];
  readonly hints: SourceHints;
  /** Of what its resources share. */
  readonly stateSchema?: StandardSchema | undefined;
  /** As it is stored now, or new. */
  readonly schema: SchemaDocument;
  /** What the load has to do besides. Given, the package has a state row in any case. */
  readonly commands?: PackageCommands;
}

export interface ExtractOptions {
  readonly sources: readonly SourceToExtract[];
  /** The state to go on from. It is not changed, unless it is handed over. */
  readonly state: PipelineState;
  /** The caller does not use `state` any more, and it holds no `Float`: a large one need not be copied. */
  readonly ownsState: boolean;
  /** Hash of the state that the destination has. */
  readonly storedStateHash: string | undefined;
  /** False: no state rows. */
  readonly storesState: boolean;
  /** Starts the sources over, or parts of them. */
  readonly refresh: Refresh | undefined;
  /** Of a schema that begins anew. */
  readonly naming: NamingName;
  readonly store: PackageStore;
  /** Texts of the local state and schemas, put beside the package for an abort. */
  readonly restorePoint: RestorePoint;
  readonly runtime: Runtime;
  readonly pipeline: RunningPipeline;
  readonly signal: AbortSignal;
  readonly workers: number;
  readonly maxParallelItems: number;
  readonly order: "fifo" | "round_robin";
  /** Longest name that the destination takes. */
  readonly maxIdentifierLength: number | undefined;
  /** How the destination merges rows. */
  readonly mergeStrategies: readonly MergeStrategy[];
  /** Refuses hints that a mark brings and that cannot be done. */
  readonly checkHints: (resource: string, hints: ResourceHints, schema: SchemaDocument) => void;
  /** Refuses a state that is too large. Gets the length of its text too, which is known anyway. */
  readonly checkState: (bytes: number, state: PipelineState) => void;
  readonly onProgress: (progress: ResourceProgress) => void;
}

export interface ResourceProgress {
  readonly resource: string;
  /** Rows so far. */
  readonly items: number;
  readonly isDone: boolean;
}

export interface ExtractResult {
  readonly packages: readonly PackageFolder[];
  /** The text of the state after this extract. */
  readonly state: Buffer;
  readonly schemas: readonly SchemaDocument[];
  readonly resources: { readonly [resource: string]: Metrics };
  readonly tables: { readonly [table: string]: Metrics };
}

/** Reports of a resource's progress come at most so often. */
const progressMs = 100;

/**
 * Runs the resources and writes one package per source: rows, schema, and the state as of its commit.
 * When it fails or is cancelled nothing stays: no package, and no change of the state.
 */
export async function extract(options: ExtractOptions): Promise<ExtractResult> {
  const { sources, store } = options;
  // With several sources the package of the first has the old state of the others.
  const copy = new WorkingCopy(options.state, { isOwn: options.ownsState && sources.length === 1 });
  const working = copy.state;
  const graphs = sources.map((source) => buildGraph(source.name, source.resources));
  const extracts = sources.map((source, index) => openSource(source, graphs[index]!, working, options));
  try {
    resetReplaced(sources, working);
    const owners = sources.map((source, index) => ({ ...source, graph: graphs[index]! }));
    const live = await LiveState.open(working, owners, options.pipeline.name);
    await runAll(graphs, extracts, live, options);
    await live.check();
    crashPoint("extract:rows-written");
    return await commit(graphs, extracts, copy.stored(), options);
  } catch (error) {
    for (const { extract } of extracts) {
      extract.abandon();
      store.discardExtracting(extract.folder);
    }
    throw error;
  }
}

interface OpenSource {
  readonly source: SourceToExtract;
  readonly extract: SourceExtract;
  readonly commands: PackageCommands;
  /** The state goes into the package also when it is the one that was last put into one. */
  readonly forcesState: boolean;
}

function openSource(source: SourceToExtract, graph: readonly GraphNode[], working: PipelineState, options: ExtractOptions): OpenSource {
  const { store, runtime, refresh, maxIdentifierLength, mergeStrategies, checkHints } = options;
  const refreshed = refreshSource({ ...source, graph, naming: options.naming }, refresh, working);
  const commands = { ...refreshed.commands, ...source.commands };
  // Whoever has the old schema learns of dropped tables by a newer state.
  const forcesState = source.commands !== undefined || commands.dropped_tables !== undefined;
  const schema = withSourceHints(refreshed.schema, source.hints);
  const naming = schemaNaming(schema, maxIdentifierLength);
  const folder = guardDisk(store.workingDir, () => store.createExtracting(runtime.newLoadId()));
  return { source, extract: new SourceExtract({ folder, schema, naming, mergeStrategies, checkHints }), commands, forcesState };
}

/** A table that is replaced is read from the start: its resource's state begins empty (as dlt). */
function resetReplaced(sources: readonly SourceToExtract[], working: PipelineState): void {
  for (const source of sources) {
    for (const resource of source.resources) {
      if (resource.selected && isReplace(resource)) delete working.sources?.[source.name]?.resources?.[resource.name];
    }
  }
}

function isReplace(resource: ResourceDefinition): boolean {
  const { writeDisposition } = resource.hints;
  return (typeof writeDisposition === "object" ? writeDisposition.disposition : writeDisposition) === "replace";
}

async function runAll(
  graphs: readonly (readonly GraphNode[])[],
  extracts: readonly OpenSource[],
  live: LiveState,
  options: ExtractOptions,
): Promise<void> {
  // By node: one resource may be in several sources, and then it runs once for each.
  const ownerOf = new Map<GraphNode, OpenSource>();
  graphs.forEach((graph, index) => {
    for (const node of graph) ownerOf.set(node, extracts[index]!);
  });
  const reporter = progressReporter(options.onProgress);
  await runGraph(graphs.flat(), {
    signal: options.signal,
    limiter: new Limiter(options.maxParallelItems),
    maxParallelItems: options.maxParallelItems,
    workers: options.workers,
    order: options.order,
    running: (node, signal): Running => runningResource(node.definition, ownerOf.get(node)!.source.name, live, signal, options.pipeline),
    write: (node: GraphNode, rows: readonly unknown[], mark: Mark | undefined) => {
      const { definition } = node;
      const { extract } = ownerOf.get(node)!;
      extract.write(definition, rows, mark);
      reporter.report(definition.name, extract.rowsOf(definition.name));
    },
  });
  for (const graph of graphs) {
    for (const node of graph) {
      const { definition, isLoaded } = node;
      const { extract } = ownerOf.get(node)!;
      if (isLoaded && isReplace(definition)) guardDisk(options.store.workingDir, () => extract.writeEmpty(definition));
      if (isLoaded) options.onProgress({ resource: definition.name, items: extract.rowsOf(definition.name), isDone: true });
    }
  }
}

function runningResource(
  definition: ResourceDefinition,
  sourceName: string,
  live: LiveState,
  signal: AbortSignal,
  pipeline: RunningPipeline,
): Running {
  return {
    sourceName,
    resourceName: definition.name,
    stateAccess: definition.stateAccess,
    signal,
    pipeline,
    sourceState: () => live.source(sourceName),
    resourceState: () => live.resource(sourceName, definition.name),
  };
}

function progressReporter(onProgress: (progress: ResourceProgress) => void): { report(resource: string, items: number): void } {
  const reported = new Map<string, number>();
  return {
    report(resource, items) {
      const now = performance.now();
      if (now - (reported.get(resource) ?? Number.NEGATIVE_INFINITY) < progressMs) return;
      reported.set(resource, now);
      onProgress({ resource, items, isDone: false });
    },
  };
}

/** Finishes all packages, then commits them in order. Each carries the state as of its own commit: slots of sources that come later keep their old value. */
async function commit(
  graphs: readonly (readonly GraphNode[])[],
  extracts: readonly OpenSource[],
  working: PipelineState,
  options: ExtractOptions,
): Promise<ExtractResult> {
  const { store } = options;
  const encoder = new StateEncoder();
  options.checkState(encoder.byteLength(working), working);
  let state = options.state;
  let bumped: PipelineState | undefined;
  let restorePoint: RestorePoint = options.restorePoint;
  const finished: OpenSource[] = [];
  for (const open of extracts) {
    const knownStates = [options.storedStateHash, state._local?._last_extracted_hash].filter((hash) => hash !== undefined);
    state = advanceState(state, working, open.source.name);
    const blob = encoder.startBlob(state, options.restorePoint.state);
    bumped = bumpState(state);
    const row = await stateRowOf(state, bumped, { open, blob, options });
    if (row === undefined) blob.discard();
    if (row !== undefined) {
      if (options.storesState) open.extract.writeSystemRow(stateTable, row.row);
      state = row.state;
      bumped = state;
    }
    if (!open.extract.hasData && !hasTables(open.commands)) continue;
    const finish = { open, row: row?.row, knownStates, restorePoint, graph: graphs[extracts.indexOf(open)]! };
    guardDisk(store.workingDir, () => finishPackage(finish));
    finished.push(open);
    restorePoint = after(restorePoint, encoder.document(bumped), open.extract.schema);
  }
  const packages = finished.map(({ extract }) => guardDisk(store.workingDir, () => store.commitExtracted(extract.folder)));
  for (const open of extracts) if (!finished.includes(open)) store.discardExtracting(open.extract.folder);
  return {
    packages,
    state: encoder.document(bumped ?? bumpState(state)),
    schemas: finished.map(({ extract }) => bumpSchema(extract.schema)),
    resources: resourceMetrics(graphs, extracts),
    tables: summed(finished.flatMap(({ extract }) => Object.entries(extract.tableMetrics()))),
  };
}

/** `state` with the slot of one source as it is in the working copy, and with the source's schema among its schemas. */
function advanceState(state: PipelineState, working: PipelineState, name: string): PipelineState {
  const slot = working.sources === undefined || !Object.hasOwn(working.sources, name) ? undefined : working.sources[name];
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

/** The state row of a package, when the state differs from what was last put into one. Without a table for it the row only says what belongs to the rows. */
async function stateRowOf(
  state: PipelineState,
  bumped: PipelineState,
  { open, blob, options }: { readonly open: OpenSource; readonly blob: StartedBlob; readonly options: ExtractOptions },
): Promise<{ readonly row: StateRow; readonly state: PipelineState } | undefined> {
  const now = Timestamp.fromMicros(options.runtime.nowMicros());
  const row = async (): Promise<StateRow> => stateRow(bumped, open.extract.folder.loadId, now, await blob.finish(bumped));
  if (!options.storesState) return bumped === state ? undefined : { row: await row(), state: bumped };
  if (bumped._version_hash === state._local?._last_extracted_hash && !open.forcesState) return undefined;
  const local = { ...(state._local ?? { first_run: true }), _last_extracted_at: now, _last_extracted_hash: bumped._version_hash! };
  return { row: await row(), state: { ...bumped, _local: local } };
}

interface PackageToFinish {
  readonly open: OpenSource;
  readonly row: StateRow | undefined;
  readonly knownStates: readonly string[];
  readonly restorePoint: RestorePoint;
  readonly graph: readonly GraphNode[];
}

function finishPackage({ open, row, knownStates, restorePoint, graph }: PackageToFinish): void {
  const { folder } = open.extract;
  open.extract.finish();
  folder.writeSchema(bumpSchema(open.extract.schema));
  folder.writeRestorePoint(restorePoint);
  const resources = graph
    .filter((node) => node.isLoaded)
    .map((node) => [node.definition.name, open.extract.resourceMetrics(node.definition.name)] as const);
  folder.writeState(extractedState(folder, { row, knownStates, commands: open.commands, resources: Object.fromEntries(resources) }));
}

function resourceMetrics(graphs: readonly (readonly GraphNode[])[], extracts: readonly OpenSource[]): { [resource: string]: Metrics } {
  return summed(
    graphs.flatMap((graph, index) => {
      const { extract } = extracts[index]!;
      return graph.filter((node) => node.isLoaded).map(({ definition: { name } }) => [name, extract.resourceMetrics(name)] as const);
    }),
  );
}

/** By name; what several sources have under one name is added up. */
function summed(all: readonly (readonly [name: string, metrics: Metrics])[]): { [name: string]: Metrics } {
  const sums = new Map<string, Metrics>();
  for (const [name, { items, bytes, files }] of all) {
    const sum = sums.get(name) ?? { items: 0, bytes: 0, files: 0 };
    sums.set(name, { items: sum.items + items, bytes: sum.bytes + bytes, files: sum.files + files });
  }
  return Object.fromEntries(sums);
}
