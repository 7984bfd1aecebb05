import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { processConfigEnvironment } from "../config/config-environment.ts";
import { type ResolvedSetting, resolveConfig } from "../config/resolve.ts";
import type { ConfigOf, ConfigOverrides, ConfigSpec } from "../config/spec.ts";
import { withCredentials } from "../config/with-credentials.ts";
import { createRuntime, type Runtime } from "../core/runtime.ts";
import type { DestinationContract, LoadSession, OpenContext } from "../destination-kit/contract.ts";
import type { Loose } from "../extract/rows.ts";
import { guardDisk } from "../load-package/errors.ts";
import { PipelineLock } from "../load-package/lock.ts";
import { PackageStore } from "../load-package/package-store.ts";
import { bumpState } from "../state/bump.ts";
import { newState, type PipelineState } from "../state/document.ts";
import { dateNow } from "./clock.ts";
import { DevMode, isOfDevRun } from "./dev-mode.ts";
import { LocalStore } from "./local-store.ts";
import { checkPipelineOptions, type PipelineOptions, scriptName } from "./pipeline-options.ts";
import { recoverLocal } from "./recover-local.ts";
import { type DestinationLookup, resolveDestination } from "./resolve-destination.ts";
import type { RunContext } from "./run-context.ts";
import { SchemaFiles } from "./schema-files.ts";
import { defaultPipelinesDir } from "./working-dir.ts";

export interface PartsOptions {
  /** Where relative paths of databases start; default the current folder. */
  readonly cwd?: string | undefined;
  /** The clock; default that of the machine. */
  readonly now?: (() => Date) | undefined;
  /** Of the destination; they win over what it says itself. */
  readonly credentials?: string | Loose | undefined;
}

export interface SchemaPlace {
  readonly isSingle?: boolean;
  /** Default that of the local state. */
  readonly defaultSchemaName?: string | null | undefined;
}

type OnResolved = RunContext["onResolved"];

/** What a pipeline is made of: its name, its folder on this machine, its destination. Throws ConfigError. */
export class PipelineParts {
  readonly options: PipelineOptions;
  readonly name: string;
  readonly workingDir: string;
  readonly runtime: Runtime;
  readonly local: LocalStore;
  readonly store: PackageStore;
  readonly schemaFiles: SchemaFiles;
  readonly devMode: DevMode | undefined;
  readonly #datasetName: string;
  readonly #cwd: string | undefined;
  readonly #credentials: string | Loose | undefined;
  #destination: Promise<DestinationContract> | undefined;
  #knownDestination: DestinationContract | undefined;
  readonly #destinationSettings: ResolvedSetting[] = [];

  constructor(options: PipelineOptions, { cwd, now, credentials }: PartsOptions) {
    checkPipelineOptions(options);
    this.#cwd = cwd;
    this.#credentials = credentials;
    this.options = options;
    this.name = options.name ?? scriptName(process.argv);
    this.#datasetName = options.datasetName ?? `${this.name}_dataset`;
    this.workingDir = join(resolve(options.pipelinesDir ?? defaultPipelinesDir(process.env)), this.name);
    this.runtime = createRuntime(now === undefined ? {} : { now });
    this.schemaFiles = new SchemaFiles(options);
    this.local = new LocalStore(this.workingDir, (schema) => this.schemaFiles.export(schema));
    this.store = new PackageStore(this.workingDir);
    const of = { datasetName: this.#datasetName, local: this.local, store: this.store };
    this.devMode = options.devMode === true ? new DevMode(of) : undefined;
  }

  /** In dev mode that of the last run. */
  get datasetName(): string {
    return this.devMode?.datasetName ?? this.#datasetName;
  }

  /** Takes the lock of the working directory, and mends what a killed run left there. */
  openWorkingDir(): PipelineLock {
    const { workingDir, local, store, runtime } = this;
    guardDisk(workingDir, () => mkdirSync(workingDir, { recursive: true }));
    const lock = guardDisk(workingDir, () => PipelineLock.acquire({ workingDir, pipelineName: this.name, now: dateNow(runtime) }));
    try {
      local.create();
      guardDisk(workingDir, () => store.open());
      if (this.devMode === undefined && isOfDevRun(local.peekState(), this.#datasetName)) {
        local.wipe();
        guardDisk(workingDir, () => store.open());
      }
      recoverLocal(local, store);
      const newest = store.newestLoadId();
      if (newest !== undefined) runtime.seeLoadId(newest);
      return lock;
    } catch (error) {
      lock[Symbol.dispose]();
      throw error;
    }
  }

  destination(): Promise<DestinationContract> {
    const lookup: DestinationLookup = {
      environment: processConfigEnvironment(),
      pipelineName: this.name,
      onResolved: (setting) => void this.#destinationSettings.push(setting),
    };
    this.#destination ??= resolveDestination(this.options.destination, lookup).then((found) => {
      this.#knownDestination = found;
      return found;
    });
    return this.#destination;
  }

  /** What the config said about which destination it is. */
  get destinationSettings(): readonly ResolvedSetting[] {
    return this.#destinationSettings;
  }

  /** Undefined for one that was given by its name, until it is used for the first time. */
  get knownDestination(): DestinationContract | undefined {
    const { destination } = this.options;
    return typeof destination === "object" ? (destination as DestinationContract) : this.#knownDestination;
  }

  /** Of the default schema, unless another one is named. */
  async openSession({
    mustExist = false,
    schemaName,
  }: {
    readonly mustExist?: boolean;
    readonly schemaName?: string;
  } = {}): Promise<LoadSession> {
    const context = this.openContext(() => {});
    const datasetName = schemaName === undefined ? context.datasetName : this.datasetOf(schemaName);
    return (await this.destination()).open({ ...context, datasetName, stateDatasetName: context.datasetName, mustExist });
  }

  /** The dataset of a schema; `isSingle` is what a run says, else what is asked for or was last. As in dlt the default schema has none of its own. */
  datasetOf(schemaName: string, { isSingle, defaultSchemaName }: SchemaPlace = {}): string {
    const state = this.local.peekState();
    const single = isSingle ?? this.options.useSingleDataset ?? state?._local?.leat_single_dataset ?? true;
    const main = defaultSchemaName ?? state?.default_schema_name ?? schemaName;
    return single || schemaName === main ? this.datasetName : `${this.datasetName}_${schemaName}`;
  }

  openContext(onResolved: OnResolved): OpenContext {
    return {
      pipelineName: this.name,
      datasetName: this.datasetName,
      workingDir: this.workingDir,
      cwd: this.#cwd ?? process.cwd(),
      config: async (spec, given) => {
        const destination = await this.destination();
        const overrides = withCredentials(spec, given, this.#credentials, destination.name);
        return this.config(spec, { overrides, sections: ["destination", destination.name] }, onResolved);
      },
    };
  }

  config<Spec extends ConfigSpec>(
    spec: Spec,
    options: { readonly overrides: ConfigOverrides<Spec>; readonly sections: readonly string[] },
    onResolved: OnResolved,
  ): Promise<ConfigOf<Spec>> {
    return resolveConfig(spec, { ...options, environment: processConfigEnvironment(), pipelineName: this.name, onResolved });
  }

  /** The state of a pipeline that never ran. */
  newState(
    destination: Pick<DestinationContract, "dltType" | "name" | "type"> | undefined,
    isSingleDataset: boolean = this.options.useSingleDataset ?? true,
  ): PipelineState {
    const { name: pipelineName, datasetName } = this;
    const state = bumpState(
      newState({
        pipelineName,
        datasetName,
        destinationType: destination?.dltType ?? null,
        destinationName: destination === undefined || destination.name === destination.type ? null : destination.name,
        initialCwd: process.cwd(),
        devMode: this.devMode !== undefined,
      }),
    );
    return isSingleDataset ? state : { ...state, _local: { ...state._local!, leat_single_dataset: false } };
  }

  /** Lets go of what the destination keeps between sessions. */
  async close(): Promise<void> {
    // Whoever used a destination that could not be found has its error.
    const destination = await this.#destination?.catch(() => undefined);
    await destination?.close?.();
  }
}
