import { randomBytes } from "node:crypto";
import { afterAll } from "vitest";
import { parsePostgresUrl } from "../../src/config/connection-string.ts";
import { connectPostgres } from "../../src/drivers/postgres.ts";

/** What interop runs on: the kinds of databases that both tools load into. */
export const databaseKinds = ["duckdb", "postgres"] as const;
export type DatabaseKind = (typeof databaseKinds)[number];

/** Creates databases on the server that LEAT_TEST_POSTGRES names, for the tests of a file; they are gone after them. */
export function postgresDatabases(): () => Promise<string> {
  const created: string[] = [];
  afterAll(() => onServer(created.map((name) => `DROP DATABASE ${name} WITH (FORCE)`)));
  return async () => {
    const name = `leat_interop_${process.pid}_${randomBytes(5).toString("hex")}`;
    await onServer([`CREATE DATABASE ${name}`]);
    created.push(name);
    return Object.assign(new URL(serverUrl()), { pathname: `/${name}` }).href;
  };
}

async function onServer(statements: readonly string[]): Promise<void> {
  if (statements.length === 0) return;
  const { host = "localhost", port = 5432, database = "postgres", username, password } = parsePostgresUrl(serverUrl());
  const connection = await connectPostgres({ host, port, database, username, password, connectTimeoutMs: 15_000 });
  try {
    for (const statement of statements) await connection.script([statement]);
  } finally {
    await connection.close();
  }
}

function serverUrl(): string {
  const url = process.env["LEAT_TEST_POSTGRES"];
  if (url === undefined) throw new Error("LEAT_TEST_POSTGRES names no server. Run `npm run test:all`, which starts one.");
  return url;
}
