import { ConfigError } from "../../core/errors.ts";
import type { JobTarget, JobWork, LoadJob, PackagePlan, SqlConnection } from "../../destination-kit/index.ts";
import { loadsTableName, stateTableName, versionTableName } from "../../schema/system-tables.ts";
import { completeColumns } from "../../schema/table.ts";
import type { SchemaUpdate } from "../../schema/update.ts";
import type { DatasetFiles } from "./dataset-files.ts";
import { type OpenedStorage, openStorage } from "./storage-version.ts";
import type { StoredRecords } from "./stored-records.ts";
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
    for (const table of plan.drop) await this.#removeOthers(plan, table);
    if (plan.drop.length > 0) await removeSchema(files, plan.schema.name);
    await writeSchema(files, plan.schema, plan.insertedAtMicros);
    for (const table of [versionTableName, loadsTableName, stateTableName, ...plan.tables])
      await files.store.createFolder(files.at(folderOf(files.prefixOf(plan.schema, table))));
    return newColumns(plan, before?.tables ?? {});
  }

  async load(job: LoadJob, { plan }: JobWork): Promise<void> {
    const { files, now } = this.#parts;
    const key = this.#keys(plan).get(job.jobId)!;
    const mayBeNamedAnew = !files.layout.isStable || now !== undefined;
    if (plan.mayBeCommitted && mayBeNamedAnew) await this.#removeEarlier(job, plan, key);
    await files.store.upload(files.at(key), job.path);
  }

  async complete(plan: PackagePlan): Promise<void> {
    const { files, ofState, maxStateFiles } = this.#parts;
    const { loadId, schema, state, insertedAtMicros, keepStateVersions } = plan;
    // Only now, so that a load that fails leaves the rows of before.
    for (const table of plan.truncate) await this.#removeOthers(plan, table);
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

  #keys(plan: PackagePlan): ReadonlyMap<string, string> {
    return this.#work?.loadId === plan.loadId ? this.#work.keys : new Map();
  }

  /** All files of a table but those of this package. */
  async #removeOthers(plan: PackagePlan, table: string): Promise<void> {
    const { files } = this.#parts;
    const mine = new Set(this.#keys(plan).values());
    const found = await files.ofTable(plan.schema, table);
    await files.remove(found.filter(({ key, loadId }) => !mine.has(key) && loadId !== plan.loadId).map(({ key }) => key));
  }

  /** What an attempt that was cut off stored of a job under another name. */
  async #removeEarlier(job: LoadJob, plan: PackagePlan, key: string): Promise<void> {
    const { files } = this.#parts;
    const { fileId } = nameParts(job);
    const found = await files.ofTable(plan.schema, job.table);
    const earlier = found.filter((file) => file.key !== key && file.loadId === plan.loadId && file.fileId === fileId);
    await files.remove(earlier.map((file) => file.key));
  }
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
