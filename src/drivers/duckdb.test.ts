import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Decimal } from "decimal.js";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { tempDir } from "../../test/temp-dir.ts";
import { PlainDate } from "../core/plain-date.ts";
import { PlainDateTime } from "../core/plain-date-time.ts";
import { PlainTime } from "../core/plain-time.ts";
import { Timestamp } from "../core/timestamp.ts";
import { type DuckDbConnection, DuckDbDatabases, type DuckDbLocation } from "./duckdb.ts";

let folder: string;

beforeEach(() => {
  folder = tempDir();
});

describe("values", () => {
  test.each<[string, unknown]>([
    ["42", 42],
    ["9007199254740991", 9007199254740991],
    ["9007199254740993", 9007199254740993n],
    ["-170141183460469231731687303715884105727::HUGEINT", -170141183460469231731687303715884105727n],
    ["18446744073709551615::UBIGINT", 18446744073709551615n],
    ["0.1::DOUBLE", 0.1],
    ["true", true],
    ["NULL", null],
    ["'a\u{1F600}é'", "a\u{1F600}é"],
    ["'\uFEFFa'", "\uFEFFa"],
    ["['\uFEFFa']", ["\uFEFFa"]],
    [`'{"a":[1]}'::JSON`, '{"a":[1]}'],
    ["1.10::DECIMAL(10,2)", new Decimal("1.10")],
    ["12345678901234567890123456789.123456789::DECIMAL(38,9)", new Decimal("12345678901234567890123456789.123456789")],
    ["TIMESTAMPTZ '2024-01-02 03:04:05.123456+02'", Timestamp.from("2024-01-02T01:04:05.123456Z")],
    ["TIMESTAMPTZ '0001-01-01 00:00:00+00'", Timestamp.from("0001-01-01T00:00:00Z")],
    ["TIMESTAMP '2024-01-02 03:04:05.123456'", PlainDateTime.from("2024-01-02T03:04:05.123456")],
    ["'2024-01-02 03:04:05'::TIMESTAMP_S", PlainDateTime.from("2024-01-02T03:04:05")],
    ["'2024-01-02 03:04:05.125'::TIMESTAMP_MS", PlainDateTime.from("2024-01-02T03:04:05.125")],
    ["'2024-01-02 03:04:05.123456'::TIMESTAMP_NS", PlainDateTime.from("2024-01-02T03:04:05.123456")],
    ["'2024-01-02 03:04:05.123456789'::TIMESTAMP_NS", "2024-01-02 03:04:05.123456789"],
    ["DATE '1906-12-09'", PlainDate.from("1906-12-09")],
    ["DATE '12024-01-02'", "12024-01-02"],
    ["'infinity'::TIMESTAMP", "infinity"],
    ["TIME '03:04:05.123456'", PlainTime.from("03:04:05.123456")],
    ["'\\x00\\xFF'::BLOB", new Uint8Array([0, 255])],
    ["'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'::UUID", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"],
    ["[1, NULL, 9007199254740993]", [1, null, 9007199254740993n]],
    ["{'a': DATE '2024-01-02', 'b': [1]}", { a: PlainDate.from("2024-01-02"), b: [1] }],
    ["MAP {'a': 1}", new Map([["a", 1]])],
    ["INTERVAL 1 DAY", "1 day"],
  ])("%s is read exactly", async (sql, expected) => {
    const [row] = await (await connect()).query<{ v: unknown }>(`SELECT ${sql} AS v`);
    expect(row?.v).toStrictEqual(expected);
    expect(inspect(row?.v)).toBe(inspect(expected));
  });

  test.each<[unknown, string]>([
    [1, "BIGINT"],
    [2 ** 40, "BIGINT"],
    [1e300, "DOUBLE"],
    [-0.5, "DOUBLE"],
    [9007199254740993n, "BIGINT"],
    [2n ** 100n, "HUGEINT"],
    ["it's", "VARCHAR"],
    [false, "BOOLEAN"],
    [null, "VARCHAR"],
    [new Decimal("-1.10"), "DECIMAL(10,2)"],
    [new Decimal("0.001"), "DECIMAL(10,3)"],
    [new Decimal("12345678901234567890123456789.123456789"), "DECIMAL(38,9)"],
    [new Uint8Array([0, 255]), "BLOB"],
    [Timestamp.from("2024-01-02T03:04:05.123456Z"), "TIMESTAMPTZ"],
    [PlainDateTime.from("2024-01-02T03:04:05.123456"), "TIMESTAMP"],
    [PlainDate.from("2024-01-02"), "DATE"],
    [PlainTime.from("03:04:05.5"), "TIME"],
    [[1, 2], "BIGINT[]"],
  ])("%s as a parameter comes back the same from a %s column", async (value, type) => {
    const connection = await connect();
    await connection.execute(`CREATE TABLE t (v ${type})`);
    await connection.execute("INSERT INTO t VALUES ($1)", [value]);
    const [row] = await connection.query<{ v: unknown }>("SELECT v FROM t");
    expect(row?.v).toStrictEqual(value);
    expect(inspect(row?.v)).toBe(inspect(value));
  });

  test("a plain Date, an object and undefined are parameters too", async () => {
    const sql = "SELECT $1 = TIMESTAMPTZ '2024-01-02 00:00:00+00' AS a, $2::JSON->>'k' AS b, $3 IS NULL AS c";
    const [row] = await (await connect()).query(sql, [new Date("2024-01-02"), { k: "v" }, undefined]);
    expect(row).toEqual({ a: true, b: "v", c: true });
  });

  test("columns of one name are kept apart", async () => {
    const [row] = await (await connect()).query("SELECT 1 AS a, 2 AS a");
    expect(Object.values(row as object)).toEqual([1, 2]);
  });
});

describe("a file that cannot be opened", () => {
  test("with a damaged header", async () => {
    const path = await madeFile();
    overwrite(path, 4200, 8000);
    await expect(connect({ path })).rejects.toThrow(
      /^`.*x\.duckdb` is damaged \(Corrupt database file: .*\)\. Restore it from a backup, or move it away: the next run makes a new one\.$/,
    );
  });

  test("that was cut off", async () => {
    const path = await madeFile();
    writeFileSync(path, readFileSync(path).subarray(0, 20_000));
    await expect(connect({ path })).rejects.toMatchObject({
      kind: "connection",
      retryable: false,
      message: expect.stringContaining("is damaged"),
    });
  });

  test("of a newer DuckDB: the error says how to copy it, and how such files do not come again", async () => {
    const path = await madeFile();
    overwriteVersion(path, 69n);
    const error = await connect({ path }).catch((error: unknown) => error);
    expect(error).toMatchObject({ kind: "connection", retryable: false });
    expect((error as Error).message).toBe(
      `\`${path}\` has the storage version 69; the DuckDB that leat uses (v1.5.5) reads 64 to 68. A newer DuckDB made the file. ` +
        `Copy it with that one: ATTACH '${path}' AS newer; ATTACH 'copy.duckdb' AS copy (STORAGE_VERSION 'v1.5.0'); COPY FROM DATABASE newer TO copy. ` +
        "So that it does not come again: let leat make the file, or attach it with that STORAGE_VERSION there too, or install duckdb==1.5.5 there. " +
        "Or update the package @duckdb/node-api here.",
    );
  });

  test("of an old DuckDB: the error says how to move its content", async () => {
    const path = await madeFile();
    overwriteVersion(path, 39n);
    await expect(connect({ path })).rejects.toThrow(/has the storage version 39; .* An old DuckDB made the file\. .*EXPORT DATABASE/);
  });

  test("because the process has it open with other settings", async () => {
    const path = await madeFile();
    await connect({ path });
    await expect(connect({ path, settings: { access_mode: "READ_ONLY" } })).rejects.toThrow(/is open in this process with other settings/);
  });

  test("leaves no half-made file in a folder", async () => {
    await expect(connect({ path: join(folder, "x.duckdb"), settings: { nonsense: 1 } })).rejects.toMatchObject({ kind: "connection" });
    expect(readdirSync(folder)).toEqual(["x.duckdb"]);
    await expect(connect({ path: join(folder, "x.duckdb") })).resolves.toBeDefined();
  });
});

describe("connections of one process", () => {
  test("to one file see each other's rows", async () => {
    const path = await madeFile();
    const [first, second] = [await connect({ path }), await connect({ path })];
    await first.execute("CREATE TABLE shared AS SELECT 1 AS a");
    expect(await second.query("SELECT a FROM shared")).toEqual([{ a: 1 }]);
  });

  test("may come and go at the same time", async () => {
    const databases = new DuckDbDatabases();
    const path = join(folder, "shared.duckdb");
    await (await databases.connect({ path })).close();
    const comeAndGo = async () => {
      for (let time = 0; time < 100; time++) await (await databases.connect({ path })).close();
    };
    await Promise.all(Array.from({ length: 4 }, comeAndGo));
  });

  test("may make one new file at the same time", async () => {
    const path = join(folder, "new.duckdb");
    for (const connection of await Promise.all(Array.from({ length: 8 }, () => connect({ path }))))
      expect(await connection.query("SELECT 1 AS a")).toEqual([{ a: 1 }]);
    expect(readdirSync(folder).filter((name) => name.endsWith(".new"))).toEqual([]);
  });

  test("a conflict of two writers can be tried again", async () => {
    const path = await madeFile();
    const [first, second] = [await connect({ path }), await connect({ path })];
    await first.script(["BEGIN", "UPDATE t SET i = -1 WHERE i = 1"]);
    await second.script(["BEGIN"]);
    await expect(second.execute("UPDATE t SET i = -2 WHERE i = 1")).rejects.toMatchObject({ kind: "connection", retryable: true });
    await first.script(["ROLLBACK"]);
  });
});

test("integers of every size are bigint where that is asked for, and nothing else is", async () => {
  const connection = await connect();
  const sql = "SELECT 1::TINYINT AS a, 2::INTEGER AS b, 3::BIGINT AS c, 4::UHUGEINT AS d, NULL::BIGINT AS e, 5.0::DOUBLE AS f, 'x' AS g";
  const expected = [{ a: 1n, b: 2n, c: 3n, d: 4n, e: null, f: 5, g: "x" }];
  expect(await connection.query(sql, [], { integers: "bigint" })).toStrictEqual(expected);
  for await (const rows of connection.batches(sql, [], 10, { integers: "bigint" })) expect(rows).toStrictEqual(expected);
});

test.each([1, 300, 2048, 5000])("batches of %i rows have that many, but for the last", async (size) => {
  const connection = await connect();
  const seen: number[] = [];
  const lengths: number[] = [];
  for await (const rows of connection.batches<{ v: number }>("SELECT range AS v FROM range(5001)", [], size)) {
    lengths.push(rows.length);
    seen.push(...rows.map((row) => row.v));
  }
  expect(seen).toEqual(Array.from({ length: 5001 }, (_, index) => index));
  expect(lengths.slice(0, -1).every((length) => length === size)).toBe(true);
});

test("a column may be called __proto__", async () => {
  const [row] = await (await connect()).query<object>('SELECT 1 AS "__proto__", 2 AS a', [], { integers: "bigint" });
  expect(Object.entries(row!)).toEqual([
    ["a", 2n],
    ["__proto__", 1n],
  ]);
});

test("batches that are left early let go of the file, and the connection goes on", async () => {
  const path = await madeFile();
  const connection = await connect({ path });
  for await (const rows of connection.batches("SELECT * FROM range(10_000_000)", [], 1)) {
    expect(rows.length).toBeGreaterThan(0);
    break;
  }
  expect(await connection.query("SELECT 1 AS a")).toEqual([{ a: 1 }]);
  await connection.close();
  const started = performance.now();
  await connect({ path });
  // What another connection holds is waited for five seconds.
  expect(performance.now() - started).toBeLessThan(4500);
});

describe("the last commit", () => {
  const insertMany = async (connection: DuckDbConnection): Promise<void> => {
    await connection.script(["CREATE TABLE texts (value VARCHAR)", "BEGIN"]);
    await connection.execute("INSERT INTO texts SELECT md5(range::VARCHAR) FROM range(100000)");
    await connection.commitLast();
  };
  const threshold = "SELECT current_setting('checkpoint_threshold') AS value";
  const logBytes = (path: string): number => statSync(`${path}.wal`, { throwIfNoEntry: false })?.size ?? 0;

  test("puts a large change into the file without a log, and the threshold of that is as before", async () => {
    const path = join(folder, "texts.duckdb");
    const connection = await connect({ path });
    const before = await connection.query(threshold);
    await insertMany(connection);
    expect(logBytes(path)).toBe(0);
    expect(await connection.query(threshold)).toEqual(before);
    await connection.close();
    const other = await connect({ path });
    expect(await other.query("SELECT count(*) AS n FROM texts")).toEqual([{ n: 100_000 }]);
    await other.close();
  });

  test("leaves the threshold to the user who has set it", async () => {
    const path = join(folder, "texts.duckdb");
    const connection = await connect({ path, settings: { Checkpoint_Threshold: "1GB" } });
    const before = await connection.query(threshold);
    await insertMany(connection);
    expect(logBytes(path)).toBeGreaterThan(500_000);
    expect(await connection.query(threshold)).toEqual(before);
    await connection.close();
  });

  test("of a transaction that has failed says so", async () => {
    const connection = await connect();
    await connection.script(["BEGIN"]);
    await expect(connection.query("SELECT error('broken')")).rejects.toThrow(/broken/);
    await expect(connection.commitLast()).rejects.toThrow(/transaction is aborted/i);
    await connection.script(["ROLLBACK"]);
    await connection.close();
  });
});

test("columnsOf finds tables whatever the case of their names, also when there are many", async () => {
  const connection = await connect();
  const names = Array.from({ length: 30 }, (_, at) => `t${at}`);
  await connection.script(["CREATE SCHEMA Ds", ...names.map((name) => `CREATE TABLE Ds.${name} (a INT, "B c" INT)`)]);
  const few = await connection.columnsOf("ds", ["T1", "nope"]);
  expect([...few]).toEqual([["T1", ["a", "B c"]]]);
  const many = await connection.columnsOf("ds", [...names, "nope"]);
  expect(many.size).toBe(30);
  expect(many.get("t7")).toEqual(["a", "B c"]);
});

/** Type and text: the values of some classes are private, and equal to every other for `toStrictEqual`. */
function inspect(value: unknown): string {
  return `${Object.prototype.toString.call(value)} ${(value as object | null)?.constructor?.name} ${String(value)}`;
}

const databases = new DuckDbDatabases();

async function connect(location: DuckDbLocation = { path: join(folder, "default.duckdb") }): Promise<DuckDbConnection> {
  const connection = await databases.connect(location);
  onTestFinished(() => connection.close());
  return connection;
}

/** A closed database with some pages of rows. */
async function madeFile(): Promise<string> {
  const path = join(folder, "x.duckdb");
  const connection = await databases.connect({ path });
  await connection.execute("CREATE TABLE t AS SELECT range AS i, md5(range::text) AS s FROM range(50000)");
  await connection.close();
  return path;
}

function overwrite(path: string, from: number, to: number): void {
  const bytes = readFileSync(path);
  bytes.fill(7, from, to);
  writeFileSync(path, bytes);
}

/** Writes another storage version into the main header and makes its checksum right again, as that DuckDB would have. */
function overwriteVersion(path: string, version: bigint): void {
  const bytes = readFileSync(path);
  bytes.writeBigUInt64LE(version, 12);
  bytes.writeBigUInt64LE(checksum(bytes.subarray(8, 4096)), 0);
  writeFileSync(path, bytes);
}

function checksum(bytes: Buffer): bigint {
  const mask = (1n << 64n) - 1n;
  let result = 5381n;
  for (let at = 0; at < bytes.length; at += 8) result ^= (bytes.readBigUInt64LE(at) * 0xbf58476d1ce4e5b9n) & mask;
  return result;
}
