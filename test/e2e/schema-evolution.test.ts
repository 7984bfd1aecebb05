import { describe, expect, test } from "vitest";
import { Decimal, PlainDate, PlainTime, resource, Timestamp } from "../../src/index.ts";
import { failure, localPipeline, machine, query, tables, values } from "./local-pipeline.ts";

const columns = (table: string) =>
  `SELECT column_name AS name, data_type AS type FROM information_schema.columns WHERE table_name = '${table}' AND column_name NOT LIKE '\\_dlt%' ESCAPE '\\' ORDER BY ordinal_position`;

test("every type of value gets its column type", async () => {
  const p = localPipeline();
  await p.run(
    [
      {
        text: "a",
        int: 1,
        big: 2n ** 60n,
        double: 1.5,
        bool: false,
        at: new Date("2024-01-02T03:04:05.678Z"),
        micros: Timestamp.from("2024-01-02T03:04:05.123456Z"),
        iso: "2024-01-02T03:04:05Z",
        day: PlainDate.from("2024-01-02"),
        time: PlainTime.from("01:02:03.000004"),
        decimal: new Decimal("1.5"),
        bytes: new Uint8Array([1]),
      },
    ],
    { tableName: "types" },
  );
  expect(await query(p, columns("types"))).toEqual([
    { name: "text", type: "VARCHAR" },
    { name: "int", type: "BIGINT" },
    { name: "big", type: "BIGINT" },
    { name: "double", type: "DOUBLE" },
    { name: "bool", type: "BOOLEAN" },
    { name: "at", type: "TIMESTAMP WITH TIME ZONE" },
    { name: "micros", type: "TIMESTAMP WITH TIME ZONE" },
    { name: "iso", type: "TIMESTAMP WITH TIME ZONE" },
    { name: "day", type: "DATE" },
    { name: "time", type: "TIME" },
    { name: "decimal", type: "DECIMAL(38,9)" },
    { name: "bytes", type: "BLOB" },
  ]);
  expect(await query(p, "SELECT big, micros::text AS micros, time::text AS time, decimal::text AS decimal FROM types")).toEqual([
    { big: 2n ** 60n, micros: "2024-01-02 03:04:05.123456+00", time: "01:02:03.000004", decimal: "1.500000000" },
  ]);
});

test("a new field adds a column, and the run tells", async () => {
  const p = localPipeline();
  await p.run([{ id: 1 }], { tableName: "users" });
  const info = await p.run([{ id: 2, name: "Ada" }], { tableName: "users" });
  expect(await query(p, "SELECT id, name FROM users ORDER BY id")).toEqual([
    { id: 1, name: null },
    { id: 2, name: "Ada" },
  ]);
  expect(info.packages[0]?.schemaUpdate).toEqual({
    users: { columns: { name: expect.objectContaining({ name: "name", data_type: "text" }) } },
  });
});

test("a value that does not fit its column gets a variant column", async () => {
  const p = localPipeline();
  await p.run([{ id: 1, amount: 5 }], { tableName: "orders" });
  await p.run(
    [
      { id: 2, amount: "many" },
      { id: 3, amount: "7" },
    ],
    { tableName: "orders" },
  );
  expect(await query(p, "SELECT id, amount, amount__v_text FROM orders ORDER BY id")).toEqual([
    { id: 1, amount: 5, amount__v_text: null },
    { id: 2, amount: null, amount__v_text: "many" },
    { id: 3, amount: 7, amount__v_text: null },
  ]);
});

test("nested objects become columns, lists become tables", async () => {
  const p = localPipeline();
  const order = { id: 1, customer: { name: "Ada", address: { city: "London" } }, tags: ["a", "b"], lines: [{ sku: "x", sizes: [1, 2] }] };
  await p.run([order], { tableName: "orders" });
  expect(await tables(p)).toEqual(["orders", "orders__lines", "orders__lines__sizes", "orders__tags"]);
  expect(await query(p, "SELECT id, customer__name, customer__address__city FROM orders")).toEqual([
    { id: 1, customer__name: "Ada", customer__address__city: "London" },
  ]);
  expect(
    await query(p, "SELECT t.value, t._dlt_list_idx AS idx FROM orders__tags t JOIN orders o ON t._dlt_parent_id = o._dlt_id ORDER BY idx"),
  ).toEqual([
    { value: "a", idx: 0 },
    { value: "b", idx: 1 },
  ]);
  expect(
    await values(
      p,
      "SELECT s.value FROM orders__lines__sizes s JOIN orders__lines l ON s._dlt_parent_id = l._dlt_id WHERE l.sku = 'x' ORDER BY 1",
    ),
  ).toEqual([1, 2]);
});

test("a nested table appears when the first list comes", async () => {
  const p = localPipeline();
  await p.run([{ id: 1 }], { tableName: "orders" });
  await p.run([{ id: 2, lines: [{ n: 1 }] }], { tableName: "orders" });
  expect(await values(p, "SELECT l.n FROM orders__lines l JOIN orders o ON l._dlt_parent_id = o._dlt_id WHERE o.id = 2")).toEqual([1]);
});

test("a field that is always null gets its column with its first value", async () => {
  const p = localPipeline();
  await p.run([{ id: 1, note: null }], { tableName: "users" });
  expect(await query(p, columns("users"))).toEqual([{ name: "id", type: "BIGINT" }]);
  await p.run([{ id: 2, note: "hello" }], { tableName: "users" });
  expect(await values(p, "SELECT note FROM users ORDER BY id")).toEqual([null, "hello"]);
});

test("one schema has one version per change, in the destination too", async () => {
  const local = machine();
  for (const row of [{ id: 1 }, { id: 2 }, { id: 3, name: "Ada" }]) await local.pipeline().run([row], { tableName: "users" });
  const p = local.pipeline();
  const stored = await query<{ hash: string }>(p, "SELECT version_hash AS hash FROM _dlt_version ORDER BY inserted_at");
  expect(stored).toHaveLength(2);
  expect(stored[1]?.hash).toBe(p.defaultSchema?.version_hash);
});

test("maxTableNesting keeps deeper levels as json", async () => {
  const p = localPipeline();
  await p.run(resource("orders", { maxTableNesting: 1 }, [{ id: 1, lines: [{ sizes: [1, 2] }] }]));
  expect(await tables(p)).toEqual(["orders", "orders__lines"]);
  expect(await values(p, "SELECT sizes::text FROM orders__lines")).toEqual(["[1,2]"]);
});

describe("declared columns", () => {
  test("have their type and may be null", async () => {
    const p = localPipeline();
    await p.run(
      resource(
        "prices",
        {
          columns: {
            price: { dataType: "decimal", precision: 10, scale: 2 },
            at: { dataType: "timestamp", timezone: false },
            note: { dataType: "text" },
          },
        },
        [{ price: "12.34", at: "2024-01-02T03:04:05Z" }] as { price: string; at: string; note?: string }[],
      ),
    );
    expect(await query(p, columns("prices"))).toEqual([
      { name: "price", type: "DECIMAL(10,2)" },
      { name: "at", type: "TIMESTAMP" },
      { name: "note", type: "VARCHAR" },
    ]);
    expect(await query(p, 'SELECT price::text AS price, "at"::text AS at_text FROM prices')).toEqual([
      { price: "12.34", at_text: "2024-01-02 03:04:05" },
    ]);
  });

  test("may be given to run(), with keys", async () => {
    const p = localPipeline();
    await p.run([{ id: "1", born: "2024-02-29" }], {
      tableName: "users",
      primaryKey: "id",
      columns: { id: { dataType: "bigint" }, born: { dataType: "date" } },
    });
    expect(await query(p, columns("users"))).toEqual([
      { name: "id", type: "BIGINT" },
      { name: "born", type: "DATE" },
    ]);
    expect(p.defaultSchema?.tables["users"]?.columns["id"]).toMatchObject({ primary_key: true, nullable: false });
  });
});

test("a text that not even its variant takes goes into a variant of the variant", async () => {
  const p = localPipeline();
  await p.run(
    [
      { id: 1, due: 5 },
      { id: 2, due: "2024-01-02T03:04:05Z" },
      { id: 3, due: "soon" },
    ],
    { tableName: "things" },
  );
  expect(await query(p, "SELECT id, due, due__v_text IS NOT NULL AS is_time, due__v_text__v_text AS text FROM things ORDER BY id")).toEqual(
    [
      { id: 1, due: 5, is_time: false, text: null },
      { id: 2, due: null, is_time: true, text: null },
      { id: 3, due: null, is_time: false, text: "soon" },
    ],
  );
});

test("a value is not put over the one that its row has for the column for variants", async () => {
  const p = localPipeline();
  const rows = [
    { id: 1, a: 5 },
    { id: 2, a: "text", a__v_text: "own" },
  ];
  expect(await failure(() => p.run(rows, { tableName: "things" }))).toMatchObject({
    code: "type-conflict",
    message: expect.stringContaining("the row has a value of its own for `a__v_text`") as string,
  });
});
