/**
 * Plain SQL on the destination, in its dialect, with the dataset as default schema. Connects with the first call, and keeps the connection until it is
 * closed. Values are exact: integers beyond 2^53 are bigint. A connection that is lost stays lost, and every call throws ConnectionError, until it is closed;
 * the next call after that connects anew.
 */
export interface SqlClient extends AsyncDisposable {
  /** All rows of a statement. `$1`, `$2` … in it stand for `parameters`. Throws UndefinedRelationError, UnsupportedError. */
  query<Row = Record<string, unknown>>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
  /** Runs a statement that changes something; `rowCount`: how many rows it changed. */
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
