import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { connectPostgres } from "../../../src/drivers/postgres.ts";
import { tempDir } from "../../temp-dir.ts";
import { connected, connectTo, newLocation, serverLocation } from "./connection.ts";

describe("batches", () => {
  test("give all rows, so many at a time", async () => {
    const connection = await connected();
    const sizes: number[] = [];
    let sum = 0;
    for await (const rows of connection.batches<{ n: number }>("SELECT n FROM generate_series(1, $1) AS n", [2500], 1000)) {
      sizes.push(rows.length);
      for (const { n } of rows) sum += n;
    }
    expect({ sizes, sum }).toEqual({ sizes: [1000, 1000, 500], sum: (2500 * 2501) / 2 });
  });

  test("may be left early, and the connection works on", async () => {
    const connection = await connected();
    for await (const rows of connection.batches("SELECT * FROM generate_series(1, 100000)", [], 10)) {
      expect(rows).toHaveLength(10);
      break;
    }
    expect(await connection.query("SELECT 1 AS a")).toEqual([{ a: 1 }]);
  });

  test("refuse another call on their connection with words, instead of waiting for themselves", async () => {
    const connection = await connected();
    for await (const _ of connection.batches("SELECT 1 AS a", [], 10)) {
      await expect(connection.query("SELECT 2")).rejects.toMatchObject({
        kind: "statement",
        message: expect.stringContaining("in batches"),
      });
    }
    expect(await connection.query("SELECT 1 AS a")).toEqual([{ a: 1 }]);
  });

  test("fail as queries do, and the connection works on", async () => {
    const connection = await connected();
    const reading = async (sql: string) => {
      for await (const _ of connection.batches(sql, [], 2));
    };
    await expect(reading("SELECT * FROM gone")).rejects.toMatchObject({ kind: "undefined-relation", subject: "gone" });
    await expect(reading("SELECT 1 / (3 - n) FROM generate_series(1, 5) AS n")).rejects.toMatchObject({ message: "division by zero." });
    expect(await connection.query("SELECT 1 AS a")).toEqual([{ a: 1 }]);
  });
});

test("batches of a session that the server ended fail, and do not wait for ever", async () => {
  const location = await newLocation();
  const connection = await connectTo(location);
  const reading = async () => {
    for await (const _ of connection.batches("SELECT n FROM generate_series(1, 1000) AS n", [], 10)) await endSessions(location);
  };
  await expect(reading()).rejects.toMatchObject({ kind: "connection", retryable: true });
  await expect(connection.query("SELECT 1")).rejects.toMatchObject({ kind: "connection", retryable: true });
});

test("calls that are made at once take turns", async () => {
  const connection = await connected();
  const rows = await Promise.all([1, 2, 3].map((n) => connection.query<{ n: number }>("SELECT $1::int AS n, pg_sleep(0.01)", [n])));
  expect(rows.flat().map(({ n }) => n)).toEqual([1, 2, 3]);
});

describe("copy", () => {
  const file = (content: string | Uint8Array, name = "t.csv") => {
    const path = join(tempDir(), name);
    writeFileSync(path, content);
    return path;
  };
  const into = "COPY t (id, name) FROM STDIN WITH (FORMAT csv, HEADER, NULL '')";
  const table = async () => {
    const connection = await connected();
    await connection.script(["CREATE TABLE t (id int, name varchar)"]);
    return connection;
  };

  test("loads a file, also one with more than fits into memory buffers", async () => {
    const connection = await table();
    const lines = Array.from({ length: 50_000 }, (_, id) => `${id},"row ${id}, é"`);
    await connection.copy(into, file(`id,name\n${lines.join("\n")}\n`));
    expect(await connection.query("SELECT count(*) AS n, count(DISTINCT name) AS names, sum(id) AS sum FROM t")).toEqual([
      { n: 50_000, names: 50_000, sum: (49_999 * 50_000) / 2 },
    ]);
  });

  test("loads a gzipped file", async () => {
    const connection = await table();
    await connection.copy(into, file(gzipSync('id,name\n1,""\n2,\n'), "t.csv.gz"));
    expect(await connection.query("SELECT * FROM t ORDER BY id")).toEqual([
      { id: 1, name: "" },
      { id: 2, name: null },
    ]);
  });

  test("says line, column and value of a row that Postgres refuses, and the connection works on", async () => {
    const connection = await table();
    const lines = Array.from({ length: 100_000 }, (_, id) => (id === 20_000 ? "x,y" : `${id},row`));
    await expect(connection.copy(into, file(`id,name\n${lines.join("\n")}\n`))).rejects.toMatchObject({
      kind: "statement",
      message: 'invalid input syntax for type integer: "x". COPY t, line 20002, column id: "x".',
    });
    expect(await connection.query("SELECT count(*) AS n FROM t")).toEqual([{ n: 0 }]);
  });

  test("into a table that is not there fails, and the connection works on", async () => {
    const connection = await connected();
    await expect(connection.copy(into, file("id,name\n1,a\n"))).rejects.toMatchObject({ kind: "undefined-relation", subject: "t" });
    expect(await connection.query("SELECT 1 AS a")).toEqual([{ a: 1 }]);
  });

  test("of a file that is gone fails with the error of the file, stores nothing, and the connection works on", async () => {
    const connection = await table();
    await expect(connection.copy(into, "/gone/t.csv")).rejects.toMatchObject({ code: "ENOENT" });
    await expect(connection.copy(into, file("no gzip", "t.csv.gz"))).rejects.toMatchObject({ code: "Z_DATA_ERROR" });
    expect(await connection.query("SELECT count(*) AS n FROM t")).toEqual([{ n: 0 }]);
  });

  test("ends when the server ends it", async () => {
    const location = await newLocation();
    const connection = await connectTo(location);
    await connection.script(["CREATE TABLE t (id int, name varchar CHECK (pg_sleep(0.001) IS NOT NULL))"]);
    const lines = Array.from({ length: 20_000 }, (_, id) => `${id},row`);
    const copying = connection.copy(into, file(`id,name\n${lines.join("\n")}\n`));
    copying.catch(() => {});
    await endSessions(location);
    await expect(copying).rejects.toMatchObject({ kind: "connection", retryable: true });
  });
});

describe("a failure", () => {
  test.each([
    ["SELECT * FROM gone", { kind: "undefined-relation", subject: "gone" }],
    ["SELECT * FROM gone.t", { kind: "undefined-relation", subject: "gone.t" }],
    ["CREATE TABLE gone.t (a int)", { kind: "undefined-relation", subject: "gone" }],
    ["SELEC 1", { kind: "statement", message: 'syntax error at or near "SELEC".' }],
    ["SELECT 1 FROM (SELECT 1) AS a WHERE b.c = 1", { kind: "statement" }],
    ["DO $$ BEGIN RAISE EXCEPTION 'no' USING detail = 'why', hint = 'Try.'; END $$", { kind: "statement", message: "no. why. Try." }],
    ["DO $$ BEGIN RAISE EXCEPTION 'x' USING errcode = '40001'; END $$", { kind: "connection", retryable: true }],
    ["DO $$ BEGIN RAISE EXCEPTION 'x' USING errcode = '40P01'; END $$", { kind: "connection", retryable: true }],
    [
      "DO $$ BEGIN RAISE EXCEPTION 'x' USING errcode = '53100'; END $$",
      { kind: "connection", message: expect.stringContaining("is full") },
    ],
    ["DO $$ BEGIN RAISE EXCEPTION 'x' USING errcode = '42501'; END $$", { kind: "connection", retryable: false }],
    ["BEGIN READ ONLY; CREATE TABLE t (a int)", { kind: "connection", message: expect.stringContaining("primary") }],
  ])("of %s has its kind and Postgres' words", async (sql, expected) => {
    const connection = await connectTo(serverLocation());
    await expect(connection.query(sql)).rejects.toMatchObject({ name: "DriverFailure", retryable: false, ...expected });
  });

  test("of a time-out says which, and is retryable", async () => {
    const location = { ...(await newLocation()), statementTimeoutMs: 50, lockTimeoutMs: 20 };
    const connection = await connectTo(location);
    await expect(connection.query("SELECT pg_sleep(5)")).rejects.toMatchObject({
      kind: "connection",
      retryable: true,
      message: expect.stringContaining("Raise statementTimeout"),
    });
    const other = await connectTo(location);
    await other.script(["BEGIN", "SELECT pg_advisory_xact_lock(7)"]);
    await expect(connection.query("SELECT pg_advisory_xact_lock(7)")).rejects.toMatchObject({
      kind: "connection",
      retryable: true,
      message: expect.stringContaining("raise lockTimeout"),
    });
  });

  test("of a session that the server ended is retryable, while it worked and while it was idle", async () => {
    const location = await newLocation();
    const connection = await connectTo(location);
    const sleeping = connection.query("SELECT pg_sleep(10)");
    sleeping.catch(() => {});
    const idle = await connectTo(location);
    await idle.query("SELECT 1");
    await endSessions(location);
    const expected = { kind: "connection", retryable: true, message: expect.stringContaining("is lost") };
    await expect(sleeping).rejects.toMatchObject(expected);
    // Nobody was waiting for it: the process lives, the next call says it.
    await new Promise((resolve) => setTimeout(resolve, 50));
    await expect(idle.query("SELECT 1")).rejects.toMatchObject(expected);
    await expect(idle.script(["ROLLBACK"])).rejects.toMatchObject(expected);
    await idle.close();
  });

  test("of a database that does not exist says what to do", async () => {
    await expect(connectPostgres({ ...serverLocation(), database: "nowhere" })).rejects.toMatchObject({
      kind: "connection",
      retryable: false,
      message: expect.stringMatching(/^There is no database `nowhere` at `.*:\d+\/nowhere`\. Create it/),
    });
  });
});

test("a session is named leat, and speaks UTC whatever the server's settings are", async () => {
  const location = await newLocation();
  const first = await connectTo(location);
  await first.script([
    `ALTER DATABASE ${location.database} SET timezone = 'Asia/Kolkata'`,
    `ALTER DATABASE ${location.database} SET datestyle = 'German'`,
    `ALTER DATABASE ${location.database} SET bytea_output = 'escape'`,
    `ALTER DATABASE ${location.database} SET default_transaction_isolation = 'serializable'`,
  ]);
  const second = await connectTo(location);
  const sql =
    "SELECT timestamptz '2024-01-02 03:04:05+00'::text AS at, '\\x00'::bytea::text AS bytes, current_setting('transaction_isolation') AS isolation, " +
    "(SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()) AS name";
  expect(await second.query(sql)).toEqual([{ at: "2024-01-02 03:04:05+00", bytes: "\\x00", isolation: "read committed", name: "leat" }]);
});

/** As an administrator, or a server that shuts down, ends them. */
async function endSessions(location: { readonly database: string }): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 200));
  const administrator = await connectTo(serverLocation());
  await administrator.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [location.database]);
}
