import { existsSync, linkSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DuckDBConnection, DuckDBInstance, DuckDBResult, DuckDBType, DuckDBValue } from "@duckdb/node-api";
import { crashPoint } from "../core/crash-point.ts";
import { DriverFailure } from "../core/driver-failure.ts";
import { syncFolder } from "../core/files.ts";
import { isRunning } from "../core/is-running.ts";
import { moveFile } from "../core/move-file.ts";
import type { ResultColumn } from "../core/result-column.ts";
import { duckDbApi } from "./duckdb-api.ts";
import { checkpoint } from "./duckdb-checkpoint.ts";
import { duckDbColumns } from "./duckdb-columns.ts";
import { duckDbFailure, type FailurePlace } from "./duckdb-failure.ts";
import { inOneThread } from "./duckdb-one-thread.ts";
import { duckDbParameters } from "./duckdb-parameters.ts";
import { type DuckDbApi, DuckDbValues, type ResultColumns } from "./duckdb-values.ts";

export const inMemory = ":memory:";

export interface DuckDbLocation {
  /** Absolute path of the file, or `:memory:`. */
  readonly path: string;
  /** DuckDB's own settings, as `SET` takes them. */
  readonly settings?: DuckDbSettings | undefined;
  /** A file that is not there is not created. */
  readonly mustExist?: boolean | undefined;
}

export type DuckDbSettings = { readonly [setting: string]: string | number | boolean };

/** Opens connections. An object of its own because the database in memory lives as long as it does. */
export class DuckDbDatabases {
  #memory: Promise<DuckDBInstance> | undefined;

  async connect(location: DuckDbLocation): Promise<DuckDbConnection> {
    const api = await duckDbApi();
    const place = { path: location.path, version: api.version() };
    try {
      return location.path === inMemory ? await this.#connectToMemory(api, location) : await connectToFile(api, location);
    } catch (error) {
      throw duckDbFailure(error, place);
    }
  }

  /** Ends the database in memory. Connections that are still open keep it until they are closed. */
  async close(): Promise<void> {
    const memory = this.#memory;
    this.#memory = undefined;
    (await memory)?.closeSync();
  }

  async #connectToMemory(api: DuckDbApi, location: DuckDbLocation): Promise<DuckDbConnection> {
    this.#memory ??= api.DuckDBInstance.create(inMemory, startSettings(location));
    return openConnection(api, await this.#memory, location, () => {});
  }
}

export interface DuckDbReadOptions {
  /** Columns of integers are bigint, small values too. */
  readonly integers?: "bigint" | undefined;
  /** Called with the columns of the result before its first rows. */
  readonly onColumns?: ((columns: readonly ResultColumn[]) => void) | undefined;
}

/** One connection. Values are exact; failures are DriverFailure. */
export class DuckDbConnection {
  /** A transaction does not see what another connection of this process commits meanwhile. Other processes cannot open the file. */
  readonly commitLock: unknown;
  readonly #api: DuckDbApi;
  readonly #connection: DuckDBConnection;
  readonly #values: DuckDbValues;
  readonly #place: FailurePlace;
  readonly #catalog: string;
  readonly #hasOwnThreads: boolean;
  readonly #release: () => void;
  /** The user says from how large a log on it goes into the file. */
  readonly #setsCheckpoints: boolean;
  #hasCommitted = false;
  #closing: Promise<void> | undefined;

  constructor(
    connection: DuckDBConnection,
    parts: {
      api: DuckDbApi;
      place: FailurePlace;
      catalog: string;
      commitLock: unknown;
      setsCheckpoints: boolean;
      hasOwnThreads: boolean;
      release: () => void;
    },
  ) {
    this.commitLock = parts.commitLock;
    this.#api = parts.api;
    this.#connection = connection;
    this.#values = new DuckDbValues(parts.api);
    this.#place = parts.place;
    this.#catalog = parts.catalog;
    this.#hasOwnThreads = parts.hasOwnThreads;
    this.#release = parts.release;
    this.#setsCheckpoints = parts.setsCheckpoints;
  }

  query<Row>(sql: string, parameters?: readonly unknown[], options?: DuckDbReadOptions): Promise<Row[]> {
    return this.#telling(async () => {
      const result = await this.#connection.run(sql, ...this.#bound(parameters));
      const columns = this.#columnsOf(result, options);
      const rows: Row[] = [];
      for (const chunk of await result.fetchAllChunks()) this.#values.appendRows(columns, chunk.getColumns(), rows);
      return rows;
    });
  }

  async *batches<Row>(sql: string, parameters: readonly unknown[], size: number, options?: DuckDbReadOptions): AsyncGenerator<Row[]> {
    const result = await this.#telling(() => this.#connection.stream(sql, ...this.#bound(parameters)));
    const columns = this.#columnsOf(result, options);
    let rows: Row[] = [];
    let isAtEnd = false;
    try {
      for (;;) {
        const chunk = await this.#telling(() => result.fetchChunk());
        isAtEnd = chunk === null || chunk.rowCount === 0;
        if (chunk === null || isAtEnd) break;
        this.#values.appendRows(columns, chunk.getColumns(), rows);
        if (rows.length < size) continue;
        // DuckDB gives some thousand rows at a time, whatever is asked for.
        let at = 0;
        for (; rows.length - at >= size; at += size) yield rows.slice(at, at + size);
        rows = rows.slice(at);
      }
      if (rows.length > 0) yield rows;
    } finally {
      if (!isAtEnd) await this.#abandon(result);
    }
  }

  execute(sql: string, parameters?: readonly unknown[]): Promise<{ readonly rowCount: number }> {
    return this.#telling(async () => ({ rowCount: (await this.#connection.run(sql, ...this.#bound(parameters))).rowsChanged }));
  }

  async script(statements: readonly string[]): Promise<void> {
    if (statements.length === 0) return;
    // Of a transaction that a statement has failed in, COMMIT is a rollback without a word; any other statement says so.
    const asked = statements.at(-1) === "COMMIT" ? [...statements.slice(0, -1), "SELECT 1", "COMMIT"] : statements;
    await this.#telling(() => this.#connection.run(asked.join(";\n")));
    if (asked !== statements) this.#hasCommitted = true;
  }

  /**
   * What is committed goes into the file when that is closed. Nothing else comes in between, so large changes go there at once: DuckDB writes no log of them,
   * which would be read and written once more a moment later.
   */
  async commitLast(): Promise<void> {
    if (this.#setsCheckpoints) return this.script(["COMMIT"]);
    try {
      await this.script(["SET checkpoint_threshold = '1MB'", "COMMIT"]);
    } finally {
      await this.#connection.run("RESET checkpoint_threshold").catch(() => {
        // A transaction that was aborted did not take the other threshold, either.
      });
    }
  }

  /** With two threads, an INSERT of some thousand rows takes half as much again. A number of threads that the user has set stays. */
  async inOneThread(): Promise<() => Promise<void>> {
    if (this.#hasOwnThreads) return async () => {};
    return inOneThread(this.commitLock, {
      read: async () => Number((await this.query<{ threads: unknown }>("SELECT current_setting('threads') AS threads"))[0]!.threads),
      set: (threads) => this.script([`SET threads = ${threads}`]),
    });
  }

  async schemaExists(schema: string): Promise<boolean> {
    const sql = "SELECT 1 FROM duckdb_schemas() WHERE database_name = current_database() AND lower(schema_name) = lower($1)";
    return (await this.query(sql, [schema])).length > 0;
  }

  async columnsOf(schema: string, tables: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const present = await this.#tablesOf(schema);
    const asked = tables.filter((table) => present.has(table.toLowerCase()));
    // To list the columns of all tables costs as much as to look at about twenty tables one by one.
    if (asked.length > 20) return this.#allColumnsOf(schema, asked);
    const columns = new Map<string, readonly string[]>();
    for (const table of asked) columns.set(table, await this.#columnsOfTable(schema, table));
    return columns;
  }

  /** A schema that is named like a database makes `schema.table` ambiguous. */
  qualifier(schema: string): readonly string[] {
    return [this.#catalog, "system", "temp"].some((name) => name.toLowerCase() === schema.toLowerCase()) ? [this.#catalog] : [];
  }

  async use(schema: string): Promise<boolean> {
    try {
      await this.#connection.run(`USE ${quote(this.#catalog)}.${quote(schema)}`);
      return true;
    } catch {
      return false;
    }
  }

  /** Releases the file, so that another process may open it. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    try {
      if (this.#hasCommitted && this.#place.path !== inMemory) await this.#checkpoint();
    } finally {
      try {
        this.#connection.closeSync();
      } finally {
        this.#release();
      }
    }
  }

  /** What is committed goes from the log into the file when that is closed, which takes a second for some hundred new tables: the program goes on meanwhile. */
  async #checkpoint(): Promise<void> {
    try {
      await checkpoint(this.#connection);
    } catch {
      // Another connection writes: who closes the file last does it.
    }
  }

  /** A stream that was not read to its end keeps the database open, also when its connection is closed. */
  async #abandon(result: DuckDBResult): Promise<void> {
    this.#connection.interrupt();
    try {
      while (((await result.fetchChunk())?.rowCount ?? 0) > 0);
    } catch {
      // That it was interrupted.
    }
  }

  #columnsOf(result: DuckDBResult, { integers, onColumns }: DuckDbReadOptions = {}): ResultColumns {
    const names = result.deduplicatedColumnNames();
    onColumns?.(duckDbColumns(this.#api, names, result.columnTypes()));
    return { names, bigints: integers === "bigint" ? this.#values.integerColumns(result.columnTypes()) : [] };
  }

  async #tablesOf(schema: string): Promise<ReadonlySet<string>> {
    const sql =
      "SELECT lower(table_name) AS name FROM duckdb_tables() WHERE database_name = current_database() AND lower(schema_name) = lower($1)";
    return new Set((await this.query<{ name: string }>(sql, [schema])).map((row) => row.name));
  }

  #columnsOfTable(schema: string, table: string): Promise<readonly string[]> {
    const name = [this.#catalog, schema, table].map(quote).join(".");
    return this.#telling(async () => (await this.#connection.run(`SELECT * FROM ${name} LIMIT 0`)).columnNames());
  }

  async #allColumnsOf(schema: string, tables: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const sql =
      "SELECT lower(table_name) AS name, list(column_name) AS columns FROM duckdb_columns() " +
      "WHERE database_name = current_database() AND lower(schema_name) = lower($1) GROUP BY ALL";
    const rows = await this.query<{ name: string; columns: readonly string[] }>(sql, [schema]);
    const byName = new Map(rows.map((row) => [row.name, row.columns]));
    return new Map(tables.map((table) => [table, byName.get(table.toLowerCase()) ?? []]));
  }

  #bound(parameters: readonly unknown[] | undefined): [values?: DuckDBValue[], types?: DuckDBType[]] {
    if (parameters === undefined || parameters.length === 0) return [];
    const { values, types } = duckDbParameters(this.#api, parameters);
    // The package looks at the values where there is no type, though it does not say so.
    return [values, types as DuckDBType[]];
  }

  async #telling<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw duckDbFailure(error, this.#place);
    }
  }
}

/** Two instances of one file in one process do not see each other: `fromCache` gives both the same database. */
async function connectToFile(api: DuckDbApi, location: DuckDbLocation): Promise<DuckDbConnection> {
  if (!existsSync(location.path)) {
    if (location.mustExist) throw new DriverFailure("connection", `There is no database file \`${location.path}\`.`);
    await createDatabase(api, location.path);
  }
  const instance = await openInstance(api, location);
  try {
    return await openConnection(api, instance, location, () => instance.closeSync());
  } catch (error) {
    instance.closeSync();
    throw error;
  }
}

/** While another connection of this process closes the file as the last one, DuckDB refuses to open it for some milliseconds. */
async function openInstance(api: DuckDbApi, location: DuckDbLocation): Promise<DuckDBInstance> {
  const deadline = performance.now() + 5000;
  for (;;) {
    try {
      return await api.DuckDBInstance.fromCache(location.path, startSettings(location));
    } catch (error) {
      if (!String(error).includes("Unique file handle conflict") || performance.now() > deadline) throw error;
      await sleep(5);
    }
  }
}

/** Files that this process makes at the moment: whoever else wants one of them waits for it. */
const beingMade = new Map<string, Promise<void>>();

function createDatabase(api: DuckDbApi, path: string): Promise<void> {
  const begun = beingMade.get(path);
  if (begun !== undefined) return begun;
  const making = makeDatabase(api, path).finally(() => beingMade.delete(path));
  beingMade.set(path, making);
  return making;
}

/** In one step: a process that is killed while DuckDB writes a new file must not leave half of one, which nobody could open. */
async function makeDatabase(api: DuckDbApi, path: string): Promise<void> {
  const unfinished = `${path}.${process.pid}.new`;
  removeUnfinished(path);
  try {
    (await api.DuckDBInstance.create(unfinished)).closeSync();
    crashPoint("database:before-rename");
    moveUnlessExists(unfinished, path);
    syncFolder(dirname(path));
  } finally {
    rmSync(unfinished, { force: true });
  }
}

/** Our own of an earlier try, and those of processes that were killed while they made the database. */
function removeUnfinished(path: string): void {
  const folder = dirname(path);
  if (!existsSync(folder)) return;
  const start = `${basename(path)}.`;
  for (const name of readdirSync(folder)) {
    const [, pid] = name.startsWith(start) ? (/^(\d+)\.new(?:\.wal)?$/.exec(name.slice(start.length)) ?? []) : [];
    if (pid !== undefined && (Number(pid) === process.pid || !isRunning(Number(pid)))) rmSync(join(folder, name), { force: true });
  }
}

/** A file that another process made in the meantime stays. */
function moveUnlessExists(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    // The file exists, or the file system has no links.
    if (!existsSync(to)) moveFile(from, to);
  }
}

async function openConnection(
  api: DuckDbApi,
  instance: DuckDBInstance,
  location: DuckDbLocation,
  release: () => void,
): Promise<DuckDbConnection> {
  const connection = await instance.connect();
  try {
    const settings = { ...ownSettings, ...location.settings, TimeZone: "UTC" };
    const statements = Object.entries(settings).filter(([name]) => !startSettingNames.includes(name.toLowerCase()));
    const asked = [...statements.map(([name, value]) => `SET ${quote(name)} = ${settingText(value)}`), "SELECT current_database()"];
    const catalog = String((await connection.runAndReadAll(asked.join(";"))).getRows()[0]?.[0]);
    const commitLock = location.path === inMemory ? instance : location.path;
    const sets = (names: readonly string[]): boolean => Object.keys(settings).some((name) => names.includes(name.toLowerCase()));
    const [setsCheckpoints, hasOwnThreads] = [sets(checkpointSettingNames), sets(threadSettingNames)];
    return new DuckDbConnection(connection, {
      api,
      place: { path: location.path },
      catalog,
      commitLock,
      setsCheckpoints,
      hasOwnThreads,
      release,
    });
  } catch (error) {
    connection.closeSync();
    throw error;
  }
}

/** Rows go to the file once a row group is full; DuckDB's default holds five in memory, for each table. */
const ownSettings: DuckDbSettings = { write_buffer_row_group_count: 1 };

const threadSettingNames: readonly string[] = ["threads", "worker_threads"];

/** Settings that a database takes only while it opens. All others are set in the session, so that two sessions of one process may differ. */
const startSettingNames: readonly string[] = ["access_mode", "allow_unsigned_extensions", "custom_user_agent"];

const checkpointSettingNames: readonly string[] = ["checkpoint_threshold", "wal_autocheckpoint"];

function startSettings(location: DuckDbLocation): Record<string, string> {
  const chosen = Object.entries(location.settings ?? {}).filter(([name]) => startSettingNames.includes(name.toLowerCase()));
  return Object.fromEntries(chosen.map(([name, value]) => [name.toLowerCase(), String(value)]));
}

function settingText(value: string | number | boolean): string {
  return typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
