import { crashPoint } from "../core/crash-point.ts";
import { encodeJson } from "../core/json-encode.ts";
import type { Runtime } from "../core/runtime.ts";
import { Timestamp } from "../core/timestamp.ts";
import { guardDisk } from "../load-package/errors.ts";
import { jobId } from "../load-package/job-file.ts";
import type { PackageFolder, RestorePoint } from "../load-package/package-folder.ts";
import { packageStateEngineVersion } from "../load-package/package-state.ts";
import type { PackageStore } from "../load-package/package-store.ts";
import { bumpSchema } from "../schema/bump.ts";
import type { SchemaDocument } from "../schema/document.ts";
import type { MergeStrategy, ResourceHints, SourceHints } from "../schema/hint-options.ts";
import { schemaNaming } from "../schema/schema-naming.ts";
import { withSourceHints } from "../schema/source-hints.ts";
import { stateTable } from "../schema/system-tables.ts";
import { bumpState } from "../state/bump.ts";
import type { PipelineState, SourceState } from "../state/document.ts";
import { encodeState } from "../state/encode.ts";
import { resourceSlot, sourceSlot } from "../state/slots.ts";
import { type StateRow, stateRow } from "../state/state-row.ts";
import { storedCopy, workingCopy } from "../state/working-copy.ts";
import type { ResourceDefinition } from "./definition.ts";
import { buildGraph, type GraphNode } from "./graph.ts";
import { Limiter } from "./limiter.ts";
import type { Mark } from "./marked.ts";
import { runGraph } from "./run-graph.ts";
import type { Running, RunningPipeline } from "./running.ts";
import { type Metrics, SourceExtract } from "./source-extract.ts";

/** One source of a run: its resources, ready to run, and the schema that they go into. */
export interface SourceToExtract {
  /** Name of source, schema and state slot. */
  readonly name: string;
  readonly resources: readonly ResourceDefinition[];
  readonly hints: SourceHints;
  /** As it is stored now, or new. */
  readonly schema: SchemaDocument;
}

export interface ExtractOptions {
  readonly sources: readonly SourceToExtract[];
  /** The state to go on from. It is not changed. */
  readonly state: PipelineState;
  /** False: no state rows. */
  readonly storesState: boolean;
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
  /** The state after this extract. */
  readonly state: PipelineState;
  readonly schemas: readonly SchemaDocument[];
  readonly resources: { readonly [resource: string]: Metrics };
  readonly tables: { readonly [table: string]: Metrics };
}

/** Reports of a resource's progress come at most so often. */
const progressMs = 100;

/**
 * Runs the resources and writes one package per source: rows, schema, and the state as of its commit.
 * When it fails or is cancelled nothing stays: no package, and the state that was given is as it was.
 */
export async function extract(options: ExtractOptions): Promise<ExtractResult> {
  const { sources, store } = options;
  const working = workingCopy(options.state);
  const extracts = sources.map((source) => openSource(source, options));
  try {
    resetReplaced(sources, working);
    const graphs = sources.map((source) => buildGraph(source.name, source.resources));
    await runAll(graphs, extracts, working, options);
    crashPoint("extract:rows-written");
    return commit(graphs, extracts, working, options);
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
}

function openSource(
  source: SourceToExtract,
  { store, runtime, maxIdentifierLength, mergeStrategies, checkHints }: ExtractOptions,
): OpenSource {
  const schema = withSourceHints(source.schema, source.hints);
  const naming = schemaNaming(schema, maxIdentifierLength);
  const folder = guardDisk(store.workingDir, () => store.createExtracting(runtime.newLoadId()));
  return { source, extract: new SourceExtract({ folder, schema, naming, mergeStrategies, checkHints }) };
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
  working: PipelineState,
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
    running: (node, signal): Running => runningResource(node.definition, ownerOf.get(node)!.source.name, working, signal, options.pipeline),
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
  working: PipelineState,
  signal: AbortSignal,
  pipeline: RunningPipeline,
): Running {
  return {
    sourceName,
    resourceName: definition.name,
    stateAccess: definition.stateAccess,
    signal,
    pipeline,
    sourceState: () => sourceSlot(working, sourceName),
    resourceState: () => resourceSlot(working, sourceName, definition.name),
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
function commit(
  graphs: readonly (readonly GraphNode[])[],
  extracts: readonly OpenSource[],
  touched: PipelineState,
  options: ExtractOptions,
): ExtractResult {
  const { store } = options;
  const working = storedCopy(touched, options.state);
  // What users put into the state has to come back as it was.
  encodeState(working, { maps: false });
  let state = options.state;
  let restorePoint: RestorePoint = options.restorePoint;
  const finished: OpenSource[] = [];
  for (const open of extracts) {
    state = advanceState(state, working, open.source.name);
    const row = stateRowOf(state, open, options);
    if (row !== undefined) {
      if (options.storesState) open.extract.writeSystemRow(stateTable, row.row);
      state = row.state;
    }
    if (!open.extract.hasData) continue;
    const finish = { open, row: row?.row, restorePoint, graph: graphs[extracts.indexOf(open)]! };
    guardDisk(store.workingDir, () => finishPackage(finish));
    finished.push(open);
    restorePoint = after(restorePoint, state, open.extract.schema);
  }
  const packages = finished.map(({ extract }) => guardDisk(store.workingDir, () => store.commitExtracted(extract.folder)));
  for (const open of extracts) if (!finished.includes(open)) store.discardExtracting(open.extract.folder);
  return {
    packages,
    state: bumpState(state),
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
function after({ schemas }: RestorePoint, state: PipelineState, schema: SchemaDocument): RestorePoint {
  const text = encodeJson(bumpSchema(schema), { pretty: true });
  return { state: encodeState(bumpState(state)), schemas: new Map(schemas).set(schema.name, text) };
}

/** The state row of a package, when the state differs from what was last put into one. Without a table for it the row only says what belongs to the rows. */
function stateRowOf(
  state: PipelineState,
  open: OpenSource,
  options: ExtractOptions,
): { readonly row: StateRow; readonly state: PipelineState } | undefined {
  const bumped = bumpState(state);
  const now = Timestamp.fromMicros(options.runtime.nowMicros());
  if (!options.storesState) return bumped === state ? undefined : { row: stateRow(bumped, open.extract.folder.loadId, now), state: bumped };
  if (bumped._version_hash === state._local?._last_extracted_hash) return undefined;
  const local = { ...(state._local ?? { first_run: true }), _last_extracted_at: now, _last_extracted_hash: bumped._version_hash! };
  return { row: stateRow(bumped, open.extract.folder.loadId, now), state: { ...bumped, _local: local } };
}

interface PackageToFinish {
  readonly open: OpenSource;
  readonly row: StateRow | undefined;
  readonly restorePoint: RestorePoint;
  readonly graph: readonly GraphNode[];
}

function finishPackage({ open, row, restorePoint, graph }: PackageToFinish): void {
  const { folder } = open.extract;
  open.extract.finish();
  folder.writeSchema(bumpSchema(open.extract.schema));
  folder.writeRestorePoint(restorePoint);
  folder.writeState({
    _state_version: 0,
    _state_engine_version: packageStateEngineVersion,
    created_at: Timestamp.fromMicros(Math.round(Number(folder.loadId) * 1_000_000)),
    ...(row === undefined ? {} : { pipeline_state: row }),
    leat_raw_files: folder.jobs("new").map(jobId),
    leat_resources: Object.fromEntries(
      graph.filter((node) => node.isLoaded).map((node) => [node.definition.name, open.extract.resourceMetrics(node.definition.name)]),
    ),
  });
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
