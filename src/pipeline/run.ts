import { ConfigError } from "../core/errors.ts";
import type { ReadSessions } from "../dataset/read-sessions.ts";
import { checkOptions } from "../extract/definition.ts";
import { type Refresh, refreshModes } from "../extract/refresh-modes.ts";
import { hintNames } from "../extract/resource-hints.ts";
import type { Loose } from "../extract/rows.ts";
import type { LoadedPackage } from "../load/load-package.ts";
import { guardDisk } from "../load-package/errors.ts";
import { oneOf } from "../schema/given.ts";
import type { SchemaContract } from "../schema/hint-options.ts";
import { beginDevRun } from "./dev-mode.ts";
import { EarlyLoad } from "./early-load.ts";
import { refusePending } from "./edit-state.ts";
import type { ExtractInfo, LoadInfo, NormalizeInfo, RunInfo } from "./infos.ts";
import { loadInfoOf } from "./load-info-of.ts";
import { runInfo } from "./make-infos.ts";
import { unitsAhead } from "./normalizing.ts";
import { pipelineObserver } from "./observer.ts";
import { targetNames } from "./other-targets.ts";
import { finishPackages, PackageConveyor } from "./package-conveyor.ts";
import { pendingContracts } from "./pending-contracts.ts";
import type { RunSettings } from "./pipeline-options.ts";
import type { PipelineParts } from "./pipeline-parts.ts";
import type { RunOptions } from "./pipeline-type.ts";
import { refuseOtherTarget } from "./refuse-other-target.ts";
import type { RunHints } from "./runnable.ts";
import { sinceCommits } from "./since-commits.ts";
import type { StepHost } from "./step-host.ts";
import { type ExtractSettings, extractStep, loadStep, normalizeStep, syncAgain, syncStep } from "./steps.ts";

/** What `run` or `extract` was asked for, and where it happens. */
export interface Asked {
  readonly host: StepHost;
  readonly data: unknown;
  readonly options: RunOptions<never>;
  readonly pipeline: PipelineParts;
  /** Resources that read what was loaded. */
  readonly readSessions: ReadSessions;
}

/** Sync, then the packages that wait, then the new data. */
export async function runAll(asked: Asked): Promise<RunInfo> {
  const { host, data, options, pipeline } = asked;
  const { context } = host;
  context.emit({ type: "run-started" });
  await begin(asked);
  await amendPending(host, contractOf(options, pipeline), { data, hints: hintsOf(asked) });
  const packages = [...(await finishPackages(host))];
  let hasMore = false;
  if (data !== undefined) {
    // What waited kept the sync from taking what others have stored in the meantime.
    if (packages.length > 0 && pipeline.devMode === undefined) await syncAgain(host);
    const extracted = await extractAndLoad(asked);
    packages.push(...extracted.loaded);
    hasMore = extracted.hasMore;
  }
  const loaded = await loadInfoOf(host, context.startedAt, packages);
  const discarded = context.discarded.length === 0 ? {} : { discarded: context.discarded };
  const info = runInfo({ ...loaded, ...discarded, hasMore, trace: context.trace() });
  context.emit({ type: "run-completed", info });
  return info;
}

export async function extractAlone(asked: Asked): Promise<ExtractInfo> {
  if (asked.options.loaderFileFormat !== undefined)
    throw new ConfigError(
      "`loaderFileFormat` is no option of extract(): normalize() writes the files of jobs. Give it there, or to the pipeline.",
    );
  await begin(asked);
  const { host } = asked;
  let committed = 0;
  const onCut = async (packages: number): Promise<void> => {
    committed += packages;
  };
  const info = await extract(asked, { onCut }).catch((error: unknown) => Promise.reject(sinceCommits(error, committed, host)));
  forgetTold(host, info);
  return info;
}

export async function normalizeAlone({ host, options, pipeline }: Omit<Asked, "data">): Promise<NormalizeInfo> {
  await amendPending(host, contractOf(options, pipeline));
  const info = await normalizeStep(host);
  forgetTold(host, info);
  return info;
}

/** What a call says in its info need not be told again by the one that loads the package. */
function forgetTold({ store }: StepHost, { loadIds }: Pick<ExtractInfo, "loadIds">): void {
  const told = [...store.extracted(), ...store.normalized()].filter(({ loadId }) => loadIds.includes(loadId));
  guardDisk(store.workingDir, () => {
    for (const folder of told) folder.forgetDiscards();
  });
}

export async function loadAlone(host: StepHost): Promise<LoadInfo> {
  refuseOtherTarget(host);
  const info = await loadInfoOf(host, host.context.startedAt, await loadStep(host));
  pipelineObserver()?.onLoaded(info);
  return info;
}

/** A run in dev mode takes nothing from the destination. One without data only finishes what waits. */
async function begin({ host, data, pipeline }: Asked): Promise<void> {
  const { devMode } = pipeline;
  if (devMode !== undefined) return data === undefined ? undefined : await beginDevRun(devMode, host);
  refuseOtherTarget(host);
  await syncStep(host);
}

interface Conveyed {
  readonly hasMore: boolean;
  readonly loaded: readonly LoadedPackage[];
}

/** What is cut off is normalized and loaded while the rest is extracted; without cuts, raw files are normalized ahead. */
async function extractAndLoad(asked: Asked): Promise<Conveyed> {
  const conveyor = new PackageConveyor(asked.host);
  const early = mayLoadEarly(asked) ? new EarlyLoad(asked.host) : undefined;
  const ahead = unitsAhead(asked.host, early);
  const settings: ExtractSettings = {
    onCut: (packages) => conveyor.add(packages),
    stop: conveyor.signal,
    onRawFile: ahead && (({ unit, folder, schema }) => ahead.announce(unit, { loadId: folder.loadId, extractedPath: folder.path, schema })),
  };
  try {
    const { hasMore } = await extract(asked, settings).catch(async (error) => {
      throw await conveyor.endAfter(error);
    });
    return { hasMore, loaded: await conveyor.end({ ahead, early }) };
  } finally {
    await ahead?.end();
    await early?.end();
  }
}

/** A load may begin before its package is whole. What a refresh drops or empties comes before all rows; and which dataset is that of the default schema may come out late. */
function mayLoadEarly(asked: Asked): boolean {
  const { destination, load, isSingleDataset } = asked.host;
  return destination.capabilities.early === true && load.early && isSingleDataset && refreshOf(asked) === undefined;
}

function refreshOf({ options, pipeline }: Asked): Refresh | undefined {
  return oneOf("refresh", options.refresh ?? pipeline.options.refresh, refreshModes);
}

function extract(asked: Asked, settings: ExtractSettings = {}): Promise<ExtractInfo> {
  const { host, data } = asked;
  const refresh = refreshOf(asked);
  if (refresh !== undefined) refusePending(host);
  return asked.readSessions.keptDuring(() => extractStep(host, data, hintsOf(asked), { ...settings, ...host.parts, refresh }));
}

/** Packages that wait are normalized under the contracts that are declared by now: that is how a change that one refuses is allowed. */
async function amendPending(
  host: StepHost,
  contract: SchemaContract | undefined,
  declared?: { readonly data: unknown; readonly hints: RunHints },
): Promise<void> {
  host.context.pendingContracts = await pendingContracts(host, contract, declared);
}

function contractOf(asked: RunSettings, { options }: PipelineParts): SchemaContract | undefined {
  return asked.schemaContract ?? options.schemaContract;
}

/** Given to `run`; a contract of the pipeline is one of all its runs. */
function hintsOf({ options, pipeline }: Asked): RunHints {
  const { schemaContract } = pipeline.options;
  const { signal: _, refresh: __, commitEvery: ___, maxDuration: ____, loaderFileFormat: _____, ...hints } = options;
  // Those of a target are undefined here, if they are there at all.
  checkOptions("run()", hints, [...hintNames, "schema", ...targetNames]);
  const given = Object.fromEntries(Object.entries(hints as Loose).filter(([, value]) => value !== undefined));
  return { ...(schemaContract === undefined ? {} : { schemaContract }), ...given };
}
