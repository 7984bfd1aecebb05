import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { processConfigEnvironment } from "../config/config-environment.ts";
import { resolveConfig } from "../config/resolve.ts";
import type { ConfigOf, ConfigOverrides, ConfigSpec } from "../config/spec.ts";
import { LeatError } from "../core/errors.ts";
import { createRuntime, type Runtime } from "../core/runtime.ts";
import type { Dataset } from "../dataset/dataset.ts";
import { openDataset } from "../dataset/open-dataset.ts";
import { ReadSessions } from "../dataset/read-sessions.ts";
import type { SqlClient } from "../dataset/sql-client.ts";
import type { DestinationContract, LoadSession, OpenContext } from "../destination-kit/contract.ts";
import { checkOptions } from "../extract/definition.ts";
import { refreshModes } from "../extract/refresh.ts";
import { hintNames } from "../extract/resource-hints.ts";
import { keepFailure, type Loose, type RowOf } from "../extract/rows.ts";
import type { RunningPipeline } from "../extract/running.ts";
import type { DeepReadonly, StateValue } from "../extract/state-types.ts";
import { type LoadPackageInfo, packageInfo } from "../load/package-info.ts";
import { guardDisk } from "../load-package/errors.ts";
import { PipelineLock } from "../load-package/lock.ts";
import { PackageStore } from "../load-package/package-store.ts";
import type { SchemaDocument } from "../schema/document.ts";
import { oneOf } from "../schema/given.ts";
import type { ResourceHints, TableHints } from "../schema/hint-options.ts";
import { bumpState } from "../state/bump.ts";
import { newState, type PipelineState } from "../state/document.ts";
import { abortPackages } from "./abort-packages.ts";
import { dateNow } from "./clock.ts";
import { beginDevRun, DevMode, isOfDevRun } from "./dev-mode.ts";
import { type DropInfo, type DropOptions, drop, dropOptions } from "./drop.ts";
import { editState, refusePending } from "./edit-state.ts";
import type { ExtractInfo, LoadInfo, NormalizeInfo, PipelineTrace, RunInfo } from "./infos.ts";
import { LocalStore } from "./local-store.ts";
import { localValue, withLocalValue } from "./local-values.ts";
import { loadInfo, runInfo } from "./make-infos.ts";
import { pipelineObserver } from "./observer.ts";
import { resolvePipelineConfig } from "./pipeline-config.ts";
import { checkPipelineOptions, type PipelineOptions, type RunSettings, scriptName } from "./pipeline-options.ts";
import { progressDisplay } from "./progress/progress-display.ts";
import { recoverLocal } from "./recover-local.ts";
import { resolveDestination } from "./resolve-destination.ts";
import { type RestoreInfo, restoreLocal } from "./restore-local.ts";
import { openStored } from "./restore-stored.ts";
import { RunContext } from "./run-context.ts";
import type { Runnable } from "./runnable.ts";
import { withInterrupts } from "./signals.ts";
import { SqlClientHandle } from "./sql-client.ts";
import { rollbackState, type StateVersion, stateHistory } from "./state-history.ts";
import { extractStep, loadStep, normalizeStep, type StepHost, syncStep } from "./steps.ts";
import { defaultPipelinesDir } from "./working-dir.ts";

export interface RunOptions<Row = unknown> extends RunSettings, TableHints<Row> {
  /** Needed for rows without a resource. */
  readonly tableName?: string;
}

/** Moves data: extract, normalize, load; and remembers. Throws StepFailedError from the steps; its `cause` is the error to act on. */
export interface Pipeline<D extends string = string> extends RunningPipeline<D>, AsyncDisposable {
  readonly workingDir: string;
  /** True when packages wait on disk to be loaded. */
  readonly hasPendingData: boolean;
  readonly schemas: { readonly [name: string]: SchemaDocument };
  readonly defaultSchema: SchemaDocument | undefined;
  /** Of the last run of this object. */
  readonly lastTrace: PipelineTrace | undefined;
  /** Syncs, finishes pending packages, then extracts, normalizes and loads. Throws PipelineLockedError if another process runs it. */
  run<Item>(data?: Runnable<Item>, options?: RunOptions<NoInfer<RowOf<Item>>>): Promise<RunInfo>;
  /** Writes a package to disk. Throws CancelledError, or StepFailedError; then nothing was kept. */
  extract<Item>(data: Runnable<Item>, options?: RunOptions<NoInfer<RowOf<Item>>>): Promise<ExtractInfo>;
  /** Turns extracted packages into tables on disk. */
  normalize(options?: RunSettings): Promise<NormalizeInfo>;
  /** Loads normalized packages, each in one commit. */
  load(options?: RunSettings): Promise<LoadInfo>;
  /** Takes state and schemas from the destination (dlt: `sync_destination`). */
  sync(): Promise<void>;
  /**
   * Drops tables and state of resources (names, or `re:` patterns), in one commit; the next run loads them from the start. With `dryRun` only says what it
   * would do. Throws PackagePendingError, ConfigError.
   */
  drop(resources: string | readonly string[], options?: DropOptions): Promise<DropInfo>;
  /** Drops all of a schema, or what JSON paths find in the state of its source (`archives`, `shared.y`, `*`). */
  drop(options: DropOptions & ({ readonly dropAll: true } | { readonly statePaths: string | readonly string[] })): Promise<DropInfo>;
  /** Discards pending packages and rewinds state and schemas to before them: their rows are extracted again by the next run. With `dryRun` only says which. */
  abortPackages(options?: { readonly dryRun?: boolean }): Promise<{ readonly loadIds: readonly string[] }>;
  listPackages(): Promise<readonly LoadPackageInfo[]>;
  /** Edits the state outside of a run and commits it (dlt: `managed_state`). Only `sources` may be changed. Throws PackagePendingError, InvalidStateError. */
  editState(change: (state: PipelineState) => void): Promise<void>;
  /** The states that the destination has, the newest first. */
  stateHistory(): Promise<readonly StateVersion[]>;
  /** Makes the state of that load the newest version; rows stay. Throws ConfigError when there is none, PackagePendingError. */
  rollbackState(loadId: string): Promise<void>;
  /** A value of this machine only, never synced (dlt: `local_state_val`). */
  getLocalState(key: string): StateValue;
  /** Between runs; undefined takes the value away. Throws PipelineLockedError while the pipeline runs. */
  setLocalState(key: string, value: StateValue): void;
  /** Closes the SQL clients that it handed out and a database in memory; `await using` does. Between calls nothing else is open. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** A pipeline: a name, a destination, a dataset, and a working directory on this machine. Does nothing until it runs. Throws ConfigError. */
export function pipeline<const Name extends string = string, const D extends string = `${Name}_dataset`>(
  options: PipelineOptions<Name, D> = {},
): Pipeline<D> {
  return openPipeline(options) as Pipeline<string> as Pipeline<D>;
}

/** A pipeline, and what only attach() and the command line do with it. */
export interface OpenedPipeline extends Pipeline {
  /** Replaces all that this machine keeps of the pipeline by what the destination stores. Throws ConfigError when nothing is stored there. With `dryRun` only looks. */
  restoreLocal(options?: { readonly dryRun?: boolean }): Promise<RestoreInfo>;
  /** The newest state in the destination; undefined when there is none. Nothing here is changed. */
  storedState(): Promise<PipelineState | undefined>;
}

/** `pipeline()` for attach() and the command line. Relative paths of databases start at `cwd`, default the current folder. */
export function openPipeline(options: PipelineOptions, { cwd }: { readonly cwd?: string | undefined } = {}): OpenedPipeline {
  return new PipelineValue(options, cwd) as unknown as OpenedPipeline;
}

/** What the interface says with row types, without them. */
type Untyped = Omit<Pipeline, "run" | "extract">;

class PipelineValue implements Untyped {
  readonly name: string;
  readonly workingDir: string;
  readonly #datasetName: string;
  readonly #devMode: DevMode | undefined;
  readonly #cwd: string | undefined;
  readonly #options: PipelineOptions;
  readonly #runtime: Runtime;
  readonly #local: LocalStore;
  readonly #store: PackageStore;
  readonly #sqlClients = new Set<SqlClient>();
  readonly #readSessions: ReadSessions;
  #destination: Promise<DestinationContract> | undefined;
  #lastTrace: PipelineTrace | undefined;

  constructor(options: PipelineOptions, cwd: string | undefined) {
    checkPipelineOptions(options);
    this.#cwd = cwd;
    this.#options = options;
    this.name = options.name ?? scriptName(process.argv);
    this.#datasetName = options.datasetName ?? `${this.name}_dataset`;
    this.workingDir = join(resolve(options.pipelinesDir ?? defaultPipelinesDir(process.env)), this.name);
    this.#runtime = createRuntime();
    this.#local = new LocalStore(this.workingDir);
    this.#store = new PackageStore(this.workingDir);
    this.#readSessions = new ReadSessions(() => this.#openSession());
    const of = { datasetName: this.#datasetName, local: this.#local, store: this.#store };
    this.#devMode = options.devMode === true ? new DevMode(of) : undefined;
  }

  get datasetName(): string {
    return this.#devMode?.datasetName ?? this.#datasetName;
  }

  get state(): DeepReadonly<PipelineState> {
    return (this.#local.readState() ?? this.#newState("dlt.destinations.duckdb", null)) as DeepReadonly<PipelineState>;
  }

  get firstRun(): boolean {
    return this.#local.readState()?._local?.first_run ?? true;
  }

  get hasPendingData(): boolean {
    return this.#store.pendingLoadIds().length > 0;
  }

  get schemas(): { readonly [name: string]: SchemaDocument } {
    return Object.fromEntries(this.#local.readSchemas());
  }

  get defaultSchema(): SchemaDocument | undefined {
    const name = this.#local.readState()?.default_schema_name;
    return name === undefined || name === null ? undefined : this.#local.readSchemas().get(name);
  }

  get lastTrace(): PipelineTrace | undefined {
    return this.#lastTrace;
  }

  run(data?: unknown, options: RunOptions<never> = {}): Promise<RunInfo> {
    keepFailure(data);
    return this.#within(options, async (host, context) => {
      context.emit({ type: "run-started" });
      await this.#begin(host, data);
      const packages = [...(await this.#finish(host))];
      if (data !== undefined) {
        await this.#readSessions.keptDuring(() => this.#extract(host, data, options));
        packages.push(...(await this.#finish(host)));
      }
      const loaded = await this.#loadInfo(host, context.startedAt, packages);
      const info = runInfo({ ...loaded, trace: context.trace() });
      context.emit({ type: "run-completed", info });
      return info;
    });
  }

  extract(data: unknown, options: RunOptions<never> = {}): Promise<ExtractInfo> {
    keepFailure(data);
    return this.#within(options, async (host) => {
      await this.#begin(host, data);
      return await this.#readSessions.keptDuring(() => this.#extract(host, data, options));
    });
  }

  normalize(options: RunSettings = {}): Promise<NormalizeInfo> {
    return this.#within(options, (host) => normalizeStep(host));
  }

  load(options: RunSettings = {}): Promise<LoadInfo> {
    return this.#within(options, async (host, context) => {
      const info = await this.#loadInfo(host, context.startedAt, await loadStep(host));
      pipelineObserver()?.onLoaded(info);
      return info;
    });
  }

  sync(): Promise<void> {
    // Who asks for it gets it, whatever the setting says about runs; as in dlt.
    return this.#within({}, (host) => syncStep({ ...host, restoresState: true }));
  }

  restoreLocal({ dryRun = false }: { readonly dryRun?: boolean } = {}): Promise<RestoreInfo> {
    return this.#within({}, (host) => restoreLocal(host, { dryRun }));
  }

  abortPackages({ dryRun = false }: { readonly dryRun?: boolean } = {}): Promise<{ readonly loadIds: readonly string[] }> {
    return this.#within({}, async (host) => ({ loadIds: await abortPackages(host, { dryRun }) }));
  }

  async drop(first: string | readonly string[] | DropOptions, second?: DropOptions): Promise<DropInfo> {
    const options = dropOptions(first, second);
    return await this.#within({}, (host) => drop(host, options));
  }

  editState(change: (state: PipelineState) => void): Promise<void> {
    return this.#within({}, (host) => editState(host, change));
  }

  async stateHistory(): Promise<readonly StateVersion[]> {
    await using session = await this.#openSession({ mustExist: true });
    return await stateHistory(session, { pipelineName: this.name, workingDir: this.workingDir });
  }

  rollbackState(loadId: string): Promise<void> {
    return this.#within({}, (host) => rollbackState(host, loadId));
  }

  async storedState(): Promise<PipelineState | undefined> {
    await using session = await this.#openSession({ mustExist: true });
    const stored = await session.readState(this.name);
    return stored === undefined ? undefined : openStored(stored, this.workingDir);
  }

  getLocalState(key: string): StateValue {
    return localValue(this.#local.readState() ?? {}, key);
  }

  setLocalState(key: string, value: StateValue): void {
    using _ = this.#openWorkingDir();
    // No destination yet: a run would take the state for that of another one.
    const state = this.#local.readState() ?? this.#newState(null, null);
    this.#local.writeState(withLocalValue(state, key, value));
  }

  async listPackages(): Promise<readonly LoadPackageInfo[]> {
    this.#store.checkVersions();
    return [
      ...this.#store.extracted().map((folder) => packageInfo(folder, "extracted")),
      ...this.#store.normalized().map((folder) => packageInfo(folder, "normalized")),
      ...this.#store.loaded().map((folder) => packageInfo(folder, folder.completion() ?? "loaded")),
    ];
  }

  dataset(): Dataset;
  dataset(options: { readonly integers: "bigint" }): Dataset<string, bigint>;
  dataset(options: { readonly integers?: "bigint" } = {}): Dataset<string, number | bigint> {
    checkOptions("dataset()", options, ["integers"]);
    return openDataset({
      datasetName: this.datasetName,
      destinationName: async () => (await this.#openDestination()).name,
      sessions: this.#readSessions,
      integers: oneOf("integers", options.integers, ["bigint"]),
    });
  }

  sqlClient(): SqlClient {
    const client = new SqlClientHandle(
      async (): Promise<LoadSession> => {
        // Closed, and used again.
        this.#sqlClients.add(client);
        return this.#openSession();
      },
      (closed) => void this.#sqlClients.delete(closed),
    );
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#sqlClients].map((client) => client.close()));
    await (await this.#destination)?.close?.();
  }

  /** A run in dev mode takes nothing from the destination. One without data only finishes what waits. */
  async #begin(host: StepHost, data: unknown): Promise<void> {
    if (this.#devMode === undefined) await syncStep(host);
    else if (data !== undefined) await beginDevRun(this.#devMode, host);
  }

  #extract(host: StepHost, data: unknown, options: RunOptions<never>): Promise<ExtractInfo> {
    const refresh = oneOf("refresh", options.refresh ?? this.#options.refresh, refreshModes);
    if (refresh !== undefined) refusePending(host);
    return extractStep(host, data, hintsOf(options), refresh);
  }

  async #finish(host: StepHost): Promise<readonly LoadedPackages[number][]> {
    if (this.#store.extracted().length > 0) await normalizeStep(host);
    return this.#store.normalized().length > 0 ? await loadStep(host) : [];
  }

  /** One call: its lock, its events and its signals. */
  async #within<T>(settings: RunSettings, work: (host: StepHost, context: RunContext) => Promise<T>): Promise<T> {
    const { progress = "auto", onEvent, logger, signal = undefined } = this.#options;
    const display = progressDisplay({ progress, logger, now: () => dateNow(this.#runtime) });
    const listeners = [display.show, pipelineObserver()?.onEvent, onEvent].filter((listener) => listener !== undefined);
    const outer =
      settings.signal === undefined || signal === undefined ? (settings.signal ?? signal) : AbortSignal.any([settings.signal, signal]);
    const open = { context: undefined as RunContext | undefined };
    const announce = (name: string): void => {
      const message = `${name}: ending after the running step; once more ends at once`;
      open.context?.emit({ type: "warning", code: "interrupted", message });
    };
    try {
      return await withInterrupts(outer, announce, async (combined) => {
        using _ = this.#openWorkingDir();
        const context = new RunContext({ pipelineName: this.name, runtime: this.#runtime, signal: combined, listeners });
        open.context = context;
        return await this.#traced(context, async () => work(await this.#host(context), context));
      });
    } finally {
      display.close();
    }
  }

  async #traced<T>(context: RunContext, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (LeatError.is(error)) announceFailure(context, error);
      throw error;
    } finally {
      this.#lastTrace = context.trace();
    }
  }

  #openWorkingDir(): PipelineLock {
    const { workingDir } = this;
    guardDisk(workingDir, () => mkdirSync(workingDir, { recursive: true }));
    const lock = guardDisk(workingDir, () => PipelineLock.acquire({ workingDir, pipelineName: this.name, now: dateNow(this.#runtime) }));
    try {
      this.#local.create();
      guardDisk(workingDir, () => this.#store.open());
      if (this.#devMode === undefined && isOfDevRun(this.#local.peekState(), this.#datasetName)) {
        this.#local.wipe();
        guardDisk(workingDir, () => this.#store.open());
      }
      recoverLocal(this.#local, this.#store);
      const newest = this.#store.newestLoadId();
      if (newest !== undefined) this.#runtime.seeLoadId(newest);
      return lock;
    } catch (error) {
      lock[Symbol.dispose]();
      throw error;
    }
  }

  async #host(context: RunContext): Promise<StepHost> {
    const destination = await this.#openDestination();
    const { extract = {}, load = {}, naming = "snake_case" } = this.#options;
    const environment = processConfigEnvironment();
    const settings = await resolvePipelineConfig(this.#options, { pipelineName: this.name, environment, onResolved: context.onResolved });
    const openContext = (): OpenContext => this.#openContext(context.onResolved);
    return {
      pipeline: this,
      context,
      runtime: this.#runtime,
      local: this.#local,
      store: this.#store,
      destination,
      naming,
      restoresState: settings.restoreFromDestination,
      state: settings.state,
      extract: { workers: extract.workers ?? 5, maxParallelItems: extract.maxParallelItems ?? 20, order: extract.order ?? "round_robin" },
      deleteCompletedJobs: load.deleteCompletedJobs ?? false,
      config: (spec, options) => this.#config(spec, options, context.onResolved),
      open: (other) => destination.open({ ...openContext(), ...other }),
      place: () => destination.describe(openContext()),
      newState: () => this.#newState(destination.dltType, destination.name === destination.type ? null : destination.name),
    };
  }

  async #loadInfo(host: StepHost, startedAt: Date, loaded: LoadedPackages): Promise<LoadInfo> {
    const rowCounts: Record<string, number> = {};
    for (const one of loaded) for (const [table, rows] of Object.entries(one.rowCounts)) rowCounts[table] = (rowCounts[table] ?? 0) + rows;
    return loadInfo({
      pipelineName: this.name,
      loadIds: loaded.map((one) => one.info.loadId),
      startedAt,
      finishedAt: dateNow(this.#runtime),
      destinationType: host.destination.type,
      destinationName: host.destination.name,
      destinationPlace: await host.place(),
      datasetName: this.datasetName,
      packages: loaded.map((one) => one.info),
      rowCounts,
      hasFailedJobs: false,
      firstRun: host.context.wasFirstRun,
    });
  }

  async #openSession({ mustExist = false } = {}): Promise<LoadSession> {
    return (await this.#openDestination()).open({ ...this.#openContext(() => {}), mustExist });
  }

  #openDestination(): Promise<DestinationContract> {
    this.#destination ??= resolveDestination(this.#options.destination);
    return this.#destination;
  }

  #openContext(onResolved: RunContext["onResolved"]): OpenContext {
    return {
      pipelineName: this.name,
      datasetName: this.datasetName,
      workingDir: this.workingDir,
      cwd: this.#cwd ?? process.cwd(),
      config: async (spec, overrides) => {
        const destination = await this.#openDestination();
        return this.#config(spec, { overrides, sections: ["destination", destination.name] }, onResolved);
      },
    };
  }

  #config<Spec extends ConfigSpec>(
    spec: Spec,
    options: { readonly overrides: ConfigOverrides<Spec>; readonly sections: readonly string[] },
    onResolved: RunContext["onResolved"],
  ): Promise<ConfigOf<Spec>> {
    return resolveConfig(spec, { ...options, environment: processConfigEnvironment(), pipelineName: this.name, onResolved });
  }

  #newState(destinationType: string | null, destinationName: string | null): PipelineState {
    const { name: pipelineName, datasetName } = this;
    return bumpState(
      newState({
        pipelineName,
        datasetName,
        destinationType,
        destinationName,
        initialCwd: process.cwd(),
        devMode: this.#devMode !== undefined,
      }),
    );
  }
}

type LoadedPackages = Awaited<ReturnType<typeof loadStep>>;

/** The hints among the options of a run. */
function hintsOf(options: RunOptions<never>): ResourceHints {
  const { signal: _, refresh: __, ...hints } = options;
  checkOptions("run()", hints, hintNames);
  return Object.fromEntries(Object.entries(hints as Loose).filter(([, value]) => value !== undefined));
}

/** A listener that throws here must not hide why the run failed. */
function announceFailure(context: RunContext, error: LeatError): void {
  try {
    context.emit({ type: "run-failed", error });
  } catch {
    // The error of the run is the one to act on.
  }
}
