import type { PackageFolder } from "../load-package/package-folder.ts";
import type { PipelineState } from "../state/document.ts";
import { WorkingCopy } from "../state/working-copy.ts";
import { cutter } from "./cutter.ts";
import type { ExtractOptions, SourceToExtract } from "./extract-options.ts";
import { buildGraph } from "./graph.ts";
import { LiveState } from "./live-state.ts";
import type { Metrics } from "./metrics.ts";
import { OpenSource } from "./open-source.ts";
import { PackageParts } from "./package-parts.ts";
import { isReplace } from "./replaces.ts";
import { runSources } from "./run-sources.ts";

export type { ExtractOptions, SourceToExtract } from "./extract-options.ts";

export interface ExtractResult {
  readonly packages: readonly PackageFolder[];
  /** `maxDurationMs` left resources before their end. */
  readonly hasMore: boolean;
  readonly resources: { readonly [resource: string]: Metrics };
  readonly tables: { readonly [table: string]: Metrics };
}

/**
 * Runs the resources and writes one package per source: rows, schema, and the state as of its commit; with `commitEvery` several, one after another.
 * When it fails or is cancelled nothing stays since the last commit: no package, and no change of the state.
 */
export async function extract(options: ExtractOptions): Promise<ExtractResult> {
  const { sources, store } = options;
  // With several sources the package of the first has the old state of the others. What ends in its turn is told from what others changed by the state before.
  const copy = new WorkingCopy(options.state, { isOwn: options.ownsState && sources.length === 1 && options.inTurn === undefined });
  const working = copy.state;
  const open: OpenSource[] = [];
  try {
    for (const source of sources) open.push(new OpenSource(source, buildGraph(source.name, source.resources), working, options));
    resetReplaced(sources, working);
    const owners = open.map(({ source, graph }) => ({ ...source, graph }));
    const live = await LiveState.open(working, owners, options.pipeline.name);
    const parts = new PackageParts({ open, copy, live, options });
    const cut = options.commitEvery === undefined ? undefined : cutter(options.commitEvery, () => parts.cut());
    const hasMore = await runSources({ sources: open, live, options, cut });
    const { inTurn } = options;
    const packages = inTurn === undefined ? await parts.end() : await inTurn((turn) => parts.end(turn));
    return { packages, hasMore, resources: resourceMetrics(open), tables: summed(open.flatMap(({ extract }) => extract.tableMetrics())) };
  } catch (error) {
    for (const { extract } of open) {
      extract.abandon();
      for (const folder of [extract.folder, extract.wholeFolder]) if (folder !== undefined) store.discardExtracting(folder);
    }
    throw error;
  }
}

/** A table that is replaced is read from the start: its resource's state begins empty (as dlt). */
function resetReplaced(sources: readonly SourceToExtract[], working: PipelineState): void {
  for (const source of sources) {
    for (const resource of source.resources) {
      if (resource.selected && isReplace(resource)) delete working.sources?.[source.name]?.resources?.[resource.name];
    }
  }
}

function resourceMetrics(open: readonly OpenSource[]): { [resource: string]: Metrics } {
  return summed(
    open.flatMap(({ graph, extract }) =>
      graph.filter((node) => node.isLoaded).map(({ definition: { name } }) => [name, extract.resourceMetrics(name)] as const),
    ),
  );
}

/** By name; what several sources or packages have under one name is added up. */
function summed(all: readonly (readonly [name: string, metrics: Metrics])[]): { [name: string]: Metrics } {
  const sums = new Map<string, Metrics>();
  for (const [name, { items, bytes, files }] of all) {
    const sum = sums.get(name) ?? { items: 0, bytes: 0, files: 0 };
    sums.set(name, { items: sum.items + items, bytes: sum.bytes + bytes, files: sum.files + files });
  }
  return Object.fromEntries(sums);
}
