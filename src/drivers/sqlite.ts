import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type Database from "better-sqlite3";
import type { Statement } from "better-sqlite3";
import { syncFolder } from "../core/files.ts";
import type { ResultColumn } from "../core/result-column.ts";
import { inDataset } from "./sqlite-created-names.ts";
import { isBusy, sqliteFailure } from "./sqlite-failure.ts";
import { checkFolder, datasetFile, mainDataset, requireDatabase } from "./sqlite-files.ts";
import { loadSqlite, type SqliteApi } from "./sqlite-package.ts";
import { placesOf } from "./sqlite-places.ts";
import { SqliteResult } from "./sqlite-result.ts";
import { toSqliteParameter } from "./sqlite-values.ts";

export interface SqliteLocation {
  /** Absolute. The files of datasets are named after it. */
  readonly path: string;
  /** Those of this connection. */
  readonly datasets: readonly string[];
  /** How long to wait for the locks of others. */
  readonly busyTimeoutMs: number;
  /** Files that are not there are not created. */
  readonly mustExist?: boolean | undefined;
}

export interface SqliteReadOptions {
  /** Integers are bigint, small values too. */
  readonly integers?: "bigint" | undefined;
  /** Called with the columns of the result before its first rows. */
  readonly onColumns?: ((columns: readonly ResultColumn[]) => void) | undefined;
}

/** Opens a connection. A dataset without a file has none until something is written to it. Throws DriverFailure. */
export async function connectSqlite(location: SqliteLocation): Promise<SqliteConnection> {
  const Sqlite = loadSqlite();
  checkFolder(location.path, location.datasets);
  if (location.mustExist) requireDatabase(location.path);
  const connection = new SqliteConnection(Sqlite, location);
  try {
    await connection.attach();
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/**
 * One connection. Values are exact; failures are DriverFailure. SQLite works in this thread, and waits for the locks of others by blocking it. That would keep
 * back those of this process who hold them, so all waiting is done here, between two tries.
 */
export class SqliteConnection {
  /** Within this process nobody has to wait by trying. */
  readonly commitLock: string;
  readonly #Sqlite: SqliteApi;
  readonly #location: SqliteLocation;
  readonly #attached = new Set<string>();
  #database: Database;
  #used: string | undefined;
  #isClosed = false;

  constructor(Sqlite: SqliteApi, location: SqliteLocation) {
    this.commitLock = datasetFile(location.path, location.datasets[0] ?? mainDataset);
    this.#Sqlite = Sqlite;
    this.#location = location;
    this.#database = this.#open();
  }

  /** Makes the datasets whose files are there part of the connection; with `create` those of the others, too. */
  async attach({ create = false }: { readonly create?: boolean } = {}): Promise<void> {
    for (const dataset of mainFirst(this.#location.datasets)) {
      const file = datasetFile(this.#location.path, dataset);
      if (this.#attached.has(dataset) || this.#database.inTransaction || !(create || existsSync(file))) continue;
      const isNew = !existsSync(file);
      await this.#waiting(() => this.#attachFile(dataset, file), file);
      this.#attached.add(dataset);
      await this.#waiting(
        () => this.#database.exec(`PRAGMA ${quote(dataset)}.synchronous = FULL; PRAGMA ${quote(dataset)}.cache_size = -16000`),
        file,
      );
      if (create) await this.#waiting(() => this.#prepareNew(dataset), file);
      if (isNew) syncFolder(dirname(file));
    }
  }

  query<Row>(sql: string, parameters: readonly unknown[] = [], options: SqliteReadOptions = {}): Promise<Row[]> {
    return this.#inDatasets(() => {
      const { statement, values } = this.#prepared(sql, parameters);
      if (!statement.reader) {
        statement.run(values);
        return [];
      }
      const result = new SqliteResult(statement, options.integers);
      const rows = statement.all(values);
      options.onColumns?.(result.columns(rows[0]));
      return result.objects<Row>(rows);
    });
  }

  async *batches<Row>(sql: string, parameters: readonly unknown[], size: number, options: SqliteReadOptions = {}): AsyncGenerator<Row[]> {
    const { result, rows, first } = await this.#inDatasets(() => {
      const { statement, values } = this.#prepared(sql, parameters);
      const result = new SqliteResult(statement, options.integers);
      const rows = statement.iterate(values);
      return { result, rows, first: rows.next() };
    });
    let next = first;
    try {
      options.onColumns?.(result.columns(next.value));
      while (!next.done) {
        const batch = [next.value];
        next = this.#telling(() => take(rows, size, batch));
        yield result.objects<Row>(batch);
        await nextTurn();
      }
    } finally {
      if (!next.done) this.#abandon(rows);
    }
  }

  execute(sql: string, parameters: readonly unknown[] = []): Promise<{ readonly rowCount: number }> {
    return this.#inDatasets(() => {
      const { statement, values } = this.#prepared(sql, parameters);
      return { rowCount: statement.reader ? statement.all(values).length : statement.run(values).changes };
    });
  }

  async script(statements: readonly string[]): Promise<void> {
    for (const statement of statements) {
      const begun = performance.now();
      await this.#inDatasets(() => this.#database.exec(statement));
      if (performance.now() - begun > longTurnMs) await nextTurn();
    }
  }

  /** Runs a statement once for each row, whose values are bound as they are. */
  async insert(sql: string, batches: AsyncIterable<readonly (readonly unknown[])[]>): Promise<void> {
    const statement = await this.#inDatasets(() => this.#database.prepare(sql));
    for await (const rows of batches) {
      this.#telling(() => {
        for (const row of rows) statement.run(row);
      });
    }
  }

  /** Begins a transaction that may write: of two that only find out later, one would have to begin again. */
  async begin(): Promise<void> {
    await this.attach({ create: this.#location.mustExist !== true });
    await this.#waiting(() => this.#database.exec("BEGIN IMMEDIATE"));
  }

  async schemaExists(dataset: string): Promise<boolean> {
    return (await this.#names(dataset, "LIMIT 1")).length > 0;
  }

  tableNames(dataset: string): Promise<readonly string[]> {
    return this.#names(dataset, "ORDER BY name");
  }

  async columnsOf(dataset: string, tables: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const columns = new Map<string, string[]>();
    await this.attach();
    if (!this.#attached.has(dataset)) return columns;
    const sql =
      `SELECT asked.value AS "table", c.name AS "column" FROM json_each(?1) AS asked JOIN ${quote(dataset)}.sqlite_master AS m ` +
      "ON m.name = asked.value COLLATE NOCASE AND m.type IN ('table', 'view') JOIN pragma_table_info(m.name, ?2) AS c ORDER BY asked.key, c.cid";
    for (const row of await this.query<{ table: string; column: string }>(sql, [JSON.stringify(tables), dataset])) {
      const known = columns.get(row.table);
      if (known === undefined) columns.set(row.table, [row.column]);
      else known.push(row.column);
    }
    return columns;
  }

  /** A connection has one database. */
  qualifier(): readonly string[] {
    return [];
  }

  /** A name without a dataset means the table of the first one that has it. */
  async use(dataset: string): Promise<boolean> {
    await this.attach();
    this.#used = dataset;
    return this.#attached.has(dataset);
  }

  /** The last connection to a file takes over what is in its log, and removes the log. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const dataset of this.#attached) this.#detach(dataset);
    this.#database.close();
  }

  /** Files are let go of now: libsql closes a database when the last of its statements was collected as garbage. */
  #detach(dataset: string): void {
    try {
      if (this.#database.inTransaction) this.#database.exec("ROLLBACK");
      this.#database.exec(dataset === mainDataset ? "PRAGMA wal_checkpoint(TRUNCATE)" : `DETACH ${quote(dataset)}`);
    } catch {
      // Closing the database does the same.
    }
  }

  async #names(dataset: string, end: string): Promise<readonly string[]> {
    await this.attach();
    if (!this.#attached.has(dataset)) return [];
    const sql = `SELECT name FROM ${quote(dataset)}.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ${end}`;
    return (await this.query<{ name: string }>(sql)).map((row) => row.name);
  }

  /** A statement may name other datasets of the same path, which become part of the connection then. */
  #prepare(sql: string): Statement {
    for (;;) {
      try {
        return this.#database.prepare(sql);
      } catch (error) {
        const [, dataset] = /^no such table: (\w+)\./.exec(error instanceof Error ? error.message : "") ?? [];
        if (dataset === undefined || this.#attached.has(dataset) || dataset === mainDataset) throw error;
        const file = datasetFile(this.#location.path, dataset);
        if (!existsSync(file)) throw error;
        this.#attachFile(dataset, file);
        this.#attached.add(dataset);
      }
    }
  }

  /** Numbered places take an object of values, others a list. */
  #prepared(text: string, parameters: readonly unknown[]): { readonly statement: Statement; readonly values: unknown } {
    const { sql, areNumbered } = placesOf(text, parameters.length);
    const values = parameters.map(toSqliteParameter);
    return {
      statement: this.#prepare(this.#used === undefined ? sql : inDataset(sql, this.#used)),
      values: areNumbered ? Object.fromEntries(values.map((value, index) => [String(index + 1), value])) : values,
    };
  }

  /** What is in no dataset is in memory; what may grow large, in a temporary file. */
  #open(path = ":memory:"): Database {
    const database = new this.#Sqlite(path, { timeout: 0 });
    database.exec("PRAGMA temp_store = FILE");
    return database;
  }

  /** A result that is not read to its end keeps its locks. */
  #abandon(rows: Iterator<unknown[], undefined>): void {
    try {
      this.#database.interrupt?.();
      if (rows.return === undefined) while (!rows.next().done);
      else rows.return();
    } catch {
      // That it was interrupted.
    }
  }

  #attachFile(dataset: string, file: string): void {
    if (dataset !== mainDataset) {
      this.#database.prepare("ATTACH ? AS ?").run([file, dataset]);
      return;
    }
    this.#database.close();
    this.#attached.clear();
    this.#database = this.#open(file);
  }

  /** With a log of its own readers do not wait for writers, nor writers for readers. It stays with the file. Not every file system can do it. */
  #prepareNew(dataset: string): void {
    const [pages] = this.#database
      .prepare(`PRAGMA ${quote(dataset)}.page_count`)
      .raw(true)
      .all();
    if (Number(pages?.[0]) === 0) this.#database.prepare(`PRAGMA ${quote(dataset)}.journal_mode = WAL`).all();
  }

  async #inDatasets<T>(work: () => T): Promise<T> {
    await this.attach();
    return this.#waiting(work);
  }

  /** Tries until nobody else is in the way. */
  async #waiting<T>(work: () => T, file?: string): Promise<T> {
    const deadline = performance.now() + this.#location.busyTimeoutMs;
    for (let pause = 1; ; pause = Math.min(2 * pause, longestPauseMs)) {
      try {
        return work();
      } catch (error) {
        if (!isBusy(error) || performance.now() + pause > deadline) throw this.#failure(error, file);
      }
      await sleep(pause);
    }
  }

  #telling<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #failure(error: unknown, path: string = this.commitLock): unknown {
    return sqliteFailure(error, { path, busyTimeoutMs: this.#location.busyTimeoutMs });
  }
}

/** Fills a batch up to its size, and gives what comes after it. */
function take(rows: Iterator<unknown[], undefined>, size: number, batch: unknown[][]): IteratorResult<unknown[], undefined> {
  for (;;) {
    const next = rows.next();
    if (next.done || batch.length >= size) return next;
    batch.push(next.value);
  }
}

const longTurnMs = 10;
const longestPauseMs = 50;

/** The connection is opened with it, so it comes before the others. */
function mainFirst(datasets: readonly string[]): readonly string[] {
  return datasets.includes(mainDataset) ? [mainDataset, ...datasets.filter((dataset) => dataset !== mainDataset)] : datasets;
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
