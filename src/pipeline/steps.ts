import { crashPoint } from "../core/crash-point.ts";
import type { LoadSession } from "../destination-kit/contract.ts";
import { extract, type SourceToExtract } from "../extract/extract.ts";
import type { Refresh } from "../extract/refresh.ts";
import type { Loose } from "../extract/rows.ts";
import { type LoadedPackage, loadPackage } from "../load/load-package.ts";
import { asDiskError } from "../load-package/errors.ts";
import type { PackageFolder } from "../load-package/package-folder.ts";
import type { PackageCommands } from "../load-package/package-state.ts";
import { jobFormatOf } from "../normalize/job-format-of.ts";
import { normalize } from "../normalize/normalize.ts";
import type { SchemaDocument } from "../schema/document.ts";
import type { ResourceHints } from "../schema/hint-options.ts";
import { normalizeSchemaName } from "../schema/naming/schema-name.ts";
import { newSchema } from "../schema/new-schema.ts";
import type { SchemaUpdate } from "../schema/update.ts";
import type { PipelineState } from "../state/document.ts";
import { checkHints, checkSupported } from "./check-supported.ts";
import { dateNow } from "./clock.ts";
import type { ExtractInfo, NormalizeInfo } from "./infos.ts";
import { extractInfo, normalizeInfo } from "./make-infos.ts";
import { buildRunnable } from "./runnable.ts";
import { sharedTables } from "./shared-tables.ts";
import { stateSizeCheck } from "./state-size.ts";
import type { StepHost } from "./step-host.ts";
import { syncState } from "./sync-state.ts";
import { takeOver } from "./take-over.ts";

/** Brings local state in step with the destination. The database is closed again before any code of a resource runs. */
export function syncStep(host: StepHost): Promise<void> {
  const { context, local, store, runtime, pipeline } = host;
  return context.step({ step: "sync", pendingLoadIds: pending(host) }, async () => {
    if (host.restoresState) {
      const place = await host.place();
      await using session = await host.open();
      context.storedStateHash = await syncState({
        session,
        local,
        store,
        runtime,
        place,
        pipelineName: pipeline.name,
        newState: () => host.newState(),
      });
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
export function extractStep(host: StepHost, data: unknown, hints: ResourceHints, refresh?: Refresh | undefined): Promise<ExtractInfo> {
  return extractSources(host, async () => {
    // Refuses a destination whose files leat does not write, before any code of a source runs.
    jobFormatOf(host.destination);
    const taken = host.local.takeState();
    const state = await withTargets(taken?.state ?? host.newState(), host);
    // A source that starts over finds no state, nor does the function that builds it.
    const sources = await buildSources(host, refresh === "drop_sources" ? { ...state, sources: {} } : state, data, hints);
    checkSupported(sources, host.destination);
    if (refresh === "drop_resources" || refresh === "drop_data")
      for (const message of sharedTables(sources)) host.context.emit({ type: "warning", code: "shared-table", message });
    return { state, sources, refresh, ownsState: taken?.hasFloats !== true, textBefore: taken?.text };
  });
}

/** Puts a state that was changed outside of a run into a package of its own, of the schema of that name. */
export function extractStateStep(host: StepHost, changed: PipelineState, schemaName: string): Promise<ExtractInfo> {
  return extractSources(host, async () => {
    const schema = host.local.readSchemas().get(schemaName) ?? newSchema(schemaName, { naming: host.naming });
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

function extractSources(host: StepHost, prepare: () => Promise<ToExtract>): Promise<ExtractInfo> {
  const { context, local, store, runtime } = host;
  return context.step({ step: "extract", pendingLoadIds: pending(host) }, async (startedAt) => {
    const { state, sources, refresh, ownsState = false, textBefore = local.stateText() } = await prepare();
    const result = await extract({
      sources,
      state,
      ownsState,
      storedStateHash: context.storedStateHash,
      storesState: host.restoresState,
      refresh,
      naming: host.naming,
      store,
      restorePoint: { state: textBefore, schemas: local.schemaTexts() },
      runtime,
      pipeline: host.pipeline,
      signal: context.signal,
      ...host.extract,
      maxIdentifierLength: host.destination.capabilities.maxIdentifierLength,
      mergeStrategies: host.destination.capabilities.mergeStrategies,
      checkHints: (resource, changed, schema) => checkHints(resource, changed, schema, host.destination),
      checkState: stateSizeCheck({ limits: host.state, textBefore, emit: context.emit }),
      onProgress: (progress) => context.emit({ type: "resource-progress", ...progress }),
    }).catch((error: unknown) => Promise.reject(asDiskError(store.workingDir, error)));
    for (const schema of result.schemas) local.writeSchema(schema);
    crashPoint("extract:schemas-saved");
    local.writeStateText(result.state);
    crashPoint("extract:state-saved");
    return extractInfo({
      pipelineName: host.pipeline.name,
      loadIds: result.packages.map((folder) => folder.loadId),
      startedAt,
      finishedAt: dateNow(runtime),
      resources: result.resources,
      tables: result.tables,
    });
  });
}

/** What was asked of the pipeline wins over what its state remembers. */
async function withTargets(state: PipelineState, host: StepHost): Promise<PipelineState> {
  const { dataset_name, destination_type, destination_name } = host.newState();
  const _local = { ...(state._local ?? { first_run: true }), leat_destination_place: await host.place() };
  return { ...state, dataset_name, destination_type, destination_name, _local };
}

async function buildSources(
  host: StepHost,
  state: PipelineState,
  data: unknown,
  hints: ResourceHints,
): Promise<readonly SourceToExtract[]> {
  const { context, local, pipeline } = host;
  const built = await buildRunnable(data, {
    defaultName: state.default_schema_name ?? normalizeSchemaName(pipeline.name),
    hints,
    environment: (sourceName) => ({
      signal: context.signal,
      pipeline,
      sourceState: () => (state.sources?.[sourceName] ?? {}) as Loose,
      config: (spec, options) => host.config(spec, options),
    }),
  });
  const schemas = local.readSchemas();
  return built.map((source) => ({ ...source, schema: schemas.get(source.name) ?? newSchema(source.name, { naming: host.naming }) }));
}

/** Normalizes every extracted package, oldest first. */
export async function normalizeStep(host: StepHost): Promise<NormalizeInfo> {
  const { context, local, store, runtime } = host;
  const startedAt = dateNow(runtime);
  const rowCounts: Record<string, number> = {};
  const schemaUpdates: Record<string, SchemaUpdate> = {};
  for (const extracted of store.extracted()) {
    const { loadId } = extracted;
    await context.step({ step: "normalize", loadId, pendingLoadIds: pending(host) }, async (stepStart) => {
      const result = await normalize({
        extracted,
        store,
        schema: local.readSchemas().get(extracted.readSchema().name),
        maxIdentifierLength: host.destination.capabilities.maxIdentifierLength,
        caseSensitiveIdentifiers: host.destination.capabilities.caseSensitiveIdentifiers,
        jobFormat: jobFormatOf(host.destination),
        runtime,
        onProgress: (rows) => context.emit({ type: "normalize-progress", loadId, rows }),
      });
      local.writeSchema(result.schema);
      for (const [table, rows] of Object.entries(result.rowCounts)) rowCounts[table] = (rowCounts[table] ?? 0) + rows;
      schemaUpdates[loadId] = result.schemaUpdate;
      if (Object.keys(result.schemaUpdate).length > 0) {
        context.emit({ type: "schema-changed", schemaName: result.schema.name, update: result.schemaUpdate, loadId });
      }
      return stepInfo(host, stepStart, [loadId], result.rowCounts, { [loadId]: result.schemaUpdate });
    });
  }
  return stepInfo(host, startedAt, Object.keys(schemaUpdates), rowCounts, schemaUpdates);
}

function stepInfo(
  host: StepHost,
  startedAt: Date,
  loadIds: readonly string[],
  rowCounts: NormalizeInfo["rowCounts"],
  schemaUpdates: NormalizeInfo["schemaUpdates"],
): NormalizeInfo {
  return normalizeInfo({
    pipelineName: host.pipeline.name,
    loadIds,
    startedAt,
    finishedAt: dateNow(host.runtime),
    rowCounts,
    schemaUpdates,
  });
}

/** Loads every normalized package, oldest first, each in one commit. */
export async function loadStep(host: StepHost): Promise<readonly LoadedPackage[]> {
  const folders = host.store.normalized();
  if (folders.length === 0) return [];
  const loaded: LoadedPackage[] = [];
  let session: LoadSession | undefined;
  try {
    for (const folder of folders) {
      const jobs = folder.jobs("new").length + folder.jobs("started").length;
      await host.context.step({ step: "load", loadId: folder.loadId, jobs, pendingLoadIds: pending(host) }, async () => {
        session ??= await host.open();
        loaded.push(await loadOne(host, folder, session));
        return undefined;
      });
    }
  } finally {
    await session?.close();
  }
  return loaded;
}

async function loadOne(host: StepHost, folder: PackageFolder, session: LoadSession): Promise<LoadedPackage> {
  const { context, local, store, runtime, deleteCompletedJobs } = host;
  const { loadId } = folder;
  const loaded = await loadPackage({
    pipelineName: host.pipeline.name,
    folder,
    store,
    session,
    runtime,
    deleteCompletedJobs,
    keepStateVersions: host.state.keepVersions,
    onJob: (type, job) => context.emit({ type, loadId, job }),
  });
  takeOver(local, loaded.merged, { hasPending: store.pendingLoadIds().length > 0, mayBeFirst: context.wasFirstRun });
  context.emit({ type: "package-committed", loadId });
  return loaded;
}

function pending(host: StepHost): () => readonly string[] {
  return () => host.store.pendingLoadIds();
}
