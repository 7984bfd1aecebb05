/**
 * Plain SQL on the destination, in its dialect, with the dataset as default schema. Connects with the first call, and keeps the connection until it is
 * closed. Values are exact: integers beyond 2^53 are bigint.
 */
export interface SqlClient extends AsyncDisposable {
  query<Row = Record<string, unknown>>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
  execute(sql: string, parameters?: readonly unknown[]): Promise<{ readonly rowCount: number }>;
  /**
   * Commits when `work` resolves, rolls back when it throws. One at a time, and none inside of another: ConfigError. Throws UnsupportedError where there are
   * no transactions. It is one connection: what the outer client does meanwhile is part of it.
   */
  transaction<T>(work: (client: SqlClient) => Promise<T>): Promise<T>;
  /** The table's full, quoted name. */
  qualifiedName(table: string): string;
  /** Releases the database. */
  close(): Promise<void>;
}
