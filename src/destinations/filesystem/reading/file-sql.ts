import { DriverFailure } from "../../../core/driver-failure.ts";
import { type ReadOptions, type SqlConnection, UnsupportedError } from "../../../destination-kit/index.ts";
import { type DuckDbConnection, DuckDbDatabases, inMemory } from "../../../drivers/duckdb.ts";
import { quoted } from "./quoted.ts";
import type { TableViews } from "./table-views.ts";

export interface FileSqlParts {
  /** Name of the destination, for errors. */
  readonly destination: string;
  readonly dataset: string;
  readonly views: TableViews;
}

/**
 * The tables of a dataset of files for SQL that reads: views over the files in a DuckDB in memory, made anew for each query of the tables that it asks for.
 * Nothing can be written.
 */
export class FileSql implements SqlConnection {
  readonly #parts: FileSqlParts;
  readonly #databases = new DuckDbDatabases();
  readonly #made = new Set<string>();
  #connection: DuckDbConnection | undefined;

  constructor(parts: FileSqlParts) {
    this.#parts = parts;
  }

  async query<Row>(sql: string, parameters: readonly unknown[] = [], options?: ReadOptions): Promise<Row[]> {
    return await this.#withViews(sql, (connection) => connection.query<Row>(sql, parameters, options));
  }

  async *batches<Row>(sql: string, parameters: readonly unknown[] = [], rows = 10_000, options?: ReadOptions): AsyncGenerator<Row[]> {
    const open = async (connection: DuckDbConnection) => {
      const batches = connection.batches<Row>(sql, parameters, rows, options);
      // A view that is missing shows with the first batch.
      return { batches, first: await batches.next() };
    };
    const { batches, first } = await this.#withViews(sql, open);
    try {
      if (first.done !== true) yield first.value;
      yield* batches;
    } finally {
      await batches.return(undefined);
    }
  }

  async execute(): Promise<never> {
    throw this.#readOnly();
  }

  async transaction(): Promise<never> {
    throw this.#readOnly();
  }

  qualifiedName(table: string): string {
    // A dataset may be named `memory` or `temp`; three names are never taken for another place.
    return `memory.${quoted(this.#parts.dataset)}.${quoted(table)}`;
  }

  async close(): Promise<void> {
    await this.#connection?.close();
    this.#connection = undefined;
    await this.#databases.close();
  }

  /** DuckDB says which table is missing, one after the other; those that the dataset has become views. */
  async #withViews<T>(sql: string, work: (connection: DuckDbConnection) => Promise<T>): Promise<T> {
    if (!/^[\s(]*(?:--[^\n]*\n\s*)*(?:select|with|from|values|describe|show|explain|summarize|pivot|unpivot|table)\b/i.test(sql))
      throw this.#readOnly();
    const { views } = this.#parts;
    const connection = await this.#fresh();
    if (asksForNames.test(sql)) for (const name of await views.names()) await this.#makeView(connection, name, (await views.select(name))!);
    for (;;) {
      try {
        return await work(connection);
      } catch (error) {
        const missing = error instanceof DriverFailure && error.kind === "undefined-relation" ? tableIn(error.subject) : undefined;
        const view = missing === undefined || this.#made.has(missing) ? undefined : await views.select(missing);
        if (missing === undefined || view === undefined) throw error;
        await this.#makeView(connection, missing, view);
      }
    }
  }

  async #makeView(connection: DuckDbConnection, table: string, view: string): Promise<void> {
    await connection.execute(`CREATE VIEW ${this.qualifiedName(table)} AS ${view}`);
    this.#made.add(table);
  }

  /** Other files may be there since the last query. */
  async #fresh(): Promise<DuckDbConnection> {
    const schema = `memory.${quoted(this.#parts.dataset)}`;
    if (this.#connection === undefined) {
      this.#connection = await this.#databases.connect({ path: inMemory });
      await this.#connection.script([`CREATE SCHEMA IF NOT EXISTS ${schema}`, `USE ${schema}`]);
    }
    await this.#connection.script([...this.#made].map((table) => `DROP VIEW IF EXISTS ${this.qualifiedName(table)}`));
    this.#made.clear();
    this.#parts.views.refresh();
    return this.#connection;
  }

  #readOnly(): UnsupportedError {
    const { destination } = this.#parts;
    return new UnsupportedError(
      `The files of \`${destination}\` are read with SQL, not written: it takes SELECT and the like. Load with run(), remove with drop().`,
      { destination },
    );
  }
}

/** Statements that no table is missing for, since they are about all of them. */
const asksForNames = /\binformation_schema\b|\bduckdb_(?:tables|views|columns)\b|\bshow\s+(?:all\s+)?tables\b/i;

/** DuckDB names it with its schema where the statement does. */
function tableIn(subject: string | undefined): string | undefined {
  return subject?.split(".").at(-1)?.replaceAll('"', "");
}
