/** Plain SQL on the destination, in its dialect, with the dataset as default schema. */
export interface SqlClient extends AsyncDisposable {
  query<Row = Record<string, unknown>>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
  execute(sql: string, parameters?: readonly unknown[]): Promise<{ readonly rowCount: number }>;
  /** Commits when `work` resolves, rolls back when it throws. */
  transaction<T>(work: (client: SqlClient) => Promise<T>): Promise<T>;
  /** Releases the database. */
  close(): Promise<void>;
}
