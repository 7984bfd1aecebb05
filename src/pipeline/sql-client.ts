import type { SqlClient } from "../dataset/sql-client.ts";
import type { LoadSession, SqlConnection } from "../destination-kit/contract.ts";
import type { Loose } from "../extract/rows.ts";

/** Connects on first use, and holds the connection until it is closed. */
export class SqlClientHandle implements SqlClient {
  readonly #open: () => Promise<LoadSession>;
  readonly #onClosed: (client: SqlClient) => void;
  #session: Promise<LoadSession> | undefined;

  constructor(open: () => Promise<LoadSession>, onClosed: (client: SqlClient) => void) {
    this.#open = open;
    this.#onClosed = onClosed;
  }

  async query<Row = Loose>(sql: string, parameters?: readonly unknown[]): Promise<Row[]> {
    return (await this.#connected()).query<Row>(sql, parameters);
  }

  async execute(sql: string, parameters?: readonly unknown[]): Promise<{ readonly rowCount: number }> {
    return (await this.#connected()).execute(sql, parameters);
  }

  async transaction<T>(work: (client: SqlClient) => Promise<T>): Promise<T> {
    return (await this.#connected()).transaction((connection) => work(inTransaction(connection)));
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    this.#onClosed(this);
    if (session !== undefined) await (await session).close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #connected(): Promise<LoadSession> {
    this.#session ??= this.#open();
    return this.#session;
  }
}

/** The client inside of a transaction: the same connection, which its owner closes. */
function inTransaction(connection: SqlConnection): SqlClient {
  const client: SqlClient = {
    query: (sql, parameters) => connection.query(sql, parameters),
    execute: (sql, parameters) => connection.execute(sql, parameters),
    transaction: (work) => connection.transaction((inner) => work(inTransaction(inner))),
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
  return client;
}
