import { DriverFailure } from "../../core/driver-failure.ts";
import { ConfigError } from "../../core/errors.ts";
import type { JobTarget, JobWork, LoadJob, PackagePlan, SqlConnection } from "../../destination-kit/index.ts";
import { inParallel } from "../../destination-kit/jobs/in-parallel.ts";
import { loadsTableName, stateTableName, versionTableName } from "../../schema/system-tables.ts";
import { completeColumns } from "../../schema/table.ts";
import type { SchemaUpdate } from "../../schema/update.ts";
import type { DatasetFiles, TableFile } from "./dataset-files.ts";
import { type OpenedStorage, openStorage } from "./storage-version.ts";
import { loadedIds, type StoredRecords } from "./stored-records.ts";
import { removeSchema, writeLoad, writeSchema, writeState } from "./write-records.ts";

export interface FileTargetParts {
  /** Name of the destination, for errors. */
  readonly destination: string;
  readonly files: DatasetFiles;
  /** The dataset that keeps the state, which may be the same. */
  readonly ofState: DatasetFiles;
  readonly records: StoredRecords;
  readonly sql: SqlConnection & { close(): Promise<void> };
  readonly maxStateFiles: number;
  /** The time in the names of files, microseconds since 1970; undefined: that of the package. */
  readonly now: (() => number) | undefined;
}

/** Puts job files where the layout says, and what is kept beside them as dlt does. */
export class FileTarget implements JobTarget {
  readonly records: StoredRecords;
  readonly sql: SqlConnection;
  readonly #parts: FileTargetParts;
  #work: { readonly loadId: string; readonly storage: OpenedStorage; readonly keys: ReadonlyMap<string, string> } | undefined;

  constructor(parts: FileTargetParts) {
    this.#parts = parts;
    this.records = parts.records;
    this.sql = parts.sql;
  }

  async prepare(plan: PackagePlan): Promise<SchemaUpdate> {
    const { files, destination } = this.#parts;
    const storage = await openStorage(files, destination);
    const keys = this.#keysOf(plan, storage);
    this.#work = { loadId: plan.loadId, storage, keys };
    const before = (await this.records.schemas()).find((schema) => schema.name === plan.schema.name);
    await this.#removeOthers(plan, plan.drop, () => true);
    if (plan.drop.length > 0) await removeSchema(files, plan.schema.name);
    await writeSchema(files, plan.schema, plan.insertedAtMicros);
    for (const table of [versionTableName, loadsTableName, stateTableName, ...plan.tables])
      await files.store.createFolder(files.at(folderOf(files.prefixOf(plan.schema, table))));
    return newColumns(plan, before?.tables ?? {});
  }

  async load(job: LoadJob, { plan }: JobWork): Promise<void> {
    const { files } = this.#parts;
    const key = this.#keys(plan).get(job.jobId)!;
    if (plan.mayBeCommitted && this.#mayBeNamedAnew) await this.#removeEarlier(job, plan, key);
    await files.store.upload(files.at(key), job.path);
  }

  async isStored(job: LoadJob, plan: PackagePlan): Promise<boolean> {
    const { files } = this.#parts;
    return this.#mayBeNamedAnew || (await files.store.exists(files.at(this.#keys(plan).get(job.jobId)!)));
  }

  async complete(plan: PackagePlan): Promise<void> {
    const { files, ofState, maxStateFiles } = this.#parts;
    const { loadId, schema, state, insertedAtMicros, keepStateVersions } = plan;
    // Only now, so that a load that fails leaves the rows of before.
    if (plan.truncate.length > 0) {
      const loaded = await loadedIds(files);
      await this.#removeOthers(plan, plan.truncate, (file) => !mayCountSoon(file, loaded, insertedAtMicros));
    }
    await this.#checkStored(plan);
    if (state !== undefined) {
      if (ofState !== files) await openStorage(ofState, this.#parts.destination);
      const keep = Math.min(maxStateFiles || Number.POSITIVE_INFINITY, keepStateVersions ?? Number.POSITIVE_INFINITY);
      await writeState(ofState, { state, schemaHash: schema.version_hash, keep });
      // The state counts once its load is recorded beside it.
      if (ofState !== files || state._dlt_load_id !== loadId) await writeLoad(ofState, schema, state._dlt_load_id, insertedAtMicros);
    }
    await writeLoad(files, schema, loadId, insertedAtMicros);
  }

  async close(): Promise<void> {
    await this.#parts.sql.close();
    await this.#parts.files.store.close();
  }

  /** Of all jobs, by job id. Throws ConfigError when two would have one file. */
  #keysOf(plan: PackagePlan, { initialVersion }: OpenedStorage): ReadonlyMap<string, string> {
    const { files, now } = this.#parts;
    const micros = now?.() ?? plan.createdAtMicros;
    const jobs = new Map<string, string>();
    for (const job of plan.jobs) {
      const { fileId, ext } = nameParts(job);
      const { loadId, schema, createdAtMicros } = plan;
      const names = { schemaName: schema.name, tableName: job.table, loadId, fileId, ext, packageMicros: createdAtMicros, micros };
      const path = files.layout.path(names);
      const key = initialVersion === 1 ? path.replace(/\.gz$/, "") : path;
      if (jobs.has(key))
        throw new ConfigError(
          `The layout of the filesystem destination gives the jobs \`${jobs.get(key)}\` and \`${job.jobId}\` of one package the same name, \`${key}\`: one would take the place of the other. Add {file_id} to it.`,
        );
      jobs.set(key, job.jobId);
    }
    return new Map([...jobs].map(([key, id]) => [id, key]));
  }

  /** Another attempt gives its files other names: what is stored is known by its ids, if at all. */
  get #mayBeNamedAnew(): boolean {
    return !this.#parts.files.layout.isStable || this.#parts.now !== undefined;
  }

  #keys(plan: PackagePlan): ReadonlyMap<string, string> {
    return this.#work?.loadId === plan.loadId ? this.#work.keys : new Map();
  }

  /** Files of tables, but none of this package. */
  async #removeOthers(plan: PackagePlan, tables: readonly string[], mayGo: (file: TableFile) => boolean): Promise<void> {
    if (tables.length === 0) return;
    const { files } = this.#parts;
    const mine = new Set(this.#keys(plan).values());
    const known = await this.records.schemas();
    for (const table of tables) {
      const found = await files.ofTable(plan.schema, table, known);
      const others = found.filter((file) => !mine.has(file.key) && file.loadId !== plan.loadId && mayGo(file));
      await files.remove(others.map(({ key }) => key));
    }
  }

  /** Another pipeline, or dlt, may have replaced a table in the meantime. Throws DriverFailure for a package that would count without all its files. */
  async #checkStored(plan: PackagePlan): Promise<void> {
    const { files } = this.#parts;
    if (this.#mayBeNamedAnew) return;
    const keys = this.#keys(plan);
    const wanted = new Map<string, string[]>();
    for (const { jobId, table } of plan.jobs) {
      const ofTable = wanted.get(table);
      if (ofTable === undefined) wanted.set(table, [keys.get(jobId)!]);
      else ofTable.push(keys.get(jobId)!);
    }
    await inParallel([...wanted.values()], tablesAtOnce, async (ofTable) => {
      const found = new Set((await files.list(commonStart(ofTable))).map(({ key }) => key));
      const gone = ofTable.find((key) => !found.has(key));
      if (gone === undefined) return;
      throw new DriverFailure(
        "connection",
        `\`${files.store.place(files.at(gone))}\` is gone before its package was complete. Did somebody else replace the table? The next attempt stores the file again.`,
        { retryable: true },
      );
    });
  }

  /** What an attempt that was cut off stored of a job under another name. */
  async #removeEarlier(job: LoadJob, plan: PackagePlan, key: string): Promise<void> {
    const { files } = this.#parts;
    const { fileId } = nameParts(job);
    const found = await files.ofTable(plan.schema, job.table, []);
    const earlier = found.filter((file) => file.key !== key && file.loadId === plan.loadId && file.fileId === fileId);
    await files.remove(earlier.map((file) => file.key));
  }
}

const tablesAtOnce = 8;
const hourMicros = 3_600_000_000;

/** A file of a package that somebody else is about to complete. What does not count after an hour was given up. */
function mayCountSoon({ loadId }: TableFile, loaded: ReadonlySet<string>, nowMicros: number): boolean {
  return loadId !== undefined && !loaded.has(loadId) && Number(loadId) * 1_000_000 > nowMicros - hourMicros;
}

function commonStart(texts: readonly string[]): string {
  const [first = "", ...others] = texts;
  let length = first.length;
  for (const text of others) while (!text.startsWith(first.slice(0, length))) length -= 1;
  return first.slice(0, length);
}

/** `<table>.<file id>.<format>`, and `.gz`. */
function nameParts({ jobId, table }: LoadJob): { readonly fileId: string; readonly ext: string } {
  const rest = jobId.slice(table.length + 1);
  const end = rest.indexOf(".");
  return { fileId: rest.slice(0, end), ext: rest.slice(end + 1) };
}

function folderOf(prefix: string): string {
  return prefix.slice(0, prefix.lastIndexOf("/") + 1).replace(/\/$/, "");
}

/** What the tables of a package have that was not stored before. */
function newColumns({ schema, tables }: PackagePlan, before: PackagePlan["schema"]["tables"]): SchemaUpdate {
  const update: Record<string, SchemaUpdate[string]> = {};
  for (const name of tables) {
    const known = Object.hasOwn(before, name) ? before[name]!.columns : {};
    const added = completeColumns(schema.tables[name]!).filter((column) => known[column.name]?.data_type === undefined);
    if (added.length > 0) update[name] = { columns: Object.fromEntries(added.map((column) => [column.name, column])) };
  }
  return update;
}
