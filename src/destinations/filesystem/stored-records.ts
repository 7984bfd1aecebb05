import { decompressText } from "../../core/digest.ts";
import { DriverFailure } from "../../core/driver-failure.ts";
import { parseIsoDateTime } from "../../core/iso.ts";
import type { PackageRecords, StoredSchema, StoredState } from "../../destination-kit/index.ts";
import { openSchema } from "../../load-package/open-documents.ts";
import type { SchemaDocument, TableSchema } from "../../schema/document.ts";
import { loadsTable, loadsTableName, stateTable, stateTableName, versionTable, versionTableName } from "../../schema/system-tables.ts";
import { completeColumns } from "../../schema/table.ts";
import type { DatasetFiles } from "./dataset-files.ts";
import { initFile, loadIdOf, type RecordName, recordNameOf } from "./record-files.ts";

/** The tables that every dataset has. */
const recordTables: ReadonlyMap<string, TableSchema> = new Map([loadsTable, stateTable, versionTable].map((table) => [table.name, table]));

/** What was loaded into a dataset, as its files say. */
export class StoredRecords implements PackageRecords {
  readonly #files: DatasetFiles;
  readonly #ofState: DatasetFiles;
  readonly #workingDir: string;

  /** `ofState` is the dataset that keeps the state, which may be the same. */
  constructor(files: DatasetFiles, ofState: DatasetFiles, workingDir: string) {
    this.#files = files;
    this.#ofState = ofState;
    this.#workingDir = workingDir;
  }

  async readState(pipelineName: string): Promise<StoredState | undefined> {
    for (const key of await this.#stateFiles(pipelineName)) {
      const state = await this.#state(key);
      if (state !== undefined) return state;
    }
    return undefined;
  }

  async readStates(pipelineName: string): Promise<readonly StoredState[]> {
    const states: StoredState[] = [];
    for (const key of await this.#stateFiles(pipelineName)) {
      const state = await this.#state(key);
      if (state !== undefined) states.push(state);
    }
    return states;
  }

  async readSchema(schemaName: string): Promise<StoredSchema | undefined> {
    const newest = (await newestSchemaFiles(this.#files)).get(schemaName);
    return newest === undefined ? undefined : await this.#schema(newest.key, newest.name);
  }

  async hasLoad(loadId: string): Promise<boolean> {
    return (await loadedIds(this.#files)).has(loadId);
  }

  datasetExists(): Promise<boolean> {
    return this.#files.store.exists(this.#files.at(initFile));
  }

  async tableNames(): Promise<readonly string[]> {
    return [...(await this.tables()).keys()].sort();
  }

  async columnsOf(tables: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const known = await this.tables();
    return new Map(
      tables.flatMap((name) => {
        const table = known.get(name);
        return table === undefined ? [] : [[name, completeColumns(table).map((column) => column.name)] as const];
      }),
    );
  }

  /** The newest version of each, read. Throws VersionTooNewError. */
  async schemas(): Promise<readonly SchemaDocument[]> {
    const open = ({ json, schemaName }: StoredSchema): SchemaDocument =>
      openSchema(json, this.#workingDir, `The schema \`${schemaName}\` in the destination`);
    return (await this.#allSchemas()).map(open);
  }

  /** As the newest schemas have them; a table of several has the columns of all. */
  async tables(): Promise<ReadonlyMap<string, TableSchema>> {
    if (!(await this.datasetExists())) return new Map();
    const tables = new Map(recordTables);
    for (const schema of await this.schemas()) {
      for (const table of Object.values(schema.tables)) {
        if (recordTables.has(table.name) || completeColumns(table).length === 0) continue;
        const before = tables.get(table.name);
        tables.set(table.name, before === undefined ? table : { ...table, columns: { ...before.columns, ...table.columns } });
      }
    }
    return tables;
  }

  async #allSchemas(): Promise<readonly StoredSchema[]> {
    const newest = [...(await newestSchemaFiles(this.#files)).values()];
    const found = await Promise.all(newest.map(({ key, name }) => this.#schema(key, name)));
    return found.filter((schema) => schema !== undefined);
  }

  /** Of states whose load is recorded, the newest first. */
  async #stateFiles(pipelineName: string): Promise<readonly string[]> {
    const found = (await this.#ofState.list(`${stateTableName}/${pipelineName}__`)).flatMap(({ key }) => {
      const record = recordNameOf(key);
      return record?.name === pipelineName ? [{ key, id: record.id }] : [];
    });
    if (found.length === 0) return [];
    const loaded = await loadedIds(this.#ofState);
    return found
      .filter(({ id }) => loaded.has(id))
      .sort((a, b) => (a.id > b.id ? -1 : 1))
      .map(({ key }) => key);
  }

  /** Undefined when somebody removed it in the meantime. */
  async #state(key: string): Promise<StoredState | undefined> {
    const text = await this.#ofState.text(key);
    if (text === undefined) return undefined;
    const row = recordIn(text, this.#ofState, key);
    const hash = row["version_hash"];
    return {
      version: Number(row["version"]),
      engineVersion: Number(row["engine_version"]),
      pipelineName: String(row["pipeline_name"]),
      blob: String(row["state"]),
      versionHash: typeof hash === "string" ? hash : undefined,
      createdAtMicros: microsIn(row["created_at"]),
      // Old versions of dlt called it otherwise.
      loadId: String(row["_dlt_load_id"] ?? row["dlt_load_id"]),
    };
  }

  async #schema(key: string, { id }: RecordName): Promise<StoredSchema | undefined> {
    const text = await this.#files.text(key);
    if (text === undefined) return undefined;
    const row = recordIn(text, this.#files, key);
    const json = String(row["schema"]);
    return {
      version: Number(row["version"]),
      engineVersion: Number(row["engine_version"]),
      schemaName: String(row["schema_name"]),
      versionHash: String(row["version_hash"]),
      // What is stored next gets a name that is greater than this one.
      insertedAtMicros: Math.max(microsIn(row["inserted_at"]), Math.ceil(Number(id) * 1_000_000) || 0),
      json: json.startsWith("{") ? json : decompressText(json),
    };
  }
}

/** The packages that count. */
export async function loadedIds(files: DatasetFiles): Promise<ReadonlySet<string>> {
  const found = await files.list(`${loadsTableName}/`);
  return new Set(found.map(({ key }) => loadIdOf(key)).filter((id) => id !== undefined));
}

async function newestSchemaFiles(files: DatasetFiles): Promise<ReadonlyMap<string, { readonly key: string; readonly name: RecordName }>> {
  const newest = new Map<string, { readonly key: string; readonly name: RecordName }>();
  for (const { key } of await files.list(`${versionTableName}/`)) {
    const name = recordNameOf(key);
    if (name === undefined) continue;
    const before = newest.get(name.name);
    if (before === undefined || before.name.id < name.id) newest.set(name.name, { key, name });
  }
  return newest;
}

function recordIn(text: string, files: DatasetFiles, key: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw new DriverFailure("connection", `\`${files.store.place(files.at(key))}\` is damaged: it is no JSON. Restore it, or remove it.`, {
      cause,
    });
  }
}

function microsIn(value: unknown): number {
  const parsed = typeof value === "string" ? parseIsoDateTime(value) : undefined;
  return parsed === undefined ? 0 : Number(parsed.micros);
}
