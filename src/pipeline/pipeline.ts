import type { Dataset } from "../dataset/dataset.ts";
import { openDataset } from "../dataset/open-dataset.ts";
import { qualifiedName } from "../dataset/qualified-name.ts";
import { ReadSessions } from "../dataset/read-sessions.ts";
import type { SqlClient } from "../dataset/sql-client.ts";
import type { LoadJobInfo } from "../destination-kit/load-job.ts";
import { checkOptions } from "../extract/definition.ts";
import { keepFailure } from "../extract/rows.ts";
import type { DeepReadonly, StateValue } from "../extract/state-types.ts";
import { type LoadPackageInfo, packageInfo } from "../load/package-info.ts";
import type { PackageStore } from "../load-package/package-store.ts";
import type { SchemaDocument } from "../schema/document.ts";
import { oneOf } from "../schema/given.ts";
import type { PipelineState } from "../state/document.ts";
import { WorkingCopy } from "../state/working-copy.ts";
import type { AbortOptions } from "./abort-packages.ts";
import type { DropInfo, DropOptions } from "./drop.ts";
import type { JobToFail } from "./fail-job.ts";
import type { ExtractInfo, LoadInfo, NormalizeInfo, PipelineTrace, RunInfo } from "./infos.ts";
import type { LocalStore } from "./local-store.ts";
import { localValue, withLocalValue } from "./local-values.ts";
import { OtherTargets, optionsFor } from "./other-targets.ts";
import type { PipelineOptions, RunSettings } from "./pipeline-options.ts";
import { type PartsOptions, PipelineParts } from "./pipeline-parts.ts";
import type { BackfillOptions, LoadOptions, NormalizeOptions, OpenedPipeline, Pipeline, RunOptions } from "./pipeline-type.ts";
import type { RestoreInfo } from "./restore-local.ts";
import type { Asked } from "./run.ts";
import { SqlClientHandle } from "./sql-client.ts";
import type { StateVersion } from "./state-history.ts";
import type { StepHost } from "./step-host.ts";
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

type Work = typeof import("./work.ts");

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
    return await this.#within(options, (work, host) => work.runAll(this.#asked(host, data, options)));
  }

  async extract(data: unknown, options: RunOptions<never> = {}): Promise<ExtractInfo> {
    keepFailure(data);
    const other = this.#otherTargets.of(options);
    if (other !== undefined) return await other.pipeline.extract(data as [], other.options);
    return await this.#within(options, (work, host) => work.extractAlone(this.#asked(host, data, options)));
  }

  async backfill(data: unknown, options: BackfillOptions<unknown>): Promise<RunInfo> {
    keepFailure(data);
    const checked = (await loadWork()).checkBackfill(options);
    return await this.#within({ signal: options.signal }, (work, host) =>
      work.backfill({ host, data, backfill: checked, pipeline: this.#parts, readSessions: this.#readSessions }),
    );
  }

  async normalize(options: NormalizeOptions = {}): Promise<NormalizeInfo> {
    checkOptions("normalize()", options, ["signal", "loaderFileFormat", "schemaContract"]);
    return await this.#within(options, (work, host) => work.normalizeAlone(this.#asked(host, undefined, options)));
  }

  async load(options: LoadOptions = {}): Promise<LoadInfo> {
    checkOptions("load()", options, ["signal"]);
    return await this.#within(options, (work, host) => work.loadAlone(host));
  }

  sync(): Promise<void> {
    // Who asks for it gets it, whatever the setting says about runs; as in dlt.
    return this.#within({}, (work, host) => work.syncStep({ ...host, restoresState: true }));
  }

  restoreLocal({ dryRun = false }: { readonly dryRun?: boolean } = {}): Promise<RestoreInfo> {
    return this.#within({}, (work, host) => work.restoreLocal(host, { dryRun }), { keepsTrace: !dryRun });
  }

  async abortPackages(options: { readonly dryRun?: boolean } = {}): Promise<{ readonly loadIds: readonly string[] }> {
    checkOptions("abortPackages()", options, ["dryRun"]);
    return await this.#abort({ dryRun: options.dryRun ?? false });
  }

  abortPackagesFrom(loadId: string): Promise<{ readonly loadIds: readonly string[] }> {
    return this.#abort({ dryRun: false, from: loadId });
  }

  #abort(options: AbortOptions): Promise<{ readonly loadIds: readonly string[] }> {
    // The trace of the run that could not load them is what people ask for next.
    return this.#within({}, async (work, host) => ({ loadIds: await work.abortPackages(host, options) }), { keepsTrace: false });
  }

  failJob(job: JobToFail): Promise<LoadJobInfo> {
    return this.#within({}, async (work, host) => work.failPendingJob(host, job), { keepsTrace: false });
  }

  async drop(first: string | readonly string[] | DropOptions, second?: DropOptions): Promise<DropInfo> {
    const options = (await loadWork()).dropOptions(first, second);
    return await this.#within({}, (work, host) => work.drop(host, options), { keepsTrace: options.dryRun !== true });
  }

  editState(change: (state: PipelineState) => void): Promise<void> {
    return this.#within({}, (work, host) => work.editState(host, change));
  }

  async stateHistory(): Promise<readonly StateVersion[]> {
    const { stateHistory } = await loadWork();
    await using session = await this.#parts.openSession({ mustExist: true });
    return await stateHistory(session, { pipelineName: this.name, workingDir: this.workingDir });
  }

  rollbackState(loadId: string): Promise<void> {
    return this.#within({}, (work, host) => work.rollbackState(host, loadId));
  }

  async storedState(): Promise<PipelineState | undefined> {
    const { openStored } = await loadWork();
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
      destination: () => this.#parts.destination(),
      literal: () => this.#parts.knownDestination?.literal,
      sessions: this.#readSessions,
      integers: oneOf("integers", options.integers, ["bigint"]),
      schemas: () => Object.values(this.schemas).filter(({ name }) => this.datasetOf(name) === this.datasetName),
      datasetElsewhere: (table) => {
        const schema = Object.values(this.schemas).find(
          ({ name, tables }) => Object.hasOwn(tables, table) && this.datasetOf(name) !== this.datasetName,
        );
        return schema && this.datasetOf(schema.name);
      },
      workingDir: this.workingDir,
    });
  }

  sqlClient(): SqlClient {
    return this.#sqlClient({});
  }

  sqlClientOf(schemaName: string): SqlClient {
    return this.#sqlClient({ schemaName });
  }

  datasetOf(schemaName: string): string {
    return this.#parts.datasetOf(schemaName);
  }

  #sqlClient(of: { readonly schemaName?: string }): SqlClient {
    return new SqlClientHandle({
      open: () => this.#parts.openSession(of),
      onOpened: (client) => void this.#sqlClients.add(client),
      onClosed: (client) => void this.#sqlClients.delete(client),
      qualifiedName: (table) => qualifiedName(of.schemaName === undefined ? this.datasetName : this.datasetOf(of.schemaName), table),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#sqlClients].map((client) => client.close()));
    await this.#otherTargets.close();
    await this.#parts.close();
  }

  #asked(host: StepHost, data: unknown, options: RunOptions<never>): Asked {
    return { host, data, options, pipeline: this.#parts, readSessions: this.#readSessions };
  }

  async #within<T>(
    settings: RunSettings,
    within: (work: Work, host: StepHost) => Promise<T>,
    { keepsTrace = true }: { readonly keepsTrace?: boolean } = {},
  ): Promise<T> {
    const work = await loadWork();
    const onTrace = (trace: PipelineTrace): void => {
      this.#lastTrace = trace;
    };
    return await work.withinCall({ parts: this.#parts, pipeline: this, settings, keepsTrace, onTrace }, (host) => within(work, host));
  }
}

/** A program that imports leat pays for what pipelines do when the first one does it. */
function loadWork(): Promise<Work> {
  return import("./work.ts");
}
