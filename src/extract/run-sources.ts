import { guardDisk } from "../load-package/errors.ts";
import type { Cut, TimeLimit } from "./cut.ts";
import type { ExtractOptions, ResourceProgress } from "./extract-options.ts";
import type { GraphNode } from "./graph.ts";
import { Limiter } from "./limiter.ts";
import type { LiveState } from "./live-state.ts";
import type { Mark } from "./marked.ts";
import type { OpenSource } from "./open-source.ts";
import { isReplace } from "./replaces.ts";
import { runGraph } from "./run-graph.ts";
import type { Running } from "./running.ts";

export interface SourcesToRun {
  readonly sources: readonly OpenSource[];
  readonly live: LiveState;
  readonly options: ExtractOptions;
  /** Undefined: the run is not cut. */
  readonly cut: (Cut & { onWritten(rows: number): void }) | undefined;
}

/** Reports of a resource's progress come at most so often. */
const progressMs = 100;

/** Runs the resources of all sources. True when a time limit left some of them before their end. */
export async function runSources({ sources, live, options, cut }: SourcesToRun): Promise<boolean> {
  // By node: one resource may be in several sources, and then it runs once for each.
  const owners = new Map(sources.flatMap((source) => source.graph.map((node) => [node, source] as const)));
  const ownerOf = (node: GraphNode): OpenSource => owners.get(node)!;
  const reporter = progressReporter(options.onProgress);
  let hasMore = false;
  const onEnded = (root: GraphNode): void => {
    hasMore = true;
    closeTables(root, ownerOf(root));
  };
  await runGraph([...owners.keys()], {
    signal: options.signal,
    limiter: new Limiter(options.maxParallelItems),
    maxParallelItems: options.maxParallelItems,
    workers: options.workers,
    order: options.order,
    cut,
    timeLimit: timeLimitOf(options.maxDurationMs, ownerOf, onEnded),
    running: (node, signal) => runningResource(node, ownerOf(node), { live, signal, options }),
    write: (node: GraphNode, rows: readonly unknown[], mark: Mark | undefined) => {
      const { definition } = node;
      const { extract } = ownerOf(node);
      const before = extract.rowsOf(definition.name);
      extract.write(definition, rows, mark);
      const after = extract.rowsOf(definition.name);
      // An item may be many rows.
      if (cut !== undefined && !extract.isWhole(definition.name)) cut.onWritten(after - before);
      reporter.report(definition.name, after);
    },
    warn: options.onWarning,
    rowDiscarded: (node, discarded) => ownerOf(node).discard(node, discarded),
  });
  for (const [{ definition, isLoaded }, { extract }] of owners) {
    if (isLoaded && isReplace(definition)) guardDisk(options.store.workingDir, () => extract.writeEmpty(definition));
    if (isLoaded) guardDisk(options.store.workingDir, () => extract.materialize(definition));
    if (isLoaded) options.onProgress({ resource: definition.name, items: extract.rowsOf(definition.name), isDone: true });
  }
  return hasMore;
}

function timeLimitOf(
  ms: number | undefined,
  ownerOf: (node: GraphNode) => OpenSource,
  onEnded: (root: GraphNode) => void,
): TimeLimit | undefined {
  return ms === undefined ? undefined : { ms, mayEnd: (root) => !ownerOf(root).extract.isWhole(root.definition.name), onEnded };
}

function closeTables(node: GraphNode, owner: OpenSource): void {
  owner.extract.close(node.definition.name);
  for (const child of node.children) closeTables(child, owner);
}

function runningResource(
  node: GraphNode,
  owner: OpenSource,
  { live, signal, options }: { readonly live: LiveState; readonly signal: AbortSignal; readonly options: ExtractOptions },
): Running {
  const { name: sourceName } = owner.source;
  const { name: resourceName, stateAccess } = node.definition;
  return {
    sourceName,
    resourceName,
    stateAccess,
    signal,
    pipeline: options.pipeline,
    sourceState: () => {
      owner.onSourceState(node);
      return live.source(sourceName);
    },
    resourceState: () => live.resource(sourceName, resourceName),
    incrementalState: () => live.incremental(sourceName, resourceName),
    borderChunks: options.borderChunks,
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
