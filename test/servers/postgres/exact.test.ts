import { Decimal } from "decimal.js";
import pg from "pg";
import { describe, expect, test } from "vitest";
import { PlainDate } from "../../../src/core/plain-date.ts";
import { PlainDateTime } from "../../../src/core/plain-date-time.ts";
import { PlainTime } from "../../../src/core/plain-time.ts";
import { Timestamp } from "../../../src/core/timestamp.ts";
import { type ColumnHints, pipeline, resource } from "../../../src/index.ts";
import { createPostgres } from "../../destinations.ts";
import { failure } from "../../e2e/local-pipeline.ts";
import { tempDir } from "../../temp-dir.ts";

/** Without any reader of ours: what the server itself says of its values, as texts. */
async function asked<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("SET timezone = 'UTC'; SET extra_float_digits = 3");
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

const doc = { big: 9007199254740993n, text: 'a "b" \\ \n é\u{1F600}', list: [1.5, null, true, {}], nested: { "": 0 } };
const all256 = Uint8Array.from({ length: 256 }, (_, byte) => byte);

/** A value, the column that is asked for, and what is stored: type and text. */
const cells: readonly (readonly [name: string, value: unknown, hints: ColumnHints, type: string, text: string | null])[] = [
  ["whole", 42, {}, "bigint", "42"],
  ["largest", 2n ** 63n - 1n, {}, "bigint", "9223372036854775807"],
  ["smallest", -(2n ** 63n), {}, "bigint", "-9223372036854775808"],
  ["beyond_double", 9007199254740993n, {}, "bigint", "9007199254740993"],
  ["bits_16", -32768, { precision: 16 }, "smallint", "-32768"],
  ["bits_32", 2147483647, { precision: 32 }, "integer", "2147483647"],
  ["bits_128", 42, { dataType: "bigint", precision: 128 }, "numeric(39,0)", "42"],
  ["unsigned", 2n ** 64n - 1n, {}, "numeric(156,78)", `${2n ** 64n - 1n}.${"0".repeat(78)}`],
  ["price", new Decimal("12345678901234567890123456789.123456789"), {}, "numeric(38,9)", "12345678901234567890123456789.123456789"],
  ["tiny", new Decimal("-0.000000001"), {}, "numeric(38,9)", "-0.000000001"],
  ["cents", new Decimal("9999999999.99"), { precision: 12, scale: 2 }, "numeric(12,2)", "9999999999.99"],
  ["wei", new Decimal(`${2n ** 256n - 1n}`), { dataType: "wei" }, "numeric(156,78)", `${2n ** 256n - 1n}.${"0".repeat(78)}`],
  ["double", 0.1, {}, "double precision", "0.1"],
  ["smallest_double", 5e-324, {}, "double precision", "5e-324"],
  ["largest_double", Number.MAX_VALUE, {}, "double precision", "1.7976931348623157e+308"],
  ["flag", true, {}, "boolean", "true"],
  ["at", Timestamp.from("2024-01-02T03:04:05.678901Z"), {}, "timestamp with time zone", "2024-01-02 03:04:05.678901+00"],
  ["at_offset", Timestamp.from("2024-01-02T03:04:05.000001+05:30"), {}, "timestamp with time zone", "2024-01-01 21:34:05.000001+00"],
  ["before_1970", Timestamp.from("1969-12-31T23:59:59.999999Z"), {}, "timestamp with time zone", "1969-12-31 23:59:59.999999+00"],
  ["first_year", Timestamp.from("0001-01-01T00:00:00Z"), {}, "timestamp with time zone", "0001-01-01 00:00:00+00"],
  ["last_year", Timestamp.from("9999-12-31T23:59:59.999999Z"), {}, "timestamp with time zone", "9999-12-31 23:59:59.999999+00"],
  ["at_millis", Timestamp.from("2024-01-02T03:04:05.123Z"), { precision: 3 }, "timestamp(3) with time zone", "2024-01-02 03:04:05.123+00"],
  [
    "wall",
    PlainDateTime.from("2024-03-31T02:30:00.000001"),
    { timezone: false },
    "timestamp without time zone",
    "2024-03-31 02:30:00.000001",
  ],
  ["day", PlainDate.from("1582-10-04"), {}, "date", "1582-10-04"],
  ["leap_day", PlainDate.from("2024-02-29"), {}, "date", "2024-02-29"],
  ["time", PlainTime.from("23:59:59.999999"), {}, "time without time zone", "23:59:59.999999"],
  ["time_seconds", PlainTime.from("03:04:05"), { precision: 0 }, "time(0) without time zone", "03:04:05"],
  ["bytes", all256, {}, "bytea", `\\x${Buffer.from(all256).toString("hex")}`],
  ["text", 'it\'s "x", \\ \\. \t\r\n é\u{1F600}', {}, "character varying", 'it\'s "x", \\ \\. \t\r\n é\u{1F600}'],
  ["end_of_copy", "\\.", {}, "character varying", "\\."],
  ["empty", "", {}, "character varying", ""],
  ["the_word_null", "NULL", {}, "character varying", "NULL"],
  ["nothing", null, { dataType: "text" }, "character varying", null],
  ["short", "éé", { precision: 2 }, "character varying(2)", "éé"],
];

const columns = Object.fromEntries([...cells.map(([name, , hints]) => [name, hints] as const), ["doc", { dataType: "json" } as const]]);
const row = Object.fromEntries([...cells.map(([name, value]) => [name, value] as const), ["doc", doc]]);

describe.each(["csv", "insert_values"] as const)("by %s", (fileFormat) => {
  test.each(["append", "merge", "replace"] as const)(
    "each value of rows that %s is in the table to the last digit",
    async (writeDisposition) => {
      const { url, destination } = await createPostgres();
      const shop = pipeline({ name: "shop", destination: destination(), datasetName: "data", pipelinesDir: tempDir(), progress: "none" });
      await shop.run(resource("items", { columns, fileFormat, writeDisposition, primaryKey: "whole" }, [row]));
      const types = await asked<{ name: string; type: string }>(
        url,
        "SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = 'data.items'::regclass AND attnum > 0",
      );
      expect(Object.fromEntries(types.map(({ name, type }) => [name, type]))).toEqual({
        ...Object.fromEntries(cells.map(([name, , , type]) => [name, type])),
        doc: "jsonb",
        _dlt_load_id: "character varying",
        _dlt_id: "character varying",
      });
      const texts = cells.map(([name]) => `${name}::text AS ${name}`).join(", ");
      const [stored] = await asked(url, `SELECT ${texts} FROM data.items`);
      expect(stored).toEqual(Object.fromEntries(cells.map(([name, , , , text]) => [name, text])));
      const json = `'{"big": 9007199254740993, "text": "a \\"b\\" \\\\ \\n é😀", "list": [1.5, null, true, {}], "nested": {"": 0}}'::jsonb`;
      expect(await asked(url, `SELECT doc = ${json} AS same, doc->>'big' AS big FROM data.items`)).toEqual([
        { same: true, big: "9007199254740993" },
      ]);
    },
  );
});

describe("names", () => {
  const names = async (url: string): Promise<string[]> => {
    const sql =
      "SELECT c.relname || '.' || a.attname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = 'data'::regnamespace " +
      "AND c.relkind = 'r' AND c.relname !~ '^_dlt' AND a.attnum > 0 AND a.attname !~ '^_dlt' ORDER BY 1";
    return (await asked<{ name: string }>(url, sql)).map(({ name }) => name);
  };

  test("that are too long, and begin and end alike, stay apart in 63 bytes", async () => {
    const { url, destination } = await createPostgres();
    const shop = pipeline({ name: "shop", destination: destination(), datasetName: "data", pipelinesDir: tempDir(), progress: "none" });
    const long = (middle: string) => `${"a".repeat(40)}${middle}${"b".repeat(40)}`;
    await shop.run(resource(long("t"), [{ [long("x")]: 1, [long("y")]: 2, [long("n")]: [{ z: 1 }], [long("m")]: [{ z: 1 }] }]));
    const stored = await names(url);
    expect(new Set(stored).size).toBe(4);
    expect(stored.flatMap((name) => name.split(".")).filter((name) => Buffer.byteLength(name) > 63)).toEqual([]);
  });

  test("that differ in case only are two with a convention that keeps it", async () => {
    const { url, destination } = await createPostgres();
    const options = { name: "shop", destination: destination(), datasetName: "data", pipelinesDir: tempDir(), progress: "none" } as const;
    await pipeline({ ...options, naming: "direct" }).run(
      resource("Items", { writeDisposition: "merge", primaryKey: "Id" }, [{ Id: 1, id: 2, "ключ 🔑": 3 }]),
    );
    expect(await names(url)).toEqual(["Items.Id", "Items.id", "Items.ключ 🔑"]);
    expect(await asked(url, 'SELECT "Id", id, "ключ 🔑" AS key FROM data."Items"')).toEqual([{ Id: "1", id: "2", key: "3" }]);
  });

  test.each([
    ["columns", "items", { [`${"é".repeat(40)}a`]: 1, [`${"é".repeat(40)}b`]: 2 }],
    ["a table", `${"é".repeat(40)}a`, { id: 1 }],
    ["a nested table", "items", { [`${"é".repeat(30)}a`]: [{ n: 1 }] }],
  ])("of %s that Postgres would cut off in silence, and take for others, are refused; nothing is stored", async (_, table, document) => {
    const { url, destination } = await createPostgres();
    const options = { name: "shop", destination: destination(), datasetName: "data", pipelinesDir: tempDir(), progress: "none" } as const;
    const shop = pipeline({ ...options, naming: "direct" });
    expect(await failure(() => shop.run(resource(table, [document])))).toMatchObject({
      code: "unsupported",
      retryable: false,
      message: expect.stringMatching(/longer than 63 bytes.*snake_case/),
    });
    expect(await asked(url, "SELECT 1 FROM pg_namespace WHERE nspname = 'data'")).toEqual([]);
    // The way out: that package is given up, and another convention is taken.
    await shop.abortPackages();
    await pipeline({ ...options, name: "shop_2", naming: "snake_case" }).run(resource("items", [{ id: 1 }]));
    expect(await names(url)).toEqual(["items.id"]);
  });
});
