import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readFixture } from "../../test/fixtures.ts";
import { ConfigError } from "../core/errors.ts";
import {
  describePostgresUrl,
  formatPostgresUrl,
  type PostgresUrl,
  parseDuckDbUrl,
  parsePostgresUrl,
  postgresDefaults,
} from "./connection-string.ts";

interface Vectors {
  readonly postgres_credentials: readonly {
    readonly native: string;
    readonly parsed: {
      readonly drivername: string;
      readonly database: string | null;
      readonly username: string | null;
      readonly password: string | null;
      readonly host: string | null;
      readonly port: number;
      readonly query: Readonly<Record<string, string>>;
      readonly connect_timeout: number;
      readonly client_encoding: string | null;
      readonly to_native: string;
      readonly str: string;
    };
  }[];
  readonly duckdb_credentials: readonly {
    readonly native: string;
    readonly parsed: { readonly database: string; readonly drivername: string; readonly query: Readonly<Record<string, string>> | null };
  }[];
}

const vectors = readFixture<Vectors>("config.json");

describe("a Postgres URL", () => {
  it.each(vectors.postgres_credentials)("$native", ({ native, parsed }) => {
    const url = parsePostgresUrl(native);
    expect({
      drivername: url.driver,
      database: url.database ?? null,
      username: url.username ?? null,
      password: url.password ?? null,
      host: url.host ?? null,
      port: url.port ?? postgresDefaults.port,
      query: url.query,
      connect_timeout: Number(url.query["connect_timeout"] ?? postgresDefaults.connectTimeoutSeconds),
      client_encoding: url.query["client_encoding"] ?? null,
      to_native: formatPostgresUrl(url),
      str: describePostgresUrl(url),
    }).toEqual(parsed);
  });

  it("leaves out what it does not say", () => {
    expect(parsePostgresUrl("postgresql://h")).toEqual({ driver: "postgresql", host: "h", query: {} });
    expect(parsePostgresUrl("postgresql://u@h:1/?sslmode=x")).toEqual({
      driver: "postgresql",
      host: "h",
      port: 1,
      username: "u",
      query: { sslmode: "x" },
    });
  });

  it("keeps an empty password, which is one", () => {
    expect(parsePostgresUrl("postgresql://u:@h/db")).toMatchObject({ password: "" });
  });

  it("decodes each part once", () => {
    expect(parsePostgresUrl("postgresql://a%40b:100%25%2F@h/d%20b?application_name=x+y%2Bz")).toEqual({
      driver: "postgresql",
      username: "a@b",
      password: "100%/",
      host: "h",
      database: "d b",
      query: { application_name: "x y+z" },
    });
    expect(parsePostgresUrl("postgresql://u:50%@h/db")).toMatchObject({ password: "50%" });
  });

  it("takes the socket folder of the query as host", () => {
    expect(parsePostgresUrl("postgresql://u@/db?host=/var/run/postgresql")).toEqual({
      driver: "postgresql",
      username: "u",
      host: "/var/run/postgresql",
      database: "db",
      query: {},
    });
  });

  it.each([
    "host=h user=u",
    "mysql://u:hunter2@h/db",
    "postgresql:/h",
    "postgresql://u:hunter2@x@h/db",
    "postgresql://u:hunter2@h:abc/db",
    "postgresql://h:/db",
    "",
  ])("is not %j; the error does not show it", (text) => {
    expect(() => parsePostgresUrl(text)).toThrow(ConfigError);
    expect(() => parsePostgresUrl(text)).not.toThrow("hunter2");
  });

  it("is the same after it was printed and read again", () => {
    const text = fc.string({ minLength: 1, unit: "grapheme" });
    const name = fc.stringMatching(/^[a-z_]{1,8}$/).filter((key) => key !== "host" && key !== "connect_timeout");
    const url = fc.record<PostgresUrl>(
      {
        driver: fc.constantFrom("postgresql", "postgres", "postgresql+pg"),
        host: fc.constantFrom("h", "db.example.com", "::1", "/var/run/x", "h1,h2"),
        port: fc.integer({ min: 1, max: 65535 }),
        database: text,
        username: text,
        password: fc.string({ unit: "grapheme" }),
        query: fc.dictionary(name, fc.string({ unit: "grapheme" })).map((query) => ({ ...query, connect_timeout: "3" })),
      },
      { requiredKeys: ["driver", "host", "port", "query"] },
    );
    fc.assert(
      fc.property(url, (value) => {
        expect(parsePostgresUrl(formatPostgresUrl(value))).toEqual(value);
      }),
    );
  });
});

describe("a DuckDB connection string", () => {
  it.each(vectors.duckdb_credentials)("$native", ({ native, parsed }) => {
    const { driver, database, query = null } = parseDuckDbUrl(native);
    expect({ drivername: driver, database, query }).toEqual(parsed);
  });

  it("may name no database, only settings", () => {
    expect(parseDuckDbUrl("duckdb:///?threads=4")).toEqual({ driver: "duckdb", query: { threads: "4" } });
    expect(parseDuckDbUrl("duckdb://")).toEqual({ driver: "duckdb", query: {} });
  });

  it("is a path in all other forms: a percent sign, a question mark and a drive letter belong to it", () => {
    for (const path of ["a%20b.db", "x.db?threads=4", "C:\\x.db", "file:x.db", "md:db"])
      expect(parseDuckDbUrl(path)).toEqual({ driver: "duckdb", database: path });
  });

  it.each(["", " ", "duckdb://x.db", "duckdb://host/x.db", "s3://bucket/x.db", "postgresql://u:hunter2@h/db"])("is not %j", (text) => {
    expect(() => parseDuckDbUrl(text)).toThrow(ConfigError);
    expect(() => parseDuckDbUrl(text)).not.toThrow("hunter2");
  });
});
