import { Decimal } from "decimal.js";
import { describe, expect, test } from "vitest";
import { PlainDate } from "../../../src/core/plain-date.ts";
import { PlainDateTime } from "../../../src/core/plain-date-time.ts";
import { PlainTime } from "../../../src/core/plain-time.ts";
import { Timestamp } from "../../../src/core/timestamp.ts";
import { connectTo, serverLocation } from "./connection.ts";

describe("a value is read exactly", () => {
  test.each<[string, unknown]>([
    ["42", 42],
    ["42::smallint", 42],
    ["9007199254740991", 9007199254740991],
    ["9007199254740993", 9007199254740993n],
    ["(-9223372036854775808)::bigint", -9223372036854775808n],
    ["0.1::double precision", 0.1],
    ["0.1::real", 0.1],
    ["5e-324::double precision", 5e-324],
    ["'NaN'::double precision", Number.NaN],
    ["'-Infinity'::double precision", -Infinity],
    ["true", true],
    ["false", false],
    ["NULL", null],
    ["'a\u{1F600}é'::text", "a\u{1F600}é"],
    [`'{"a":  [9007199254740993, 1.10]}'::json`, '{"a":  [9007199254740993, 1.10]}'],
    [`'{"a":[9007199254740993, 1.10]}'::jsonb`, '{"a": [9007199254740993, 1.10]}'],
    ["1.10::numeric(10,2)", new Decimal("1.10")],
    ["12345678901234567890123456789.123456789::numeric(38,9)", new Decimal("12345678901234567890123456789.123456789")],
    [`${"9".repeat(78)}.${"1".repeat(78)}::numeric(156,78)`, new Decimal(`${"9".repeat(78)}.${"1".repeat(78)}`)],
    ["'NaN'::numeric", new Decimal("NaN")],
    ["timestamptz '2024-01-02 03:04:05.123456+02'", Timestamp.from("2024-01-02T01:04:05.123456Z")],
    ["timestamptz '2024-01-02 03:04:05+00'", Timestamp.from("2024-01-02T03:04:05Z")],
    ["timestamptz '0001-01-01 00:00:00+00'", Timestamp.from("0001-01-01T00:00:00Z")],
    ["timestamptz '12024-01-01 00:00:00+00'", "12024-01-01 00:00:00+00"],
    ["timestamptz 'infinity'", "infinity"],
    ["timestamp '2024-01-02 03:04:05.123456'", PlainDateTime.from("2024-01-02T03:04:05.123456")],
    ["timestamp '0044-03-15 00:00:00 BC'", "0044-03-15 00:00:00 BC"],
    ["date '1906-12-09'", PlainDate.from("1906-12-09")],
    ["date '-infinity'", "-infinity"],
    ["time '03:04:05.123456'", PlainTime.from("03:04:05.123456")],
    ["time '24:00:00'", "24:00:00"],
    ["'\\x00ff'::bytea", new Uint8Array([0, 255])],
    ["'\\x'::bytea", new Uint8Array([])],
    ["'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'::uuid", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"],
    ["interval '1 day 2 hours'", "P1DT2H"],
    ["ARRAY[1, NULL, 9007199254740993]", [1, null, 9007199254740993n]],
    [`ARRAY['a', 'b "c"', '', NULL, 'NULL', '{,}', E'\\\\x']`, ["a", 'b "c"', "", null, "NULL", "{,}", "\\x"]],
    [
      "ARRAY[[1.5,2],[3,NULL]]::numeric[]",
      [
        [new Decimal("1.5"), new Decimal(2)],
        [new Decimal(3), null],
      ],
    ],
    ["ARRAY[]::text[]", []],
    ["'[0:1]={1,2}'::int[]", [1, 2]],
    ["ARRAY[date '2024-01-02']", [PlainDate.from("2024-01-02")]],
    ["ARRAY['\\x00'::bytea]", [new Uint8Array([0])]],
  ])("%s", async (sql, expected) => {
    const [row] = await (await connectTo(serverLocation())).query<{ v: unknown }>(`SELECT ${sql} AS v`);
    expect(row?.v).toStrictEqual(expected);
    expect(inspect(row?.v)).toBe(inspect(expected));
  });

  test("small integers are bigint where that is asked for", async () => {
    const connection = await connectTo(serverLocation());
    const sql = "SELECT 1::smallint AS a, 2 AS b, 3::bigint AS c, 4::oid AS d, NULL::int AS e, 1.5 AS f, true AS g";
    const expected = { a: 1n, b: 2n, c: 3n, d: 4n, e: null, f: new Decimal("1.5"), g: true };
    expect(await connection.query(sql, [], { integers: "bigint" })).toStrictEqual([expected]);
    for await (const rows of connection.batches(sql, [], 10, { integers: "bigint" })) expect(rows).toStrictEqual([expected]);
  });
});

describe("a parameter comes back the same", () => {
  test.each<[unknown, string]>([
    [1, "smallint"],
    [2 ** 40, "bigint"],
    [1e300, "double precision"],
    [-0.5, "double precision"],
    [-0, "double precision"],
    [Number.NaN, "double precision"],
    [Infinity, "double precision"],
    [9007199254740993n, "bigint"],
    ['it\'s \\ "x"', "varchar"],
    ["", "varchar"],
    [false, "boolean"],
    [null, "varchar"],
    [new Decimal("-1.10"), "numeric(10,2)"],
    [new Decimal("1e-7"), "numeric"],
    [new Decimal("12345678901234567890123456789.123456789"), "numeric(38,9)"],
    [new Uint8Array([0, 255]), "bytea"],
    [Timestamp.from("2024-01-02T03:04:05.123456Z"), "timestamptz"],
    [PlainDateTime.from("2024-01-02T03:04:05.123456"), "timestamp"],
    [PlainDate.from("2024-01-02"), "date"],
    [PlainTime.from("03:04:05.5"), "time"],
    [[1, 2], "bigint[]"],
    [["a,b", null, 'c"d'], "text[]"],
  ])("%s in a column of %s", async (value, type) => {
    const connection = await connectTo(serverLocation());
    const [row] = await connection.query<{ v: unknown }>(`SELECT $1::${type} AS v`, [value]);
    expect(row?.v).toStrictEqual(value);
    expect(inspect(row?.v)).toBe(inspect(value));
  });

  test("also a plain Date, dates far away, an object, and undefined", async () => {
    const sql =
      "SELECT $1 = timestamptz '2024-01-02 00:00:00+00' AS a, $2 = timestamptz '12024-01-02 03:04:05.006+00' AS b, " +
      "$3 = timestamptz '0044-03-15 00:00:00+00 BC' AS c, $4::jsonb->>'k' AS d, $5::text IS NULL AS e";
    const caesar = new Date("-000043-03-15T00:00:00Z");
    const parameters = [new Date("2024-01-02"), new Date("+012024-01-02T03:04:05.006Z"), caesar, { k: "v" }, undefined];
    const [row] = await (await connectTo(serverLocation())).query(sql, parameters);
    expect(row).toEqual({ a: true, b: true, c: true, d: "v", e: true });
  });
});

test("columns of one name are kept apart", async () => {
  const connection = await connectTo(serverLocation());
  expect(await connection.query("SELECT 1 AS a, 2 AS a, 3 AS a")).toEqual([{ a: 1, "a:1": 2, "a:2": 3 }]);
});

function inspect(value: unknown): string {
  return Array.isArray(value)
    ? `[${value.map(inspect).join()}]`
    : typeof value === "object" && value !== null
      ? value.toString()
      : `${String(value)}:${typeof value}`;
}
