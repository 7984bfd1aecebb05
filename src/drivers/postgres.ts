import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { Client, CustomTypesConfig, QueryArrayResult, QueryResult } from "pg";
import { DriverFailure } from "../core/driver-failure.ts";
import { InternalError } from "../core/errors.ts";
import { setOwn } from "../core/set-own.ts";
import { postgresColumns } from "./postgres-columns.ts";
import { type PostgresPlace, postgresFailure } from "./postgres-failure.ts";
import { hangUp } from "./postgres-hang-up.ts";
import { missingPassword, offersBinding, unboundLogin } from "./postgres-login.ts";
import { loadPostgresPackages, type PostgresPackages } from "./postgres-packages.ts";
import { asksForOther, type ChannelBinding, type PostgresTls, type TlsAttempt, tlsAttempts } from "./postgres-tls.ts";
import { decoderOf, type PostgresReadOptions, toPostgresParameter } from "./postgres-values.ts";

export interface PostgresLocation {
  /** A folder is the place of a socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Default: the name of the user of this process. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly tls?: PostgresTls | undefined;
  readonly applicationName?: string | undefined;
  /** Settings for the server, as `-c name=value`. */
  readonly options?: string | undefined;
  readonly channelBinding?: ChannelBinding | undefined;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs?: number | undefined;
  readonly lockTimeoutMs?: number | undefined;
}

/** For people: no user, no password. */
export function postgresPlace({ host, port, database }: PostgresLocation): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}/${database}`;
}

/** Opens a connection. Throws DriverFailure. */
export async function connectPostgres(location: PostgresLocation): Promise<PostgresConnection> {
  const packages = await loadPostgresPackages();
  const place = { name: postgresPlace(location), database: location.database, username: location.username };
  const attempts = tlsAttempts(location.tls ?? {}, location.host);
  for (const [index, attempt] of attempts.entries()) {
    try {
      return await connect(packages, location, attempt, place);
    } catch (error) {
      if (index === attempts.length - 1 || !asksForOther(error, attempt)) throw postgresFailure(error, place);
    }
  }
  throw new InternalError("There is always one attempt.");
}

async function connect(
  packages: PostgresPackages,
  location: PostgresLocation,
  ssl: TlsAttempt,
  place: PostgresPlace,
): Promise<PostgresConnection> {
  const { host, port, database, username, password, options, channelBinding = "disable" } = location;
  const refusal = (): DriverFailure | undefined => (channelBinding === "require" && !isBound() ? unboundLogin(place) : undefined);
  const client = new packages.Client({
    host,
    port,
    database,
    ssl,
    // A function, since without one the package would look for a password by itself.
    password: () => {
      const problem = refusal() ?? (password === undefined ? missingPassword(place) : undefined);
      return problem === undefined ? password! : Promise.reject(problem);
    },
    application_name: location.applicationName ?? "leat",
    connectionTimeoutMillis: location.connectTimeoutMs,
    enableChannelBinding: channelBinding !== "disable",
    // A server that is gone without a word is noticed after a minute, not after hours.
    keepAlive: true,
    keepAliveInitialDelayMillis: 60_000,
    ...(username === undefined ? {} : { user: username }),
    ...(options === undefined ? {} : { options }),
  });
  // A connection that breaks while nobody uses it: the next call fails with words. Without a listener it would end the process.
  client.on("error", () => {});
  const isBound = offersBinding(client, ssl);
  const close = hangUp(client);
  try {
    await client.connect();
    // Nobody asked for a password.
    const problem = refusal();
    if (problem !== undefined) throw problem;
    const results: unknown = await client.query([...sessionSettings(location), askVersion].join(";\n"));
    return new PostgresConnection(client, packages, { place, version: versionOf(results), close });
  } catch (error) {
    await close();
    throw error;
  }
}

const askVersion = "SELECT current_setting('server_version_num') AS version";

/** `150018` is 15.18. */
function versionOf(results: unknown): number {
  const { rows } = (results as QueryResult<{ version: string }>[]).at(-1)!;
  return Math.floor(Number(rows[0]!.version) / 10_000);
}

/** All texts of values come in one form, whatever the server's settings; and each statement sees what others have committed by then. */
function sessionSettings({ statementTimeoutMs, lockTimeoutMs }: PostgresLocation): string[] {
  const settings = {
    TimeZone: "UTC",
    DateStyle: "ISO, YMD",
    IntervalStyle: "iso_8601",
    bytea_output: "hex",
    extra_float_digits: "3",
    standard_conforming_strings: "on",
    default_transaction_isolation: "read committed",
    client_min_messages: "warning",
    // A client that is cut off holds its locks until the server hears of it.
    tcp_keepalives_idle: "60",
    tcp_keepalives_interval: "10",
    tcp_keepalives_count: "6",
    ...(statementTimeoutMs === undefined ? {} : { statement_timeout: String(statementTimeoutMs) }),
    ...(lockTimeoutMs === undefined ? {} : { lock_timeout: String(lockTimeoutMs) }),
  };
  return Object.entries(settings).map(([name, value]) => `SET ${name} = '${value}'`);
}

interface Opened {
  readonly place: PostgresPlace;
  /** Of the server: 15 for 15.18. */
  readonly version: number;
  readonly close: () => Promise<void>;
}

/** One connection. Values are exact; failures are DriverFailure. Calls wait for each other. */
export class PostgresConnection {
  /** Of the server: 15 for 15.18. */
  readonly version: number;
  readonly #client: Client;
  readonly #packages: PostgresPackages;
  readonly #place: PostgresPlace;
  readonly #ended: Promise<void>;
  readonly #close: () => Promise<void>;
  #last: Promise<unknown> = Promise.resolve();
  #isReading = false;

  constructor(client: Client, packages: PostgresPackages, { place, version, close }: Opened) {
    this.version = version;
    this.#close = close;
    this.#client = client;
    this.#packages = packages;
    this.#place = place;
    this.#ended = new Promise((resolve) => client.once("end", resolve));
  }

  query<Row>(sql: string, parameters?: readonly unknown[], options?: PostgresReadOptions): Promise<Row[]> {
    return this.#inTurn(async () => {
      const { fields, rows } = await this.#run(sql, parameters, options);
      const names = distinctNames(fields);
      options?.onColumns?.(postgresColumns(names, fields));
      return rowObjects<Row>(names, rows);
    });
  }

  async *batches<Row>(sql: string, parameters: readonly unknown[], size: number, options?: PostgresReadOptions): AsyncGenerator<Row[]> {
    const { Cursor } = this.#packages;
    const cursor = new Cursor(sql, parameters.map(toPostgresParameter), { rowMode: "array", types: typesOf(options) });
    await this.#inTurn(async () => {
      this.#isReading = true;
    });
    const idle = this.#nextIdle();
    let names: readonly string[] | undefined;
    try {
      this.#client.query(cursor);
      for (;;) {
        const rows = await this.#telling(
          () =>
            new Promise<Row[]>((resolve, reject) => {
              cursor.read(size, (error, read, result) => {
                if (error) return reject(error);
                const fields = result?.fields ?? [];
                if (names === undefined) {
                  names = distinctNames(fields);
                  options?.onColumns?.(postgresColumns(names, fields));
                }
                resolve(rowObjects<Row>(names, read));
              });
            }),
        );
        if (rows.length > 0) yield rows;
        if (rows.length < size) return;
      }
    } finally {
      // What closing waits for does not come once the connection is lost.
      cursor.close().catch(() => {});
      await idle;
      this.#isReading = false;
    }
  }

  execute(sql: string, parameters?: readonly unknown[]): Promise<{ readonly rowCount: number }> {
    return this.#inTurn(async () => ({ rowCount: (await this.#run(sql, parameters)).rowCount ?? 0 }));
  }

  async script(statements: readonly string[]): Promise<void> {
    if (statements.length === 0) return;
    await this.#inTurn(async () => {
      const { command } = await this.#run(statements.join(";\n"));
      // Postgres takes this for no failure.
      if (command === "ROLLBACK" && statements.at(-1) === "COMMIT") throw rolledBack();
    });
  }

  /** The file may be gzipped. */
  copy(sql: string, path: string): Promise<void> {
    return this.#inTurn(async () => {
      const file = createReadStream(path, { highWaterMark: 256 * 1024 });
      const idle = this.#nextIdle();
      const target = this.#client.query(this.#packages.copyFrom(sql));
      try {
        if (path.endsWith(".gz")) await pipeline(file, createGunzip(), target);
        else await pipeline(file, target);
      } finally {
        await idle;
      }
    });
  }

  async schemaExists(schema: string): Promise<boolean> {
    return (await this.query("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1", [schema])).length > 0;
  }

  async columnsOf(schema: string, tables: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const sql =
      "SELECT c.relname::text AS name, array_remove(array_agg(a.attname::text ORDER BY a.attnum), NULL) AS columns " +
      "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace " +
      "LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped " +
      "WHERE n.nspname = $1 AND c.relname = ANY($2) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') GROUP BY 1";
    const rows = await this.query<{ name: string; columns: readonly string[] }>(sql, [schema, tables]);
    return new Map(rows.map((row) => [row.name, row.columns]));
  }

  /** A connection has one database. */
  qualifier(): readonly string[] {
    return [];
  }

  async use(schema: string): Promise<boolean> {
    // Extensions are usually in `public`.
    const sql =
      "SELECT set_config('search_path', quote_ident(nspname) || ', public', false) FROM pg_catalog.pg_namespace WHERE nspname = $1";
    return (await this.query(sql, [schema])).length > 0;
  }

  close(): Promise<void> {
    return this.#close();
  }

  async #run(sql: string, parameters: readonly unknown[] = [], options?: PostgresReadOptions): Promise<QueryArrayResult> {
    const values = parameters.length === 0 ? {} : { values: parameters.map(toPostgresParameter) };
    const result = await this.#client.query({ text: sql, ...values, rowMode: "array", types: typesOf(options) });
    // Several statements without parameters give several results.
    return Array.isArray(result) ? (result as QueryArrayResult[]).at(-1)! : result;
  }

  /** When the server has done all that it was asked, or never will. To be called before it is asked. */
  #nextIdle(): Promise<void> {
    const drained = new Promise<void>((resolve) => this.#client.once("drain", resolve));
    return Promise.race([drained, this.#ended]);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isReading) return Promise.reject(busy());
    const turn = this.#last.then(() => this.#telling(work));
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #telling<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw postgresFailure(error, this.#place);
    }
  }
}

function busy(): DriverFailure {
  return new DriverFailure("statement", "The connection reads a result in batches. Read it to the end first, or open another connection.");
}

function rolledBack(): DriverFailure {
  return new DriverFailure(
    "statement",
    "The transaction is rolled back, since a statement in it failed. Let that error leave the transaction.",
  );
}

function typesOf(options: PostgresReadOptions | undefined): CustomTypesConfig {
  return { getTypeParser: ((oid: number) => decoderOf(oid, options)) as CustomTypesConfig["getTypeParser"] };
}

/** Rows are objects, so a name that comes again gets a number: `id`, `id:1`. */
function distinctNames(fields: readonly { readonly name: string }[]): readonly string[] {
  const seen = new Map<string, number>();
  return fields.map(({ name }) => {
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    return count === 0 ? name : `${name}:${count}`;
  });
}

function rowObjects<Row>(names: readonly string[], rows: readonly (readonly unknown[])[]): Row[] {
  const odd = names.indexOf("__proto__");
  return rows.map((cells) => {
    const row: Record<string, unknown> = {};
    for (let column = 0; column < names.length; column++) row[names[column]!] = cells[column];
    if (odd >= 0) setOwn(Object.setPrototypeOf(row, Object.prototype) as object, "__proto__", cells[odd]);
    return row as Row;
  });
}
