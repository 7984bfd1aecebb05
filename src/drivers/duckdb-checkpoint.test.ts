import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterEach, beforeEach, expect, test } from "vitest";
import { duckDbApi } from "./duckdb-api.ts";
import { checkpoint } from "./duckdb-checkpoint.ts";

let folder: string;
let instance: DuckDBInstance;
let connection: DuckDBConnection;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "leat-checkpoint-"));
  instance = await (await duckDbApi()).DuckDBInstance.create(join(folder, "a.duckdb"));
  connection = await instance.connect();
  await connection.run("CREATE TABLE t AS SELECT range AS id FROM range(300_000)");
});

afterEach(() => {
  connection.closeSync();
  instance.closeSync();
  rmSync(folder, { recursive: true });
});

test.each([1, 2, 4])("the log goes into the file, with %i threads", async (threads) => {
  await connection.run(`SET threads = ${threads}`);
  await checkpoint(connection);
  expect(logBytes()).toBe(0);
});

test("no thread of the database is there to do it", async () => {
  await connection.run("SET threads = 2; SET external_threads = 2");
  await checkpoint(connection);
  expect(logBytes()).toBe(0);
});

test("says why it is refused", async () => {
  await connection.run("BEGIN; INSERT INTO t VALUES (1)");
  await expect(checkpoint(connection)).rejects.toThrow(/Cannot CHECKPOINT/);
});

function logBytes(): number {
  const log = join(folder, "a.duckdb.wal");
  return existsSync(log) ? statSync(log).size : 0;
}
