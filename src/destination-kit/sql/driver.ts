import type { ReadOptions } from "../contract.ts";

/** One connection to a database, as a driver module gives it. Throws DriverFailure. */
export interface SqlDriver {
  /** Within this process, commits to what this names wait for each other: where a transaction does not see what is committed while it runs. Left out where the database lets them wait. */
  readonly commitLock?: unknown;
  /** All rows, values exact. */
  query<Row>(sql: string, parameters?: readonly unknown[], options?: ReadOptions): Promise<Row[]>;
  /** The rows in batches; the connection is busy until the last one. */
  batches<Row>(sql: string, parameters: readonly unknown[], rows: number, options?: ReadOptions): AsyncIterable<Row[]>;
  /** A statement that changes something; `rowCount`: how many rows it changed. */
  execute(sql: string, parameters?: readonly unknown[]): Promise<{ readonly rowCount: number }>;
  /** Several statements in one round trip. They stop at the first that fails. */
  script(statements: readonly string[]): Promise<void>;
  /** Runs a statement that reads its input from a file, such as Postgres' COPY FROM STDIN. Left out where no dialect asks for it. */
  copy?(sql: string, path: string): Promise<void>;
  /** Runs a statement for each row. Left out where no dialect asks for it. */
  insert?(sql: string, rows: AsyncIterable<readonly (readonly unknown[])[]>): Promise<void>;
  /** Begins a transaction that may write, and makes what it cannot make inside. Default `BEGIN`. */
  begin?(): Promise<void>;
  /** Commits when nothing else is to come on this connection. Default `COMMIT`. */
  commitLast?(): Promise<void>;
  /** Keeps the database to one processor until the given function is called: for what is done beside other work. Left out where it has its own. */
  inOneThread?(): Promise<() => Promise<void>>;
  /** The names of all tables of a dataset, in order, without views. Default: what `information_schema` says. */
  tableNames?(dataset: string): Promise<readonly string[]>;
  /** The columns of those of the tables that exist, by the name that was asked for. */
  columnsOf(dataset: string, tables: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Whether the dataset is there. */
  schemaExists(dataset: string): Promise<boolean>;
  /** Names before `dataset.table` that are needed to mean this database; empty when none are. */
  qualifier(dataset: string): readonly string[];
  /** Makes names without a dataset mean its tables, for the SQL that people write. False when there is no such dataset. */
  use(dataset: string): Promise<boolean>;
  /** Ends the connection; a transaction that is open is rolled back. */
  close(): Promise<void>;
}
