import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { parsePostgresUrl } from "../src/config/connection-string.ts";
import type { DestinationContract, OpenContext } from "../src/destination-kit/contract.ts";
import { duckdb } from "../src/destinations/duckdb/index.ts";
import { postgres } from "../src/destinations/postgres/index.ts";
import { DuckDbDatabases } from "../src/drivers/duckdb.ts";
import { connectPostgres, type PostgresConnection } from "../src/drivers/postgres.ts";
import type { Destination } from "../src/index.ts";
import { newSqlite } from "./sqlite-database.ts";
import { tempDir } from "./temp-dir.ts";

/** A database of its own for one test, gone after it. */
export interface TestDatabase {
  readonly kind: "duckdb" | "postgres" | "sqlite";
  /** Path of the DuckDB or SQLite file, or `postgres://` URL. */
  readonly url: string;
  /** A new object for the same database. */
  destination(): Destination;
  /** On a connection of its own; tables are named with their dataset. */
  query<Row = Record<string, unknown>>(sql: string): Promise<Row[]>;
}

export interface TestDestination {
  readonly name: "duckdb" | "postgres" | "sqlite";
  /** An empty database. To be called within a test. */
  create(): Promise<TestDatabase>;
}

const servers: readonly TestDestination[] = [{ name: "postgres", create: createPostgres }];

/** For tests that need a single one. */
export const onDuckDb: TestDestination = { name: "duckdb", create: createDuckDb };

const embedded: readonly TestDestination[] = [onDuckDb, { name: "sqlite", create: async () => newSqlite() }];

/** The destinations that tests run on: the embedded ones; in `npm run test:all` also those with a server. */
export const testDestinations: readonly TestDestination[] = [
  ...(process.env["LEAT_TEST_ADDED"] === "1" ? [] : embedded),
  ...(process.env["LEAT_TEST_ALL"] === "1" ? servers : []),
];

/** Those whose columns have types that all values keep, and that speak the dialect of Postgres, more or less. */
export const typedDestinations: readonly TestDestination[] = testDestinations.filter(({ name }) => name !== "sqlite");

async function createDuckDb(): Promise<TestDatabase> {
  const path = join(tempDir(), "data.duckdb");
  return {
    kind: "duckdb",
    url: path,
    destination: () => duckdb(path),
    async query<Row>(sql: string) {
      const connection = await new DuckDbDatabases().connect({ path });
      try {
        return await connection.query<Row>(sql);
      } finally {
        await connection.close();
      }
    },
  };
}

/** A new database on the server that LEAT_TEST_POSTGRES names. A server that is missing is a failure. */
export async function createPostgres(): Promise<TestDatabase> {
  const { isReady, ...database } = newPostgres();
  await isReady;
  return database;
}

/** The same at once, for code that cannot wait: what the database is asked waits until it is there. */
export function newPostgres(): TestDatabase & { readonly isReady: Promise<void> } {
  const server = process.env["LEAT_TEST_POSTGRES"];
  if (server === undefined || server === "")
    throw new Error("LEAT_TEST_POSTGRES names no server. Run `npm run test:all`, which starts one.");
  const name = `leat_test_${process.pid}_${randomBytes(5).toString("hex")}`;
  const isReady = onPostgres(server, (connection) => connection.script([`CREATE DATABASE ${name}`]));
  onTestFinished(async () => {
    await isReady;
    await onPostgres(server, (connection) => connection.script([`DROP DATABASE ${name} WITH (FORCE)`]));
  });
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
  return {
    kind: "postgres",
    url,
    isReady,
    destination: () => opensAfter(isReady, postgres(url) as DestinationContract),
    async query<Row>(sql: string) {
      await isReady;
      return onPostgres(url, (connection) => connection.query<Row>(sql));
    },
  };
}

function opensAfter(isReady: Promise<void>, destination: DestinationContract): Destination {
  return {
    ...destination,
    async open(context: OpenContext) {
      await isReady;
      return destination.open(context);
    },
  } as Destination;
}

async function onPostgres<T>(url: string, work: (connection: PostgresConnection) => Promise<T>): Promise<T> {
  const { host = "localhost", port = 5432, database = "postgres", username, password } = parsePostgresUrl(url);
  const connection = await connectPostgres({ host, port, database, username, password, connectTimeoutMs: 15_000 });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}
