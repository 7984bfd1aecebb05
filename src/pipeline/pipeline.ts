import type { Dataset } from "../dataset/dataset.ts";
import { openDataset } from "../dataset/open-dataset.ts";
import { ReadSessions } from "../dataset/read-sessions.ts";
import type { SqlClient } from "../dataset/sql-client.ts";
import type { LoadSession } from "../destination-kit/contract.ts";
import type { LoadJobInfo } from "../destination-kit/load-job.ts";
import { checkOptions } from "../extract/definition.ts";
import { refreshModes } from "../extract/refresh.ts";
import { hintNames } from "../extract/resource-hints.ts";
import { keepFailure, type Loose } from "../extract/rows.ts";
import type { DeepReadonly, StateValue } from "../extract/state-types.ts";
import type { LoadedPackage } from "../load/load-package.ts";
import { type LoadPackageInfo, packageInfo } from "../load/package-info.ts";
import type { PackageStore } from "../load-package/package-store.ts";
import type { SchemaDocument } from "../schema/document.ts";
import { oneOf } from "../schema/given.ts";
import type { PipelineState } from "../state/document.ts";
import { WorkingCopy } from "../state/working-copy.ts";
import { type AbortOptions, abortPackages } from "./abort-packages.ts";
import { beginDevRun } from "./dev-mode.ts";
import { type DropInfo, type DropOptions, drop, dropOptions } from "./drop.ts";
import { editState, refusePending } from "./edit-state.ts";
import { failPendingJob, type JobToFail } from "./fail-job.ts";
import type { ExtractInfo, LoadInfo, NormalizeInfo, PipelineTrace, RunInfo } from "./infos.ts";
import { loadInfoOf } from "./load-info-of.ts";
import type { LocalStore } from "./local-store.ts";
import { localValue, withLocalValue } from "./local-values.ts";
import { runInfo } from "./make-infos.ts";
import { pipelineObserver } from "./observer.ts";
import { OtherTargets, optionsFor, targetNames } from "./other-targets.ts";
import { finishPackages, PackageConveyor } from "./package-conveyor.ts";
import { pendingContracts } from "./pending-contracts.ts";
import { withinCall } from "./pipeline-call.ts";
import type { PipelineOptions, RunSettings } from "./pipeline-options.ts";
import { type PartsOptions, PipelineParts } from "./pipeline-parts.ts";
import type { LoadOptions, NormalizeOptions, OpenedPipeline, Pipeline, RunOptions } from "./pipeline-type.ts";
import { refuseOtherTarget } from "./refuse-other-target.ts";
import { type RestoreInfo, restoreLocal } from "./restore-local.ts";
import { openStored } from "./restore-stored.ts";
import type { RunContext } from "./run-context.ts";
import type { RunHints } from "./runnable.ts";
import { SqlClientHandle } from "./sql-client.ts";
import { rollbackState, type StateVersion, stateHistory } from "./state-history.ts";
import type { StepHost } from "./step-host.ts";
import { type ExtractSettings, extractStep, loadStep, normalizeStep, syncAgain, syncStep } from "./steps.ts";
import { readTrace } from "./trace-file.ts";

/** A pipeline: a name, a destination, a dataset, and a working directory on this machine. Does nothing until it runs. Throws ConfigError. */
export function pipeline<const Name extends string = string, const D extends string = `${Name}_dataset`>(
  options: PipelineOptions<Name, D> = {},
): Pipeline<D> {
  return openPipeline(options) as Pipeline<string> as Pipeline<D>;
}

/** `pipeline()` for attach(), the command line and tests. */
export function openPipeline(options: PipelineOptions, partsOptions: PartsOptions = {}): OpenedPipeline {
  return new PipelineValue(options, partsOptions) as unknown as OpenedPipeline;
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
  readonly #otherTargets: OtherTargets;
  #lastTrace: PipelineTrace | undefined;

  constructor(options: PipelineOptions, partsOptions: PartsOptions) {
    const parts = new PipelineParts(options, partsOptions);
    this.name = parts.name;
    this.workingDir = parts.workingDir;
    this.#parts = parts;
    this.#local = parts.local;
    this.#store = parts.store;
    this.#readSessions = new ReadSessions(() => parts.openSession());
    this.#otherTargets = new OtherTargets((target) =>
      openPipeline(optionsFor(options, target), { ...partsOptions, credentials: target.credentials ?? partsOptions.credentials }),
    );
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
    const [mine, kept] = [this.#lastTrace, readTrace(this.workingDir)];
    // Another object or process may have run since; and a full disk keeps no trace.
    return mine !== undefined && (kept === undefined || mine.runId === kept.runId || mine.finishedAt > kept.finishedAt) ? mine : kept;
  }

  async run(data?: unknown, options: RunOptions<never> = {}): Promise<RunInfo> {
    keepFailure(data);
    const other = this.#otherTargets.of(options);
    if (other !== undefined) return await other.pipeline.run(data as [], other.options);
    return await this.#within(options, async (host, context) => {
      context.emit({ type: "run-started" });
      await this.#begin(host, data);
      await this.#amendPending(host, options, { data, hints: this.#hints(options) });
      const packages = [...(await finishPackages(host))];
      let hasMore = false;
      if (data !== undefined) {
        // What waited kept the sync from taking what others have stored in the meantime.
        if (packages.length > 0 && this.#parts.devMode === undefined) await syncAgain(host);
        const extracted = await this.#extractAndLoad(host, data, options);
        packages.push(...extracted.loaded);
        hasMore = extracted.hasMore;
      }
      const loaded = await loadInfoOf(host, context.startedAt, packages);
      const discarded = context.discarded.length === 0 ? {} : { discarded: context.discarded };
      const info = runInfo({ ...loaded, ...discarded, hasMore, trace: context.trace() });
      context.emit({ type: "run-completed", info });
      return info;
    });
  }

  async extract(data: unknown, options: RunOptions<never> = {}): Promise<ExtractInfo> {
    keepFailure(data);
    const other = this.#otherTargets.of(options);
    if (other !== undefined) return await other.pipeline.extract(data as [], other.options);
    return await this.#within(options, async (host) => {
      await this.#begin(host, data);
      return await this.#extract(host, data, options);
    });
  }

  async normalize(options: NormalizeOptions = {}): Promise<NormalizeInfo> {
    checkOptions("normalize()", options, ["signal", "loaderFileFormat", "schemaContract"]);
    return await this.#within(options, async (host) => {
      await this.#amendPending(host, options);
      return await normalizeStep(host);
    });
  }

  async load(options: LoadOptions = {}): Promise<LoadInfo> {
    checkOptions("load()", options, ["signal"]);
    return await this.#within(options, async (host, context) => {
      refuseOtherTarget(host);
      const info = await loadInfoOf(host, context.startedAt, await loadStep(host));
      pipelineObserver()?.onLoaded(info);
      return info;
    });
  }

  sync(): Promise<void> {
    // Who asks for it gets it, whatever the setting says about runs; as in dlt.
    return this.#within({}, (host) => syncStep({ ...host, restoresState: true }));
  }

  restoreLocal({ dryRun = false }: { readonly dryRun?: boolean } = {}): Promise<RestoreInfo> {
    return this.#within({}, (host) => restoreLocal(host, { dryRun }), { keepsTrace: !dryRun });
  }

  abortPackages({ dryRun = false, from }: Partial<AbortOptions> = {}): Promise<{ readonly loadIds: readonly string[] }> {
    // The trace of the run that could not load them is what people ask for next.
    return this.#within({}, async (host) => ({ loadIds: await abortPackages(host, { dryRun, from }) }), { keepsTrace: false });
  }

  failJob(job: JobToFail): Promise<LoadJobInfo> {
    return this.#within({}, async (host) => failPendingJob(host, job), { keepsTrace: false });
  }

  async drop(first: string | readonly string[] | DropOptions, second?: DropOptions): Promise<DropInfo> {
    const options = dropOptions(first, second);
    return await this.#within({}, (host) => drop(host, options), { keepsTrace: options.dryRun !== true });
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
    await this.#otherTargets.close();
    await this.#parts.close();
  }

  /** A run in dev mode takes nothing from the destination. One without data only finishes what waits. */
  async #begin(host: StepHost, data: unknown): Promise<void> {
    const { devMode } = this.#parts;
    if (devMode !== undefined) return data === undefined ? undefined : await beginDevRun(devMode, host);
    refuseOtherTarget(host);
    await syncStep(host);
  }

  /** What is cut off is normalized and loaded while the rest is extracted. */
  async #extractAndLoad(host: StepHost, data: unknown, options: RunOptions<never>): Promise<Conveyed> {
    const conveyor = new PackageConveyor(host);
    const asked: ExtractSettings = { onCut: (packages) => conveyor.add(packages), stop: conveyor.signal };
    const { hasMore } = await this.#extract(host, data, options, asked).catch(async (error) => {
      throw await conveyor.endAfter(error);
    });
    return { hasMore, loaded: await conveyor.end() };
  }

  #extract(host: StepHost, data: unknown, options: RunOptions<never>, asked: ExtractSettings = {}): Promise<ExtractInfo> {
    const refresh = oneOf("refresh", options.refresh ?? this.#parts.options.refresh, refreshModes);
    if (refresh !== undefined) refusePending(host);
    const settings = { ...asked, ...host.parts, refresh };
    return this.#readSessions.keptDuring(() => extractStep(host, data, this.#hints(options), settings));
  }

  /** Packages that wait are normalized under the contracts that are declared by now: that is how a change that one refuses is allowed. */
  async #amendPending(
    host: StepHost,
    settings: RunSettings,
    declared?: { readonly data: unknown; readonly hints: RunHints },
  ): Promise<void> {
    const contract = settings.schemaContract ?? this.#parts.options.schemaContract;
    host.context.pendingContracts = await pendingContracts(host, contract, declared);
  }

  /** Given to `run`; a contract of the pipeline is one of all its runs. */
  #hints(options: RunOptions<never>): RunHints {
    const { schemaContract } = this.#parts.options;
    return { ...(schemaContract === undefined ? {} : { schemaContract }), ...hintsOf(options) };
  }

  #within<T>(
    settings: RunSettings,
    work: (host: StepHost, context: RunContext) => Promise<T>,
    { keepsTrace = true }: { readonly keepsTrace?: boolean } = {},
  ): Promise<T> {
    const onTrace = (trace: PipelineTrace): void => {
      this.#lastTrace = trace;
    };
    return withinCall({ parts: this.#parts, pipeline: this, settings, keepsTrace, onTrace }, work);
  }
}

interface Conveyed {
  readonly hasMore: boolean;
  readonly loaded: readonly LoadedPackage[];
}

/** The hints among the options of a run. */
function hintsOf(options: RunOptions<never>): RunHints {
  const { signal: _, refresh: __, commitEvery: ___, maxDuration: ____, loaderFileFormat: _____, ...hints } = options;
  // Those of a target are undefined here, if they are there at all.
  checkOptions("run()", hints, [...hintNames, "schema", ...targetNames]);
  return Object.fromEntries(Object.entries(hints as Loose).filter(([, value]) => value !== undefined));
}
