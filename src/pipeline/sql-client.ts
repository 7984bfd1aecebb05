import { ConfigError } from "../core/errors.ts";
import type { SqlClient } from "../dataset/sql-client.ts";
import type { LoadSession, SqlConnection } from "../destination-kit/contract.ts";
import type { Loose } from "../extract/rows.ts";

export interface SqlClientOptions {
  readonly open: () => Promise<LoadSession>;
  /** A client that is closed may be used again. */
  readonly onOpened: (client: SqlClient) => void;
  readonly onClosed: (client: SqlClient) => void;
  /** The name of a table as long as nothing is open. */
  readonly qualifiedName: (table: string) => string;
}

/** Connects on first use, and holds the connection until it is closed. */
export class SqlClientHandle implements SqlClient {
  readonly #options: SqlClientOptions;
  #opening: Promise<LoadSession> | undefined;
  #session: LoadSession | undefined;
  #isInTransaction = false;

  constructor(options: SqlClientOptions) {
    this.#options = options;
  }

  async query<Row = Loose>(sql: string, parameters?: readonly unknown[]): Promise<Row[]> {
    return (await this.#connected()).query<Row>(sql, parameters);
  }

  async execute(sql: string, parameters?: readonly unknown[]): Promise<{ readonly rowCount: number }> {
    return (await this.#connected()).execute(sql, parameters);
  }

  async transaction<T>(work: (client: SqlClient) => Promise<T>): Promise<T> {
    if (this.#isInTransaction) throw new ConfigError("A client has one transaction at a time. For another one take another sqlClient().");
    this.#isInTransaction = true;
    try {
      return await (await this.#connected()).transaction((connection) => within(connection, work));
    } finally {
      this.#isInTransaction = false;
    }
  }

  qualifiedName(table: string): string {
    return (this.#session ?? this.#options).qualifiedName(table);
  }

  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = undefined;
    this.#session = undefined;
    this.#options.onClosed(this);
    // Whoever asked for a connection that failed has its error.
    const session = await opening?.catch(() => undefined);
    await session?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #connected(): Promise<LoadSession> {
    this.#opening ??= this.#connect();
    return this.#opening;
  }

  /** What failed is tried again by the next call. */
  async #connect(): Promise<LoadSession> {
    this.#options.onOpened(this);
    try {
      const session = await this.#options.open();
      this.#session = session;
      return session;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }
}

async function within<T>(connection: SqlConnection, work: (client: SqlClient) => Promise<T>): Promise<T> {
  let hasEnded = false;
  const open = (): SqlConnection => {
    if (!hasEnded) return connection;
    throw new ConfigError("The transaction of this client has ended. Await all calls inside of it, and use the outer client after it.");
  };
  const client: SqlClient = {
    query: async (sql, parameters) => await open().query(sql, parameters),
    execute: async (sql, parameters) => await open().execute(sql, parameters),
    transaction: async () => {
      throw new ConfigError("There are no transactions inside of a transaction. Use the client that it gave.");
    },
    qualifiedName: (table) => connection.qualifiedName(table),
    // The connection belongs to the outer client.
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
  try {
    return await work(client);
  } finally {
    hasEnded = true;
  }
}
