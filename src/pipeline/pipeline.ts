import type { Dataset } from "../dataset/dataset.ts";
import { openDataset } from "../dataset/open-dataset.ts";
import { ReadSessions } from "../dataset/read-sessions.ts";
import type { SqlClient } from "../dataset/sql-client.ts";
import type { LoadSession } from "../destination-kit/contract.ts";
import { checkOptions } from "../extract/definition.ts";
import { refreshModes } from "../extract/refresh.ts";
import { hintNames } from "../extract/resource-hints.ts";
import { keepFailure, type Loose } from "../extract/rows.ts";
import type { DeepReadonly, StateValue } from "../extract/state-types.ts";
import { type LoadPackageInfo, packageInfo } from "../load/package-info.ts";
import type { PackageStore } from "../load-package/package-store.ts";
import type { SchemaDocument } from "../schema/document.ts";
import { oneOf } from "../schema/given.ts";
import type { ResourceHints } from "../schema/hint-options.ts";
import type { PipelineState } from "../state/document.ts";
import { WorkingCopy } from "../state/working-copy.ts";
import { abortPackages } from "./abort-packages.ts";
import { dateNow } from "./clock.ts";
import { beginDevRun } from "./dev-mode.ts";
import { type DropInfo, type DropOptions, drop, dropOptions } from "./drop.ts";
import { editState, refusePending } from "./edit-state.ts";
import type { ExtractInfo, LoadInfo, NormalizeInfo, PipelineTrace, RunInfo } from "./infos.ts";
import type { LocalStore } from "./local-store.ts";
import { localValue, withLocalValue } from "./local-values.ts";
import { loadInfo, runInfo } from "./make-infos.ts";
import { pipelineObserver } from "./observer.ts";
import { withinCall } from "./pipeline-call.ts";
import type { PipelineOptions, RunSettings } from "./pipeline-options.ts";
import { PipelineParts } from "./pipeline-parts.ts";
import type { OpenedPipeline, Pipeline, RunOptions } from "./pipeline-type.ts";
import { refuseOtherTarget } from "./refuse-other-target.ts";
import { type RestoreInfo, restoreLocal } from "./restore-local.ts";
import { openStored } from "./restore-stored.ts";
import type { RunContext } from "./run-context.ts";
import { SqlClientHandle } from "./sql-client.ts";
import { rollbackState, type StateVersion, stateHistory } from "./state-history.ts";
import type { StepHost } from "./step-host.ts";
import { extractStep, loadStep, normalizeStep, syncAgain, syncStep } from "./steps.ts";

/** A pipeline: a name, a destination, a dataset, and a working directory on this machine. Does nothing until it runs. Throws ConfigError. */
export function pipeline<const Name extends string = string, const D extends string = `${Name}_dataset`>(
  options: PipelineOptions<Name, D> = {},
): Pipeline<D> {
  return openPipeline(options) as Pipeline<string> as Pipeline<D>;
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
  readonly #parts: PipelineParts;
  readonly #local: LocalStore;
  readonly #store: PackageStore;
  readonly #sqlClients = new Set<SqlClient>();
  readonly #readSessions: ReadSessions;
  #lastTrace: PipelineTrace | undefined;

  constructor(options: PipelineOptions, cwd: string | undefined) {
    const parts = new PipelineParts(options, cwd);
    this.name = parts.name;
    this.workingDir = parts.workingDir;
    this.#parts = parts;
    this.#local = parts.local;
    this.#store = parts.store;
    this.#readSessions = new ReadSessions(() => parts.openSession());
  }

  get datasetName(): string {
    return this.#parts.datasetName;
  }

  get state(): DeepReadonly<PipelineState> {
    const state = this.#local.readState() ?? this.#parts.newState({ dltType: "dlt.destinations.duckdb", type: "duckdb", name: "duckdb" });
    return new WorkingCopy(state).state as DeepReadonly<PipelineState>;
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
        // What waited kept the sync from taking what others have stored in the meantime.
        if (packages.length > 0 && this.#parts.devMode === undefined) await syncAgain(host);
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
      refuseOtherTarget(host);
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
    await using session = await this.#parts.openSession({ mustExist: true });
    return await stateHistory(session, { pipelineName: this.name, workingDir: this.workingDir });
  }

  rollbackState(loadId: string): Promise<void> {
    return this.#within({}, (host) => rollbackState(host, loadId));
  }

  async storedState(): Promise<PipelineState | undefined> {
    await using session = await this.#parts.openSession({ mustExist: true });
    const stored = await session.readState(this.name);
    return stored === undefined ? undefined : openStored(stored, this.workingDir);
  }

  getLocalState(key: string): StateValue {
    return localValue(this.#local.readState() ?? {}, key);
  }

  setLocalState(key: string, value: StateValue): void {
    using _ = this.#parts.openWorkingDir();
    // No destination yet: a run would take the state for that of another one.
    const state = this.#local.readState() ?? this.#parts.newState(undefined);
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
      destinationName: async () => (await this.#parts.destination()).name,
      sessions: this.#readSessions,
      integers: oneOf("integers", options.integers, ["bigint"]),
    });
  }

  sqlClient(): SqlClient {
    const client = new SqlClientHandle(
      async (): Promise<LoadSession> => {
        // Closed, and used again.
        this.#sqlClients.add(client);
        return this.#parts.openSession();
      },
      (closed) => void this.#sqlClients.delete(closed),
    );
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#sqlClients].map((client) => client.close()));
    await this.#parts.close();
  }

  /** A run in dev mode takes nothing from the destination. One without data only finishes what waits. */
  async #begin(host: StepHost, data: unknown): Promise<void> {
    const { devMode } = this.#parts;
    if (devMode !== undefined) return data === undefined ? undefined : await beginDevRun(devMode, host);
    refuseOtherTarget(host);
    await syncStep(host);
  }

  #extract(host: StepHost, data: unknown, options: RunOptions<never>): Promise<ExtractInfo> {
    const refresh = oneOf("refresh", options.refresh ?? this.#parts.options.refresh, refreshModes);
    if (refresh !== undefined) refusePending(host);
    return extractStep(host, data, hintsOf(options), refresh);
  }

  async #finish(host: StepHost): Promise<readonly LoadedPackages[number][]> {
    if (this.#store.extracted().length > 0) await normalizeStep(host);
    return this.#store.normalized().length > 0 ? await loadStep(host) : [];
  }

  #within<T>(settings: RunSettings, work: (host: StepHost, context: RunContext) => Promise<T>): Promise<T> {
    const onTrace = (trace: PipelineTrace): void => {
      this.#lastTrace = trace;
    };
    return withinCall({ parts: this.#parts, pipeline: this, settings, onTrace }, work);
  }

  async #loadInfo(host: StepHost, startedAt: Date, loaded: LoadedPackages): Promise<LoadInfo> {
    const rowCounts: Record<string, number> = {};
    for (const one of loaded) for (const [table, rows] of Object.entries(one.rowCounts)) rowCounts[table] = (rowCounts[table] ?? 0) + rows;
    return loadInfo({
      pipelineName: this.name,
      loadIds: loaded.map((one) => one.info.loadId),
      startedAt,
      finishedAt: dateNow(this.#parts.runtime),
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
}

type LoadedPackages = Awaited<ReturnType<typeof loadStep>>;

/** The hints among the options of a run. */
function hintsOf(options: RunOptions<never>): ResourceHints {
  const { signal: _, refresh: __, ...hints } = options;
  checkOptions("run()", hints, hintNames);
  return Object.fromEntries(Object.entries(hints as Loose).filter(([, value]) => value !== undefined));
}
