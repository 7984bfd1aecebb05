import { existsSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Decimal } from "decimal.js";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { tempDir } from "../../test/temp-dir.ts";
import { PlainDate } from "../core/plain-date.ts";
import { PlainDateTime } from "../core/plain-date-time.ts";
import { PlainTime } from "../core/plain-time.ts";
import { Timestamp } from "../core/timestamp.ts";
import { connectSqlite, type SqliteConnection, type SqliteLocation } from "./sqlite.ts";
import { firstThatWorks } from "./sqlite-package.ts";

let folder: string;

beforeEach(() => {
  folder = tempDir();
});

describe("values", () => {
  test.each<[type: string, value: unknown]>([
    ["BIGINT", 42],
    ["BIGINT", 9007199254740991],
    ["BIGINT", 9007199254740993n],
    ["BIGINT", -9223372036854775808n],
    ["DOUBLE", 0.1],
    ["DOUBLE", 5e-324],
    ["DOUBLE", 1e300],
    ["DOUBLE", Number.POSITIVE_INFINITY],
    ["BOOLEAN", true],
    ["BOOLEAN", false],
    ["TEXT", "a\u{1F600}é"],
    ["TEXT", "123"],
    ["VARCHAR(64)", "1795345603.0095441"],
    ["BLOB", new Uint8Array([0, 255])],
    ["BLOB", new Uint8Array()],
    ["DATETIME", Timestamp.from("2024-01-02T03:04:05.678901Z")],
    ["DATETIME", Timestamp.from("0001-01-01T00:00:00Z")],
    ["TIMESTAMP", PlainDateTime.from("2024-01-02T03:04:05.000006")],
    ["DATE", PlainDate.from("2024-01-02")],
    ["TIME", PlainTime.from("03:04:05.000006")],
    ["NUMERIC(38, 9)", new Decimal("1.1")],
    ["NUMERIC(38, 9)", new Decimal("-0.000000001")],
    ["NUMERIC(38, 9)", new Decimal("9007199254740993")],
    ["NUMERIC(38, 9)", new Decimal("12345678901234567890.123456789")],
    ["NUMERIC(38, 0)", new Decimal("115792089237316195423570985008687907853269984665640564039457584007913129639935")],
    ["JSON", '{"a":[1]}'],
    ["TEXT", null],
  ])("of a column %s: %s comes back as it was", async (type, value) => {
    const connection = await connect({ created: `CREATE TABLE data.t (v ${type})` });
    await connection.execute("INSERT INTO t VALUES (?)", [value]);
    expect(await connection.query("SELECT v FROM t")).toEqual([{ v: value }]);
    expect(await connection.query("SELECT v FROM t WHERE v IS $1", [value])).toEqual([{ v: value }]);
  });

  test("that have a date and a time without zone are stored as they are said", async () => {
    const connection = await connect({ created: "CREATE TABLE data.t (v DATETIME)" });
    await connection.execute("INSERT INTO t VALUES (?)", [PlainDateTime.from("2024-01-02T03:04:05")]);
    expect(await connection.query("SELECT v || '' AS text FROM t")).toEqual([{ text: "2024-01-02 03:04:05.000000" }]);
  });

  test("decimals that SQLite's numbers hold are numbers, others their digits", async () => {
    const connection = await connect({ created: "CREATE TABLE data.t (v NUMERIC(38, 9))" });
    for (const text of ["5", "5.50", "12345678901234.5", "99999999999999999999.5"])
      await connection.execute("INSERT INTO t VALUES (?)", [new Decimal(text)]);
    expect(await connection.query("SELECT typeof(v) AS type, CAST(v AS TEXT) AS text FROM t")).toEqual([
      { type: "integer", text: "5" },
      { type: "real", text: "5.5" },
      { type: "real", text: "12345678901234.5" },
      { type: "blob", text: "99999999999999999999.5" },
    ]);
  });

  test("that are computed have no type, and come as what they are stored as", async () => {
    const connection = await connect({ created: "CREATE TABLE data.t (at DATETIME, paid BOOLEAN)" });
    await connection.execute("INSERT INTO t VALUES ($2, $1)", [true, Timestamp.from("2024-01-02T00:00:00Z")]);
    expect(await connection.query("SELECT count(*) AS n, max(at) AS at, max(paid) AS paid FROM t")).toEqual([
      { n: 1, at: "2024-01-02 00:00:00.000000", paid: 1 },
    ]);
  });

  test("can all be bigint where they are integers", async () => {
    const connection = await connect({ created: "CREATE TABLE data.t (id BIGINT)" });
    await connection.execute("INSERT INTO t VALUES (1)");
    expect(await connection.query("SELECT id, id + 1 AS next FROM t", [], { integers: "bigint" })).toEqual([{ id: 1n, next: 2n }]);
  });

  test("may be in a column called __proto__", async () => {
    const [row] = await (await connect()).query<object>('SELECT 1 AS "__proto__", 2 AS a');
    expect(Object.entries(row!)).toEqual([
      ["a", 2],
      ["__proto__", 1],
    ]);
  });

  test("with the same name get a number", async () => {
    const connection = await connect();
    expect(await connection.query("SELECT 1 AS id, 2 AS id")).toEqual([{ id: 1, "id:1": 2 }]);
  });
});

describe("a statement", () => {
  test.each([
    ["SELECT 1; SELECT 2", [], /one statement at a time/],
    ["SELECT ?, ?", [1], /2 places for values, and 1 was given/],
    ["SELECT $1, ?", [1, 2], /Number all of them, or none/],
    ["SELECT :name", ["x"], /`:name` has a name/],
    ["SELEC 1", [], /syntax error/],
  ])("%s is refused with words", async (sql, parameters, message) => {
    const connection = await connect();
    await expect(connection.query(sql, parameters)).rejects.toMatchObject({ kind: "statement", message: expect.stringMatching(message) });
  });

  test("has its limit of values told", async () => {
    const connection = await connect();
    const ids = Array.from({ length: 40_000 }, (_, id) => id);
    await expect(connection.query(`SELECT 1 WHERE 1 IN (${ids.map(() => "?").join(", ")})`, ids)).rejects.toMatchObject({
      kind: "statement",
      message: expect.stringContaining("32,766"),
    });
  });

  test("on a connection that was closed says so", async () => {
    const connection = await connect({ created: "CREATE TABLE data.t (a)" });
    await connection.close();
    await expect(connection.query("SELECT 1")).rejects.toMatchObject({
      kind: "connection",
      message: expect.stringContaining("was closed"),
    });
  });

  test.each([
    ["SELECT '?;$1' AS v -- ? ; :x", [], "?;$1"],
    ['SELECT "a" AS v FROM (SELECT 1 AS "a") /* ; $9 */;', [], 1],
    ["SELECT ?2 AS v", [1, 2], 2],
    ["SELECT $2 || $1 AS v", ["a", "b"], "ba"],
  ])("%s is understood", async (sql, parameters, v) => {
    const connection = await connect();
    expect(await connection.query(sql, parameters)).toEqual([{ v }]);
  });

  test.each(["nope", "data.nope", "elsewhere.t"])("names the table %s that does not exist", async (table) => {
    const connection = await connect();
    await expect(connection.query(`SELECT * FROM ${table}`)).rejects.toMatchObject({ kind: "undefined-relation", subject: table });
  });

  test.each(["CREATE TABLE made (a)", 'create table if not exists "made" (a)', "/* new */ CREATE VIEW made AS SELECT 1 AS a"])(
    "%s makes it in the dataset, not in the memory of the connection",
    async (sql) => {
      const connection = await connect({ created: "CREATE TABLE data.t (a)" });
      expect(await connection.use("data")).toBe(true);
      await connection.execute(sql);
      await connection.close();
      expect((await (await connect()).columnsOf("data", ["MADE"])).get("MADE")).toEqual(["a"]);
    },
  );
});

describe("batches", () => {
  const numbers = "WITH RECURSIVE n(v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n WHERE v < 1000) SELECT v FROM n";

  test.each([1, 300, 1000, 5000])("of %i rows give all of them", async (size) => {
    const connection = await connect();
    const seen: number[] = [];
    for await (const rows of connection.batches<{ v: number }>(numbers, [], size)) {
      expect(rows.length).toBeLessThanOrEqual(size);
      seen.push(...rows.map((row) => row.v));
    }
    expect(seen).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1));
  });

  test("that are not read to their end leave nothing locked", async () => {
    const connection = await connect({ created: `CREATE TABLE data.t AS ${numbers}` });
    for await (const _ of connection.batches("SELECT v FROM t", [], 10)) break;
    await connection.script(["DROP TABLE data.t"]);
    expect(await connection.tableNames("data")).toEqual([]);
  });

  test("tell their columns, also of no rows", async () => {
    const connection = await connect({ created: "CREATE TABLE data.t (id BIGINT, price NUMERIC(10, 2), at DATETIME)" });
    const told: unknown[] = [];
    for await (const _ of connection.batches("SELECT *, 1.5 AS x FROM t", [], 10, { onColumns: (columns) => told.push(...columns) }));
    expect(told).toEqual([
      { name: "id", type: { kind: "integer", bits: 64, isSigned: true } },
      { name: "price", type: { kind: "decimal", precision: 10, scale: 2 } },
      { name: "at", type: { kind: "timestamp", digits: 6, hasZone: true } },
      { name: "x", type: { kind: "text" } },
    ]);
  });
});

describe("datasets", () => {
  test("are files beside the path, made by the first transaction", async () => {
    const connection = await connect();
    expect([await connection.schemaExists("data"), await connection.use("data"), readdirSync(folder)]).toEqual([false, false, []]);
    await connection.begin();
    await connection.script(["CREATE TABLE data.t (a)", "COMMIT"]);
    expect([await connection.schemaExists("data"), await connection.use("data")]).toEqual([true, true]);
    await connection.close();
    expect(readdirSync(folder)).toEqual(["shop__data.db"]);
  });

  test("that another connection made are there from then on", async () => {
    const early = await connect();
    await connect({ created: "CREATE TABLE data.t (a)" });
    expect(await early.tableNames("data")).toEqual(["t"]);
  });

  test("of the same path can be asked together", async () => {
    await connect({ created: "CREATE TABLE data.t AS SELECT 1 AS a" });
    await connect({ datasets: ["other"], created: "CREATE TABLE other.u AS SELECT 2 AS b" });
    const connection = await connect();
    expect(await connection.query("SELECT a, b FROM t, other.u")).toEqual([{ a: 1, b: 2 }]);
    await expect(connection.query("SELECT * FROM gone.t")).rejects.toMatchObject({ kind: "undefined-relation" });
  });

  test("called `main` are the file itself, as with dlt", async () => {
    const connection = await connect({ datasets: ["main"] });
    await connection.begin();
    await connection.script(["CREATE TABLE main.t (a)", "COMMIT"]);
    await connection.close();
    expect(readdirSync(folder).filter((name) => name.endsWith(".db"))).toEqual(["shop.db"]);
  });

  test("called `temp` are refused", async () => {
    await expect(connect({ datasets: ["temp"] })).rejects.toMatchObject({ kind: "connection", message: expect.stringContaining("`temp`") });
  });
});

describe("locks", () => {
  test("of others are waited for, and this process goes on meanwhile", async () => {
    const [one, other] = [await connect({ created: "CREATE TABLE data.t (a)" }), await connect()];
    await one.begin();
    const waiting = other.begin();
    await one.script(["INSERT INTO data.t VALUES (1)", "COMMIT"]);
    await waiting;
    expect(await other.query("SELECT a FROM t")).toEqual([{ a: 1 }]);
    await other.script(["ROLLBACK"]);
  });

  test("that do not go are told after the time-out, as something to try again", async () => {
    const [one, other] = [await connect({ created: "CREATE TABLE data.t (a)" }), await connect({ busyTimeoutMs: 30 })];
    await one.begin();
    await expect(other.begin()).rejects.toMatchObject({
      kind: "connection",
      retryable: true,
      message: expect.stringContaining("is locked"),
    });
    expect(await other.query("SELECT count(*) AS n FROM t")).toEqual([{ n: 0 }]);
  });
});

describe("a file", () => {
  test("that is no database is told", async () => {
    writeFileSync(join(folder, "shop__data.db"), "not a database at all ".repeat(100));
    await expect(connect()).rejects.toMatchObject({
      kind: "connection",
      retryable: false,
      message: expect.stringContaining("is not a SQLite database"),
    });
  });

  test("that is damaged is told", async () => {
    const connection = await connect({ created: "CREATE TABLE data.t (a)" });
    await connection.execute(
      "INSERT INTO t SELECT hex(randomblob(500)) FROM (WITH RECURSIVE n(v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n WHERE v < 100) SELECT v FROM n)",
    );
    await connection.close();
    truncateSync(join(folder, "shop__data.db"), 3 * 4096);
    await expect(connect()).rejects.toMatchObject({ kind: "connection", message: expect.stringContaining("is damaged") });
  });

  test("that is a folder is told", async () => {
    mkdirSync(join(folder, "shop__data.db"));
    await expect(connect()).rejects.toMatchObject({ message: expect.stringContaining("is a folder. Name a file.") });
  });

  test("in a folder that does not exist is told at once", async () => {
    await expect(connect({ path: join(folder, "gone", "shop.db") })).rejects.toMatchObject({
      message: expect.stringContaining("gone` does not exist. Create it"),
    });
  });

  test("that must exist is not made", async () => {
    await expect(connect({ mustExist: true })).rejects.toMatchObject({ message: expect.stringContaining("There is no database file") });
    await connect({ created: "CREATE TABLE data.t (a)" });
    const other = await connect({ mustExist: true, datasets: ["other"] });
    expect(await other.schemaExists("other")).toBe(false);
    expect(existsSync(join(folder, "shop__other.db"))).toBe(false);
  });
});

describe("the package", () => {
  const missing = (name: string) => {
    throw new Error(`Cannot find module '${name}'`);
  };

  test("is named when it is not installed, and what does as well", () => {
    expect(failureOf(() => firstThatWorks(missing))).toMatchObject({
      kind: "missing-driver",
      subject: "better-sqlite3",
      alternative: "libsql",
    });
  });

  test("without a binary is told apart from a missing one", () => {
    const broken = (name: string) =>
      name === "better-sqlite3"
        ? class {
            constructor() {
              throw new Error("Could not locate the bindings file.");
            }
          }
        : missing(name);
    expect(failureOf(() => firstThatWorks(broken))).toMatchObject({
      kind: "connection",
      message: expect.stringContaining("npm rebuild better-sqlite3"),
    });
  });
});

async function connect({ created, ...location }: Partial<SqliteLocation> & { readonly created?: string } = {}): Promise<SqliteConnection> {
  const connection = await connectSqlite({ path: join(folder, "shop.db"), datasets: ["data"], busyTimeoutMs: 5000, ...location });
  onTestFinished(() => connection.close());
  if (created !== undefined) {
    await connection.begin();
    await connection.script([created, "COMMIT"]);
  }
  return connection;
}

function failureOf(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}
