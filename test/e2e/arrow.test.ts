import { readdirSync } from "node:fs";
import { join } from "node:path";
import * as arrow from "apache-arrow";
import type { Decimal } from "decimal.js";
import { expect, test } from "vitest";
import { type FileFormat, resource, source, withHints, withTableName } from "../../src/index.ts";
import { failure, localPipeline, machine, query, values } from "./local-pipeline.ts";

/** A table of one record batch. */
function table(columns: { readonly [name: string]: arrow.Vector }): arrow.Table {
  return new arrow.Table(columns);
}

function vector<Type extends arrow.DataType>(type: Type, given: readonly unknown[]): arrow.Vector<Type> {
  return arrow.vectorFromArray(given as never[], type) as arrow.Vector<Type>;
}

/** That the destination of this run loads. */
const formats = ({ postgres: ["csv", "insert_values"], sqlite: ["jsonl"] } as { readonly [destination: string]: readonly FileFormat[] })[
  process.env["LEAT_TEST_ON"] ?? ""
] ?? ["parquet", "csv", "jsonl", "insert_values"];

const ints = (...given: (number | null)[]): arrow.Vector => vector(new arrow.Int32(), given);
const texts = (...given: (string | null)[]): arrow.Vector => vector(new arrow.Utf8(), given);
const longs = (...given: (bigint | null)[]): arrow.Vector => vector(new arrow.Int64(), given);

function micros(...given: (bigint | null)[]): arrow.Vector {
  return fixed(new arrow.TimestampMicrosecond("UTC"), BigInt64Array, given);
}

/** Straight from a buffer: builders of the library take milliseconds. */
function fixed(type: arrow.DataType, array: typeof BigInt64Array, given: readonly (bigint | null)[]): arrow.Vector {
  const nullBitmap = new Uint8Array((given.length + 7) >> 3);
  given.forEach((value, index) => {
    if (value !== null) nullBitmap[index >> 3]! |= 1 << (index & 7);
  });
  const data = array.from(given.map((value) => value ?? 0n));
  return arrow.makeVector(arrow.makeData({ type, length: given.length, data, nullBitmap, nullCount: -1 } as never));
}

test("a table goes in with exact values and exact nulls", async () => {
  const p = localPipeline();
  const decimals = arrow.makeVector(
    arrow.makeData({
      type: new arrow.Decimal(10, 38, 128),
      length: 3,
      nullCount: 1,
      nullBitmap: Uint8Array.of(0b101),
      // 12345678901234567890.1234567891, nothing, -0.0000000001
      data: Uint32Array.from(
        [123456789012345678901234567891n, 0n, -1n].flatMap((value) =>
          [0n, 32n, 64n, 96n].map((shift) => Number(BigInt.asUintN(32, BigInt.asIntN(128, value) >> shift))),
        ),
      ),
    }),
  );
  const info = await p.run(
    resource("t", [
      table({
        ID: longs(1n, 2n, 3n),
        "My Text": texts("ä\uFEFFb", null, ""),
        big: longs(9007199254740993n, null, -9223372036854775808n),
        small: vector(new arrow.Int8(), [1, null, -128]),
        unsigned: vector(new arrow.Uint8(), [255, null, 0]),
        half: vector(new arrow.Float16(), [1.5, null, -0.5]),
        double: vector(new arrow.Float64(), [0.1, null, Number.POSITIVE_INFINITY]),
        flag: vector(new arrow.Bool(), [true, null, false]),
        at_time: micros(1_700_000_000_123_456n, null, -1n),
        day: vector(new arrow.DateDay(), [new Date("2024-02-29"), null, new Date("1969-12-31")]),
        time: fixed(new arrow.TimeMicrosecond(), BigInt64Array, [86_399_999_999n, null, 0n]),
        bytes: vector(new arrow.Binary(), [Uint8Array.of(0, 255), null, new Uint8Array(0)]),
        amount: decimals,
        kind: arrow.vectorFromArray(["x", null, "x"]),
        nothing: arrow.makeVector(arrow.makeData({ type: new arrow.Null(), length: 3 })),
      }),
    ]),
  );
  expect(info.rowCounts["t"]).toBe(3);
  const rows = await query(
    p,
    `SELECT id, my_text, CAST(big AS VARCHAR) AS big, small, unsigned, half, CAST(double AS VARCHAR) AS double, flag, CAST(day AS VARCHAR) AS day,
      CAST(time AS VARCHAR) AS time, bytes, amount, kind, at_time FROM t ORDER BY id`,
  );
  expect(
    rows.map(({ at_time, bytes, double, amount, ...row }) => ({
      ...row,
      at: at_time,
      bytes: bytes && [...(bytes as Uint8Array)],
      amount: amount && (amount as Decimal).toFixed(),
    })),
  ).toMatchObject([
    {
      id: 1,
      my_text: "ä\uFEFFb",
      big: "9007199254740993",
      small: 1,
      unsigned: 255,
      half: 1.5,
      flag: true,
      day: "2024-02-29",
      time: "23:59:59.999999",
      bytes: [0, 255],
      amount: "12345678901234567890.1234567891",
      kind: "x",
    },
    {
      id: 2,
      my_text: null,
      big: null,
      small: null,
      unsigned: null,
      half: null,
      flag: null,
      at: null,
      day: null,
      time: null,
      bytes: null,
      amount: null,
      kind: null,
    },
    {
      id: 3,
      my_text: "",
      big: "-9223372036854775808",
      small: -128,
      unsigned: 0,
      half: -0.5,
      flag: false,
      day: "1969-12-31",
      bytes: [],
      amount: "-0.0000000001",
    },
  ]);
  expect(rows.map(({ double }) => String(double).toLowerCase())).toEqual(["0.1", "null", expect.stringMatching(/^inf/)]);
  expect(rows.map(({ at_time }) => at_time && (at_time as Date).toISOString())).toEqual([
    "2023-11-14T22:13:20.123456Z",
    null,
    "1969-12-31T23:59:59.999999Z",
  ]);
  const { columns } = p.schemas["shop"]!.tables["t"]!;
  expect(columns).toMatchObject({
    id: { data_type: "bigint" },
    small: { data_type: "bigint", precision: 8 },
    unsigned: { data_type: "bigint", precision: 16 },
    amount: { data_type: "decimal", precision: 38, scale: 10 },
    at_time: { data_type: "timestamp" },
    bytes: { data_type: "binary" },
  });
  expect(Object.keys(columns)).not.toContain("nothing");
  expect(Object.keys(columns)).not.toContain("_dlt_id");
});

test("rows go to job files at once: no row object is asked of the table", async () => {
  const p = localPipeline();
  const whole = table({ id: ints(1, 2), name: texts("a", "b") });
  const asked: string[] = [];
  const watched = new Proxy(whole, {
    get(target, key) {
      if (typeof key === "string") asked.push(key);
      return Reflect.get(target, key, target) as unknown;
    },
  });
  await p.extract(resource("t", () => [watched]));
  expect(new Set(asked)).not.toContain("get");
  expect(new Set(asked)).not.toContain("toArray");
  const folder = join(p.workingDir, "normalize", "extracted");
  const jobs = readdirSync(join(folder, readdirSync(folder)[0]!, "new_jobs")).filter((name) => name.startsWith("t."));
  expect(jobs).toEqual([expect.stringMatching(/\.(parquet|csv|jsonl)$/)]);
  await p.normalize();
  await p.load();
  expect(await values(p, "SELECT name FROM t ORDER BY id")).toEqual(["a", "b"]);
});

test("lists, structs and maps become json", async () => {
  const p = localPipeline();
  const list = vector(new arrow.List(new arrow.Field("item", new arrow.Int64(), true)), [[9007199254740993n, null], null, []]);
  const struct = vector(
    new arrow.Struct([
      new arrow.Field("a", new arrow.Utf8(), true),
      new arrow.Field("b", new arrow.List(new arrow.Field("item", new arrow.Float64(), true)), true),
    ]),
    [{ a: "x", b: [1, 0.5] }, { a: null, b: null }, null],
  );
  await p.run(resource("t", [table({ id: ints(1, 2, 3), list, struct })]));
  const rows = await query(p, "SELECT CAST(list AS VARCHAR) AS list, CAST(struct AS VARCHAR) AS struct FROM t ORDER BY id");
  const compact = rows.map((row) => Object.values(row).map((text) => (text === null ? null : String(text).replaceAll(" ", ""))));
  expect(compact).toEqual([
    ["[9007199254740993,null]", '{"a":"x","b":[1.0,0.5]}'],
    [null, '{"a":null,"b":null}'],
    ["[]", null],
  ]);
});

test("slices of a table, and tables of several batches, are read where they begin", async () => {
  const p = localPipeline();
  const numbers = Array.from({ length: 1000 }, (_, index) => (index % 7 === 0 ? null : index));
  const whole = table({
    id: ints(...numbers.keys()),
    n: ints(...numbers),
    even: vector(
      new arrow.Bool(),
      numbers.map((n) => n && n % 2 === 0),
    ),
    s: texts(...numbers.map((n) => (n === null ? null : `n${n}`))),
  });
  const parts = whole.slice(3, 10).concat(whole.slice(500, 900));
  await p.run(resource("t", [parts, ...whole.slice(990).batches]));
  const rows = await query<{ id: number; n: number | null; even: boolean | null; s: string | null }>(
    p,
    "SELECT id, n, even, s FROM t ORDER BY id",
  );
  const expected = [...numbers.entries()].filter(([id]) => (id >= 3 && id < 10) || (id >= 500 && id < 900) || id >= 990);
  expect(rows).toEqual(expected.map(([id, n]) => ({ id, n, even: n && n % 2 === 0, s: n && `n${n}` })));
});

test("tables come alone, in pages, by promises and thunks, from transformers and with marks", async () => {
  const p = localPipeline();
  const one = (id: number): arrow.Table => table({ id: ints(id) });
  const many = resource("many", async function* () {
    yield one(1);
    yield [one(2), one(3).batches[0]!];
    yield async () => one(4);
    yield withTableName(one(5), "other");
    yield withHints(table({ id: ints(6), note: ints(1) }), { columns: { note: { dataType: "text" } } });
  });
  const seen: unknown[] = [];
  const stepped = resource("stepped", [one(1), one(2)])
    .map((whole) => {
      seen.push(whole);
      return whole;
    })
    .filter((whole) => (whole as unknown as arrow.Table).getChildAt(0)!.get(0) === 2);
  const info = await p.run(source("s", () => [many, stepped])());
  expect(info.rowCounts).toMatchObject({ many: 5, other: 1, stepped: 1 });
  expect(seen.every((whole) => whole instanceof arrow.Table)).toBe(true);
  expect(await values(p, "SELECT id FROM many ORDER BY id")).toEqual([1, 2, 3, 4, 6]);
  expect(await values(p, "SELECT note FROM many WHERE id = 6")).toEqual(["1"]);
});

test("a table alone is run, and a limit counts its rows", async () => {
  const p = localPipeline();
  await p.run(table({ id: ints(1, 2) }) as never, { tableName: "alone" });
  expect(await values(p, "SELECT id FROM alone ORDER BY id")).toEqual([1, 2]);
  const endless = resource("endless", function* () {
    for (;;) yield table({ id: ints(1, 2, 3) });
  });
  await p.run(endless.limit({ maxItems: 4, countRows: true }));
  expect(await values(p, "SELECT COUNT(*) FROM endless")).toEqual([6]);
});

test("columns may come and stay away, between tables and between runs", async () => {
  const p = localPipeline();
  await p.run(resource("t", [table({ id: ints(1) }), table({ id: ints(2), a: texts("x") })]));
  await p.run(resource("t", [table({ b: longs(5n), id: ints(3) })]));
  expect(await query(p, "SELECT id, a, b FROM t ORDER BY id")).toEqual([
    { id: 1, a: null, b: null },
    { id: 2, a: "x", b: null },
    { id: 3, a: null, b: 5 },
  ]);
});

test("an empty table makes its columns, and empties a table that is replaced", async () => {
  const p = localPipeline();
  const rows = resource("t", { writeDisposition: "replace" }, [table({ id: ints(1) })]);
  await p.run(rows);
  await p.run(resource("t", { writeDisposition: "replace" }, [table({ id: ints(), more: texts() })]));
  expect(await query(p, "SELECT id, more FROM t")).toEqual([]);
});

test("replace and merge take Arrow rows", async () => {
  const p = localPipeline();
  const replaced = (...ids: number[]) => resource("replaced", { writeDisposition: "replace" }, [table({ id: ints(...ids) })]);
  const merged = (...rows: (readonly [number, string])[]) =>
    resource("merged", { writeDisposition: "merge", primaryKey: "id" }, [
      table({ id: ints(...rows.map(([id]) => id)), name: texts(...rows.map(([, name]) => name)) }),
    ]);
  await p.run([replaced(1, 2), merged([1, "a"], [2, "b"])]);
  await p.run([replaced(3), merged([2, "B"], [3, "c"])]);
  expect(await values(p, "SELECT id FROM replaced")).toEqual([3]);
  expect(await query(p, "SELECT id, name FROM merged ORDER BY id")).toEqual([
    { id: 1, name: "a" },
    { id: 2, name: "B" },
    { id: 3, name: "c" },
  ]);
});

test.each([
  ["batches first", [table({ id: ints(1) }), { id: 2, tags: ["x"] }, table({ id: ints(3) })]],
  ["rows first", [{ id: 1, tags: ["x"] }, table({ id: ints(2) }), { id: 3 }]],
])("a resource may mix rows and tables: %s", async (_, items) => {
  const p = localPipeline();
  const mixed = resource("t", () => items as never[]);
  await p.run(mixed);
  await p.run(mixed);
  expect(await values(p, "SELECT id FROM t ORDER BY id")).toEqual([1, 1, 2, 2, 3, 3]);
  const withoutId = await values(p, "SELECT COUNT(*) FROM t WHERE _dlt_id IS NULL");
  expect(Number(withoutId[0])).toBeLessThanOrEqual(1);
  expect(await values(p, "SELECT COUNT(DISTINCT _dlt_load_id) FROM t")).toEqual([2]);
});

test("a column that is there keeps its type: values have to be the same there", async () => {
  const p = localPipeline();
  await p.run(resource("t", [{ id: 1, n: 1, f: 1.5, s: "x" }]));
  await p.run(resource("t", [table({ id: longs(2n), n: vector(new arrow.Float64(), [2]), f: ints(3), s: ints(4) })]));
  expect(await query(p, "SELECT n, f, s FROM t WHERE id = 2")).toEqual([{ n: 2, f: 3, s: "4" }]);
  const half = resource("t", [table({ n: vector(new arrow.Float64(), [1, 0.5]) })]);
  expect(await failure(() => p.run(half))).toMatchObject({
    code: "type-conflict",
    column: "n",
    dataTypes: ["bigint", "double"],
    message: expect.stringContaining("Row 1"),
  });
});

test("declared types win, within what is exact", async () => {
  const p = localPipeline();
  const columns = { n: { dataType: "decimal", precision: 20, scale: 0 }, at_time: { dataType: "text" } } as const;
  const unsigned = vector(new arrow.Uint64(), [18446744073709551615n]);
  await p.run(resource("t", { columns }, [table({ n: unsigned, at_time: micros(0n) })]));
  expect(await query(p, "SELECT CAST(n AS VARCHAR) AS n, at_time FROM t")).toEqual([
    { n: "18446744073709551615", at_time: "1970-01-01T00:00:00+00:00" },
  ]);
  expect(await failure(() => p.run(resource("u", [table({ n: unsigned })])))).toMatchObject({
    code: "type-conflict",
    dataTypes: ["bigint", "bigint"],
  });
});

test("nanoseconds are refused where a microsecond is not whole", async () => {
  const p = localPipeline();
  const nanos = (...given: bigint[]) => table({ at: fixed(new arrow.TimestampNanosecond("UTC"), BigInt64Array, given) });
  await p.run(resource("t", [nanos(1_700_000_000_123_456_000n)]));
  expect(await failure(() => p.run(resource("t", [nanos(1n)])))).toMatchObject({
    code: "type-conflict",
    message: expect.stringContaining("nanoseconds"),
  });
});

test("a row without a value for a required column is refused", async () => {
  const p = localPipeline();
  const keyed = (whole: arrow.Table) => resource("t", { primaryKey: "id" }, [whole]);
  await p.run(keyed(table({ id: ints(1) })));
  for (const whole of [table({ id: ints(2, null) }), table({ a: ints(1) })])
    expect(await failure(() => p.run(keyed(whole)))).toMatchObject({ code: "contract-violation", column: "id" });
});

test("job files may have any format that the destination loads", async () => {
  const p = localPipeline();
  const whole = table({ id: longs(9007199254740993n, null), name: texts("it's", null), at_time: micros(0n, null) });
  const info = await p.run(resource("t", { fileFormat: process.env["LEAT_TEST_ON"] === "sqlite" ? "jsonl" : "insert_values" }, [whole]));
  expect(info.rowCounts["t"]).toBe(2);
  expect(await query(p, "SELECT CAST(id AS VARCHAR) AS id, name, at_time FROM t ORDER BY id DESC NULLS LAST")).toEqual([
    { id: "9007199254740993", name: "it's", at_time: new Date(0) },
    { id: null, name: null, at_time: null },
  ]);
});

test("rows without any value are rows, in any format", async () => {
  const p = localPipeline();
  const nulls = table({ none: vector(new arrow.Null(), [null, null]) });
  for (const fileFormat of formats) {
    const load = (name: string, columns: object, ...tables: arrow.Table[]) => p.run(resource(name, { fileFormat, columns }, tables));
    const typed = await load(
      `typed_${fileFormat}`,
      {},
      table({ id: ints(null, null), name: texts(null, null) }),
      table({ id: ints(null) }),
    );
    expect(typed.rowCounts).toMatchObject({ [`typed_${fileFormat}`]: 3 });
    expect(await query(p, `SELECT id, name FROM typed_${fileFormat}`)).toEqual(Array(3).fill({ id: null, name: null }));
    for (const empty of [nulls, nulls.slice(0, 0)]) await load(`untyped_${fileFormat}`, { name: { dataType: "text" } }, empty);
    expect(await query(p, `SELECT name FROM untyped_${fileFormat}`)).toEqual([{ name: null }, { name: null }]);
  }
});

test("a frozen contract refuses new columns and new tables", async () => {
  const p = localPipeline();
  const strict = (part: "tables" | "columns", whole: arrow.Table, name = "t") =>
    resource(name, { schemaContract: { [part]: "freeze" } }, [whole]);
  await p.run(strict("columns", table({ id: ints(1) })));
  await p.run(strict("columns", table({ id: ints(2) })));
  expect(await failure(() => p.run(strict("columns", table({ id: ints(3), a: ints(1) }))))).toMatchObject({
    code: "contract-violation",
    column: "a",
  });
  expect(await failure(() => p.run(strict("tables", table({ id: ints(3) }), "fresh")))).toMatchObject({
    code: "contract-violation",
    table: "fresh",
  });
});

test("what cannot be loaded is refused in words", async () => {
  const p = localPipeline();
  const run = (whole: arrow.Table, hints = {}) => failure(() => p.run(resource("t", hints, [whole])));
  expect(await run(table({ d: vector(new arrow.DurationSecond(), [1n]) }))).toMatchObject({ code: "row-invalid", path: "d" });
  expect(await run(table({ "a b": ints(1), a_b: ints(2) }))).toMatchObject({ code: "identifier" });
  expect(await run(table({ id: ints(1) }), { tableName: () => "x" })).toMatchObject({ code: "config" });
  const other = { schema: { fields: table({ id: ints(1) }).schema.fields }, numRows: 1, getChildAt: () => [1] };
  expect(await run(other as never)).toMatchObject({ code: "row-invalid", message: expect.stringContaining("tableFromIPC") });
  expect(p.hasPendingData).toBe(false);
});

test("a package that was extracted loads after a restart", async () => {
  const m = machine();
  await m.pipeline().extract(resource("t", [table({ id: ints(1, 2) }), { id: 3 } as never]));
  const info = await m.pipeline().run();
  expect(info).toBeDefined();
  expect(await values(m.pipeline(), "SELECT id FROM t ORDER BY id")).toEqual([1, 2, 3]);
});

test("a row that merely has such keys is a row", async () => {
  const p = localPipeline();
  await p.run(resource("t", [{ id: 1, schema: { fields: ["a"] }, numRows: 5 }]));
  expect(await values(p, "SELECT num_rows FROM t")).toEqual([5]);
});
