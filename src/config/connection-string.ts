import { ConfigError } from "../core/errors.ts";

/** The parts of a Postgres URL. What the URL does not say is absent, so that it can come from elsewhere. */
export interface PostgresUrl {
  /** The scheme: `postgresql`, `postgres`, or `postgresql+<driver>`. */
  readonly driver: string;
  readonly host?: string;
  readonly port?: number;
  readonly database?: string;
  readonly username?: string;
  readonly password?: string;
  /** All that follows `?`: `sslmode`, `connect_timeout`, `options`, … */
  readonly query: Readonly<Record<string, string>>;
}

/** What holds where neither URL nor settings say anything. */
export const postgresDefaults: { readonly port: number; readonly connectTimeoutSeconds: number } = {
  port: 5432,
  connectTimeoutSeconds: 15,
};

/** `postgresql://user:pass@host:port/database?sslmode=require`, percent-encoded. Throws ConfigError, without the text: it holds a password. */
export function parsePostgresUrl(text: string): PostgresUrl {
  const { driver, host, port, database, username, password, query } = postgresForm.exec(text)?.groups ?? {};
  if (driver === undefined || port === "") {
    throw new ConfigError(
      "This is no Postgres URL. Write `postgresql://user:password@host:5432/database`, and `@`, `/`, `:` in a password as `%40`, `%2F`, `%3A`.",
    );
  }
  const { host: queryHost, ...rest } = parseQuery(query ?? "");
  return {
    driver,
    ...present("host", decode(host?.replace(/^\[(.*)\]$/, "$1")) || queryHost),
    ...present("port", port === undefined ? undefined : Number(port)),
    ...present("database", decode(database) || undefined),
    ...present("username", decode(username) || undefined),
    ...present("password", decode(password)),
    query: rest,
  };
}

/** The whole URL, password and defaults included, query sorted. */
export function formatPostgresUrl(url: PostgresUrl): string {
  const query = Object.entries({ connect_timeout: String(postgresDefaults.connectTimeoutSeconds), ...url.query })
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`)
    .sort();
  return `${withoutQuery(url, encode)}?${query.join("&")}`;
}

/** The URL for people: its password is masked, its query left out. */
export function describePostgresUrl(url: PostgresUrl): string {
  return withoutQuery(url, () => "***");
}

/** What a DuckDB connection string says. */
export interface DuckDbUrl {
  /** `md` is MotherDuck. */
  readonly driver: "duckdb" | "md";
  /** A file path, `:memory:` or `:pipeline:`. */
  readonly database?: string;
  /** Settings of the database; absent when the text is a plain path. */
  readonly query?: Readonly<Record<string, string>>;
}

/** A path, `:memory:`, `:pipeline:`, `duckdb:///relative/path?threads=4` or `duckdb:////absolute/path`. Throws ConfigError. */
export function parseDuckDbUrl(text: string): DuckDbUrl {
  if (text.trim() === "") throw new ConfigError("The path of the DuckDB database is empty. Write `path/to/file.duckdb` or `:memory:`.");
  if (!anyUrl.test(text)) return { driver: "duckdb", database: text };
  const { driver, database, query } = duckDbForm.exec(text)?.groups ?? {};
  if (driver === undefined) {
    throw new ConfigError(
      "This is no DuckDB URL. Write `duckdb:///relative/path.duckdb` (three slashes) or `duckdb:////absolute/path.duckdb`.",
    );
  }
  return {
    driver: driver.toLowerCase() as DuckDbUrl["driver"],
    ...present("database", database || undefined),
    query: parseQuery(query ?? ""),
  };
}

const postgresForm =
  /^(?<driver>postgres(?:ql)?(?:\+\w+)?):\/\/(?:(?<username>[^:/]*)(?::(?<password>[^@]*))?@)?(?<host>\[[^\]/?]+\]|[^/:?@]*)(?::(?<port>\d*))?(?:\/(?<database>[^?]*))?(?:\?(?<query>.*))?$/i;
const anyUrl = /^\w[\w+]*:\/\//;
const duckDbForm = /^(?<driver>duckdb|md):\/\/(?:\/(?<database>[^?]*))?(?:\?(?<query>.*))?$/i;

/** Of a repeated key the last one counts, as in libpq. */
function parseQuery(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

function withoutQuery(
  { driver, username, password, host, port, database }: PostgresUrl,
  passwordText: (password: string) => string,
): string {
  const secret = password === undefined ? "" : `:${passwordText(password)}`;
  const user = username === undefined && password === undefined ? "" : `${encode(username ?? "")}${secret}@`;
  const path = database === undefined ? "" : `/${encode(database)}`;
  return `${driver}://${user}${hostText(host ?? "")}:${port ?? postgresDefaults.port}${path}`;
}

function hostText(host: string): string {
  if (host.startsWith("/")) return encode(host);
  return host.includes(":") ? `[${host}]` : host;
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll("%2B", "+");
}

/** A percent sign that starts no code stands for itself. */
function decode(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return text;
  }
}

function present<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: Value };
}
