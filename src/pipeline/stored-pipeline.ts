import type { LoadSession, StoredSchema, StoredState } from "../destination-kit/contract.ts";
import { openStored } from "./restore-stored.ts";
import type { StepHost } from "./step-host.ts";

/** What a destination keeps of a pipeline. */
export type StoredPipeline = Pick<LoadSession, "readState" | "readStates" | "readSchema" | "datasetExists">;

/** What the destination keeps of the pipeline, in one dataset or in several. `main` is the session of the first. */
export function storedPipeline(host: StepHost, main: LoadSession): StoredPipeline & { readonly stateHashes?: readonly string[] } {
  return host.isSingleDataset ? main : new StoredInDatasets(host, main);
}

/** With a dataset per schema all of them are looked at: leat keeps the state in the first, dlt in that of whatever schema it loads. */
class StoredInDatasets implements StoredPipeline {
  readonly #host: StepHost;
  readonly #main: LoadSession;
  #defaultSchema: string | undefined;
  /** Hashes of the newest state of each dataset. */
  #hashes: readonly string[] = [];

  constructor(host: StepHost, main: LoadSession) {
    this.#host = host;
    this.#main = main;
  }

  /** Of the states that the datasets had when the newest was read. */
  get stateHashes(): readonly string[] {
    return this.#hashes;
  }

  async readState(pipelineName: string): Promise<StoredState | undefined> {
    const inMain = await this.#main.readState(pipelineName);
    const inOthers = await this.#inOthers(this.#schemasOf(inMain), (session) => session.readState(pipelineName));
    const states = newestFirst([inMain, ...inOthers].filter((state) => state !== undefined));
    this.#schemasOf(states[0]);
    this.#hashes = states.flatMap(({ versionHash }) => versionHash ?? []);
    return states[0];
  }

  async readStates(pipelineName: string): Promise<readonly StoredState[]> {
    const inMain = await this.#main.readStates(pipelineName);
    const inOthers = await this.#inOthers(this.#schemasOf(inMain[0]), (session) => session.readStates(pipelineName));
    return newestFirst([...inMain, ...inOthers.flat()]);
  }

  async readSchema(schemaName: string): Promise<StoredSchema | undefined> {
    const datasetName = this.#host.datasetOf(schemaName, this.#defaultSchema);
    return datasetName === this.#host.pipeline.datasetName
      ? await this.#main.readSchema(schemaName)
      : await this.#in(datasetName, (session) => session.readSchema(schemaName));
  }

  datasetExists(): Promise<boolean> {
    return this.#main.datasetExists();
  }

  /** Those of a stored state and of the local one. The newest state that is known says which the default schema is. */
  #schemasOf(stored: StoredState | undefined): readonly string[] {
    const { local } = this.#host;
    const known = stored === undefined ? undefined : openStored(stored, local.workingDir);
    this.#defaultSchema = known?.default_schema_name ?? undefined;
    return [...new Set([...(known?.schema_names ?? []), ...(local.peekState()?.schema_names ?? [])])];
  }

  async #inOthers<T>(schemaNames: readonly string[], read: (session: LoadSession) => Promise<T>): Promise<T[]> {
    const datasets = new Set(schemaNames.map((name) => this.#host.datasetOf(name, this.#defaultSchema)));
    datasets.delete(this.#host.pipeline.datasetName);
    const found: T[] = [];
    for (const datasetName of datasets) found.push(await this.#in(datasetName, read));
    return found;
  }

  async #in<T>(datasetName: string, read: (session: LoadSession) => Promise<T>): Promise<T> {
    await using session = await this.#host.open({ datasetName, stateDatasetName: datasetName });
    return await read(session);
  }
}

function newestFirst(states: readonly StoredState[]): StoredState[] {
  return states.toSorted((a, b) => (a.loadId < b.loadId ? 1 : -1));
}
