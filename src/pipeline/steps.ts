import { extract, type SourceToExtract } from "../extract/extract.ts";
import type { InTurn } from "../extract/extract-options.ts";
import type { Refresh } from "../extract/refresh-modes.ts";
import { withRowColumns } from "../extract/row-schema.ts";
import type { EndedRawFile } from "../extract/source-extract.ts";
import { type LoadedPackage, type LoadPackageOptions, loadPackage } from "../load/load-package.ts";
import { retryText } from "../load/retry-text.ts";
import { asDiskError } from "../load-package/errors.ts";
import type { PackageFolder } from "../load-package/package-folder.ts";
import type { PackageCommands } from "../load-package/package-state.ts";
import { jobFormatsOf } from "../normalize/job-format-of.ts";
import { normalize } from "../normalize/normalize.ts";
import type { UnitsAhead } from "../normalize/units-ahead.ts";
import type { SchemaDocument } from "../schema/document.ts";
import { newSchema } from "../schema/new-schema.ts";
import type { SchemaUpdate } from "../schema/update.ts";
import type { PipelineState } from "../state/document.ts";
import { openBorderChunks } from "./border-chunks.ts";
import { buildOn } from "./build-on.ts";
import { checkHints, checkSupported } from "./check-supported.ts";
import { dateNow } from "./clock.ts";
import { DatasetSessions } from "./dataset-sessions.ts";
import type { EarlyLoad } from "./early-load.ts";
import type { DiscardedRows, ExtractInfo, NormalizeInfo } from "./infos.ts";
import { loadInfoOf } from "./load-info-of.ts";
import { extractInfo, normalizeInfo } from "./make-infos.ts";
import { normalizing } from "./normalizing.ts";
import { reportDiscarded, reportFindings, reportUntold } from "./report-findings.ts";
import { layoutOf } from "./restore-stored.ts";
import type { RunParts } from "./run-parts.ts";
import type { RunHints } from "./runnable.ts";
import { saveExtracted, saveNormalized } from "./save-extracted.ts";
import { sharedTables } from "./shared-tables.ts";
import { newSchemaNaming } from "./source-config.ts";
import { sourceSchemas } from "./source-schemas.ts";
import { stateSizeCheck } from "./state-size.ts";
import type { StepHost } from "./step-host.ts";
import { storedPipeline } from "./stored-pipeline.ts";
import { syncState } from "./sync-state.ts";
import { takeOver } from "./take-over.ts";

/** Brings local state in step with the destination. The database is closed again before any code of a resource runs. */
export function syncStep(host: StepHost): Promise<void> {
  const { context, local, store, runtime, pipeline } = host;
  return context.step({ step: "sync", pendingLoadIds: pending(host) }, async () => {
    if (host.restoresState) {
      const place = await host.place();
      await using session = await host.open();
      const stored = storedPipeline(host, session);
      context.storedStateHash = await syncState({
        session: stored,
        local,
        store,
        runtime,
        place,
        pipelineName: pipeline.name,
        newState: () => host.newState(),
      });
      context.storedStateHashes = context.storedStateHash === undefined ? [] : (stored.stateHashes ?? []);
    }
    context.wasFirstRun = local.peekState()?._local?.first_run ?? true;
  });
}

/** As `syncStep`, within a run that has begun: whether it was the first one is known. */
export async function syncAgain(host: StepHost): Promise<void> {
  const { wasFirstRun } = host.context;
  await syncStep(host);
  host.context.wasFirstRun = wasFirstRun;
}

/** Runs resources into packages on disk. */
export function extractStep(host: StepHost, data: unknown, hints: RunHints, settings: ExtractSettings = {}): Promise<ExtractInfo> {
  const { refresh, ...parts } = settings;
  const prepare = async (): Promise<ToExtract> => {
    // Refuses a destination whose files leat does not write, before any code of a source runs.
    jobFormatsOf(host.destination, host.normalize);
    const taken = host.local.takeState();
    const state = await withTargets(taken?.state ?? host.newState(), host);
    // A source that starts over finds no state, nor does the function that builds it.
    const built = await buildSources(host, refresh === "drop_sources" ? { ...state, sources: {} } : state, data, hints);
    const sources = parts.select?.(built) ?? built;
    checkSupported(sources, host.destination);
    if (refresh === "drop_resources" || refresh === "drop_data")
      for (const message of sharedTables(sources)) host.context.emit({ type: "warning", code: "shared-table", message });
    return { state, sources, refresh, ownsState: taken?.hasFloats !== true, textBefore: taken?.text };
  };
  return extractSources(host, prepare, parts);
}

export interface ExtractSettings extends Partial<RunParts> {
  readonly refresh?: Refresh | undefined;
  /** So many packages were cut off, and the run goes on when this is done. */
  readonly onCut?: ((packages: number) => Promise<void>) | undefined;
  /** What is extracted of the sources that were built. */
  readonly select?: ((sources: readonly SourceToExtract[]) => readonly SourceToExtract[]) | undefined;
  readonly inTurn?: InTurn | undefined;
  /** Hears of raw files that are full. */
  readonly onRawFile?: ((file: EndedRawFile) => void) | undefined;
  /** Ends the extract, as the signal of the run does. */
  readonly stop?: AbortSignal | undefined;
}

/** Puts a state that was changed outside of a run into a package of its own, of the schema of that name. */
export function extractStateStep(host: StepHost, changed: PipelineState, schemaName: string): Promise<ExtractInfo> {
  return extractSources(host, async () => {
    const schema = host.local.peekSchemas().get(schemaName) ?? newSchema(schemaName, { naming: await newSchemaNaming(schemaName, host) });
    return { state: await withTargets(changed, host), sources: [{ name: schemaName, resources: [], hints: {}, schema }] };
  });
}

/** Puts a changed state and schema into a package without rows, with what the load has to do. */
export function extractCommandsStep(
  host: StepHost,
  state: PipelineState,
  source: { schema: SchemaDocument; commands: PackageCommands },
): Promise<ExtractInfo> {
  return extractSources(host, async () => ({
    state: await withTargets(state, host),
    sources: [{ name: source.schema.name, resources: [], hints: {}, ...source }],
  }));
}

interface ToExtract {
  readonly state: PipelineState;
  readonly sources: readonly SourceToExtract[];
  readonly refresh?: Refresh | undefined;
  readonly ownsState?: boolean;
  /** The text of the state before, where it is known. */
  readonly textBefore?: Buffer | undefined;
}

function extractSources(host: StepHost, prepare: () => Promise<ToExtract>, parts: ExtractSettings = {}): Promise<ExtractInfo> {
  const { context, local, store, runtime } = host;
  return context.step({ step: "extract", pendingLoadIds: pending(host) }, async (startedAt) => {
    const { state, sources, refresh, ownsState = false, textBefore = local.stateText() } = await prepare();
    const discarded: DiscardedRows[] = [];
    const running = sources.filter(({ resources }) => resources.length > 0).map(({ name }) => name);
    const borderChunks = await openBorderChunks(host, state, running);
    const result = await extract({
      sources,
      state,
      ownsState,
      storedStateHash: context.storedStateHash,
      storedStateHashes: context.storedStateHashes,
      storesState: host.restoresState,
      borderChunks,
      refresh,
      naming: host.naming,
      customNaming: host.customNaming,
      store,
      restorePoint: { state: textBefore, schemas: local.schemaTexts() },
      runtime,
      pipeline: host.pipeline,
      signal: parts.stop === undefined ? context.signal : AbortSignal.any([context.signal, parts.stop]),
      commitEvery: parts.commitEvery,
      maxDurationMs: parts.maxDurationMs,
      inTurn: parts.inTurn,
      onRawFile: parts.onRawFile,
      knownSchema: (name) => local.peekSchemas().get(name),
      asKept: (schema) => host.schemaFiles.asLinked(schema),
      isFirstRun: () => local.peekState()?._local?.first_run ?? true,
      onCommitted: async (committed, isLast) => {
        for (const { loadId } of committed.packages) context.toldOf.add(loadId);
        saveExtracted(local, committed, (schema) => host.schemaFiles.linked(schema));
        if (!isLast) await parts.onCut?.(committed.packages.length);
      },
      ...host.extract,
      maxIdentifierLength: host.destination.capabilities.maxIdentifierLength,
      rawLimits: host.normalize.rawLimits,
      arrowColumns: host.normalize.arrowColumns,
      jobFormat: (table) => jobFormatsOf(host.destination, host.normalize)(table),
      mergeStrategies: host.destination.capabilities.mergeStrategies,
      checkHints: (resource, changed, schema) => checkHints(resource, changed, schema, host.destination),
      checkState: stateSizeCheck({ limits: host.state, textBefore, emit: context.emit }),
      onProgress: (progress) => context.emit({ type: "resource-progress", ...progress }),
      onDiscardedRows: (rows) => discarded.push(reportDiscarded(context, { ...rows, discarded: "row" })),
      onWarning: (code, message) => context.emit({ type: "warning", code, message }),
    }).catch((error: unknown) => Promise.reject(asDiskError(store.workingDir, error)));
    return extractInfo({
      pipelineName: host.pipeline.name,
      loadIds: result.packages.map((folder) => folder.loadId),
      startedAt,
      finishedAt: dateNow(runtime),
      resources: result.resources,
      tables: result.tables,
      hasMore: result.hasMore,
      ...(discarded.length === 0 ? {} : { discarded }),
    });
  });
}

/** What was asked of the pipeline wins over what its state remembers. */
async function withTargets(state: PipelineState, host: StepHost): Promise<PipelineState> {
  const asked = host.newState();
  const { dataset_name, destination_type, destination_name } = asked;
  const _local = { ...(state._local ?? { first_run: true }), leat_destination_place: await host.place(), ...layoutOf(asked, state._local) };
  return { ...state, dataset_name, destination_type, destination_name, _local };
}

async function buildSources(host: StepHost, state: PipelineState, data: unknown, hints: RunHints): Promise<readonly SourceToExtract[]> {
  const { context, local } = host;
  const built = await buildOn(host, state, data, hints);
  const schemas = local.peekSchemas();
  const origins = { files: host.schemaFiles, askedNaming: host.askedNaming, emit: context.emit };
  const namings = new Map<string, string>();
  for (const { name } of built) namings.set(name, await newSchemaNaming(name, host));
  const warn = (message: string): void => context.emit({ type: "warning", code: "row-schema", message });
  return built.map((source) => ({
    ...source,
    resources: withRowColumns(source.resources, warn),
    ...sourceSchemas(source, { ...origins, naming: namings.get(source.name)!, stored: schemas.get(source.name) }),
  }));
}

/** Normalizes every extracted package, oldest first. `ahead`: what was done while they were extracted. */
export async function normalizeStep(host: StepHost, ahead?: UnitsAhead): Promise<NormalizeInfo> {
  const { context, local, store, runtime } = host;
  const startedAt = dateNow(runtime);
  const rowCounts: Record<string, number> = {};
  const schemaUpdates: Record<string, SchemaUpdate> = {};
  const allDiscarded: DiscardedRows[] = [];
  for (const extracted of store.extracted()) {
    const { loadId } = extracted;
    const untold = context.toldOf.has(loadId) ? [] : extracted.readDiscards();
    await context.step({ step: "normalize", loadId, pendingLoadIds: pending(host) }, async (stepStart) => {
      const result = await normalize({
        extracted,
        store,
        schema: local.peekSchemas().get(extracted.readSchema().name),
        ...normalizing(host),
        jobFormats: jobFormatsOf(host.destination, host.normalize),
        ahead,
        runtime,
        signal: context.signal,
        withContracts: (schema, folder) => context.pendingContracts?.(schema, folder) ?? schema,
        onProgress: (rows) => context.emit({ type: "normalize-progress", loadId, rows }),
      });
      saveNormalized(local, result);
      for (const [table, rows] of Object.entries(result.rowCounts)) rowCounts[table] = (rowCounts[table] ?? 0) + rows;
      schemaUpdates[loadId] = result.schemaUpdate;
      if (Object.keys(result.schemaUpdate).length > 0) {
        context.emit({ type: "schema-changed", schemaName: result.schema.name, update: result.schemaUpdate, loadId });
      }
      context.toldOf.add(loadId);
      const discarded = [...reportUntold(context, loadId, untold), ...reportFindings(context, loadId, result.findings)];
      allDiscarded.push(...discarded);
      return stepInfo(host, stepStart, [loadId], result.rowCounts, { [loadId]: result.schemaUpdate }, discarded);
    });
  }
  return stepInfo(host, startedAt, Object.keys(schemaUpdates), rowCounts, schemaUpdates, allDiscarded);
}

function stepInfo(
  host: StepHost,
  startedAt: Date,
  loadIds: readonly string[],
  rowCounts: NormalizeInfo["rowCounts"],
  schemaUpdates: NormalizeInfo["schemaUpdates"],
  discarded: readonly DiscardedRows[],
): NormalizeInfo {
  return normalizeInfo({
    pipelineName: host.pipeline.name,
    loadIds,
    startedAt,
    finishedAt: dateNow(host.runtime),
    rowCounts,
    schemaUpdates,
    ...(discarded.length === 0 ? {} : { discarded }),
  });
}

/** Loads every normalized package, oldest first, each in one commit. `early`: what was loaded before they were whole. */
export async function loadStep(host: StepHost, early?: EarlyLoad): Promise<readonly LoadedPackage[]> {
  const folders = host.store.normalized();
  if (folders.length === 0) return [];
  const loaded: LoadedPackage[] = [];
  await using datasets = new DatasetSessions(host);
  for (const folder of folders) {
    const jobs = folder.jobs("new").length + folder.jobs("started").length;
    await host.context.step({ step: "load", loadId: folder.loadId, jobs, pendingLoadIds: pending(host) }, async (startedAt) => {
      const one = await loadOne(host, folder, { sessions: datasets.of(folder), isLast: folder === folders.at(-1) }, early);
      loaded.push(one);
      return await loadInfoOf(host, startedAt, [one]);
    });
  }
  return loaded;
}

async function loadOne(
  host: StepHost,
  folder: PackageFolder,
  session: Pick<LoadPackageOptions, "sessions" | "isLast">,
  early?: EarlyLoad,
): Promise<LoadedPackage> {
  const { context, local, store, runtime } = host;
  const { loadId } = folder;
  const untold = context.toldOf.has(loadId) ? [] : folder.readDiscards();
  const loaded = await loadPackage({
    pipelineName: host.pipeline.name,
    folder,
    store,
    ...session,
    runtime,
    signal: context.signal,
    ...host.load,
    keepsJobs: host.destination.capabilities.commit === "record",
    keepStateVersions: host.state.keepVersions,
    commitEarly: early && ((plan, observe) => early.commit(plan, observe)),
    onJob: (type, job) => context.emit({ type, loadId, job }),
    onRetry: (retry) => context.emit({ type: "warning", code: "load-retried", message: retryText(loadId, retry) }),
  });
  takeOver(local, loaded.merged, { hasPending: store.pendingLoadIds().length > 0, mayBeFirst: context.wasFirstRun });
  context.emit({ type: "package-committed", loadId });
  reportUntold(context, loadId, untold);
  return loaded;
}

function pending(host: StepHost): () => readonly string[] {
  return () => host.store.pendingLoadIds();
}
