import { type Table, tableFromIPC, tableToIPC, type Vector } from "apache-arrow";
import { Decimal } from "decimal.js";
import { describe, expect, test } from "vitest";
import { type ArrowData, type Pipeline, PlainDate, PlainDateTime, PlainTime, type Relation, resource, Timestamp } from "../../src/index.ts";
import { type TestDestination, typedDestinations } from "../destinations.ts";
import { datasetWorld } from "./dataset-world.ts";
import { failure } from "./local-pipeline.ts";

const at = Timestamp.from("2024-01-02T03:04:05.123456Z");

const rows = [
  {
    id: 1,
    big: 2n ** 62n,
    small: 7,
    half: 0.5,
    amount: new Decimal("-12345678901234567890.123456789"),
    price: new Decimal("1.50"),
    at,
    naive: PlainDateTime.from("1969-12-31T23:59:59.999999"),
    day: PlainDate.from("1815-12-10"),
    clock: PlainTime.from("23:59:59.000001"),
    isOk: true,
    text: "it's äß 𝄞",
    bytes: new Uint8Array([0, 255]),
    meta: { a: [1] },
  },
  { id: 2, small: -7, isOk: false, text: "" },
];

const values = resource(
  "values",
  {
    columns: {
      small: { dataType: "bigint", precision: 16 },
      price: { dataType: "decimal", precision: 10, scale: 2 },
      naive: { dataType: "timestamp", timezone: false },
      meta: { dataType: "json" },
    },
  },
  rows,
);

async function loaded(destination: TestDestination): Promise<Pipeline> {
  const p = (await datasetWorld(destination)).pipeline();
  await p.run([values, resource("empty", { columns: { id: { dataType: "bigint", nullable: false }, text: { dataType: "text" } } }, [])]);
  await p.run(resource("nothing", [{ id: 1, text: "a" }]));
  return p;
}

async function arrow(relation: Relation): Promise<Table> {
  return (await relation.arrow()) as Table;
}

function types(table: Table): Record<string, string> {
  return Object.fromEntries(table.schema.fields.map((field) => [field.name, String(field.type)]));
}

function cells(table: Table, column: string): unknown[] {
  return [...(table.getChild(column) as Vector)];
}

describe.each(typedDestinations)("arrow, on $name", (destination) => {
  test("has a type for each column, and exact values", async () => {
    const table = await arrow((await loaded(destination)).dataset().table("values").orderBy("id"));
    const { _dlt_id, _dlt_load_id, ...found } = types(table);
    expect([_dlt_id, _dlt_load_id]).toEqual(["Utf8", "Utf8"]);
    expect(found).toEqual({
      id: "Int64",
      big: "Int64",
      small: "Int16",
      half: "Float64",
      amount: "Decimal[38e+9]",
      price: "Decimal[10e+2]",
      at: "Timestamp<MICROSECOND, UTC>",
      naive: "Timestamp<MICROSECOND>",
      day: "Date32<DAY>",
      clock: "Time64<MICROSECOND>",
      is_ok: "Bool",
      text: "Utf8",
      bytes: "Binary",
      meta: "Utf8",
    });
    expect(cells(table, "id")).toEqual([1n, 2n]);
    expect(cells(table, "big")).toEqual([2n ** 62n, null]);
    expect(cells(table, "small")).toEqual([7, -7]);
    expect(cells(table, "half")).toEqual([0.5, null]);
    expect(cells(table, "is_ok")).toEqual([true, false]);
    expect(cells(table, "text")).toEqual(["it's äß 𝄞", ""]);
    expect(cells(table, "bytes")).toEqual([new Uint8Array([0, 255]), null]);
    expect(JSON.parse(String(cells(table, "meta")[0]))).toEqual({ a: [1] });
    expect(table.getChild("amount")?.nullCount).toBe(1);
  });

  test("is loaded back to the same rows, also by way of IPC", async () => {
    const p = await loaded(destination);
    const dataset = p.dataset({ integers: "bigint" });
    const table = await arrow(dataset.table("values").orderBy("id"));
    const ipc: ArrowData = tableFromIPC(tableToIPC(table));
    const naive = { columns: { naive: { dataType: "timestamp", timezone: false } } } as const;
    await p.run([resource("again", naive, [table]), resource("from_ipc", naive, [ipc])]);
    const expected = await dataset.table("values").orderBy("id").fetchAll();
    const comparable = (row: Record<string, unknown>) => ({ ...row, meta: row["meta"] && JSON.parse(String(row["meta"])) });
    for (const name of ["again", "from_ipc"]) {
      const found = await dataset.table(name).orderBy("id").fetchAll();
      expect(found.map(comparable)).toEqual(expected.map(comparable));
    }
  });

  test("has columns without rows, and many batches", async () => {
    const p = await loaded(destination);
    const none = await arrow(p.dataset().table("nothing").where("id", "=", 5));
    expect([none.numRows, types(none)["id"], types(none)["text"]]).toEqual([0, "Int64", "Utf8"]);
    expect(tableFromIPC(tableToIPC(none)).numRows).toBe(0);
    await p.run(resource("many", [Array.from({ length: 50_000 }, (_, id) => ({ id, text: `row ${id}` }))]));
    const many = await arrow(p.dataset().table("many").orderBy("id"));
    expect(many.numRows).toBe(50_000);
    expect(many.batches.length).toBeGreaterThan(1);
    expect(many.get(49_999)?.toJSON()).toMatchObject({ id: 49_999n, text: "row 49999" });
  });

  test("takes any query: counts, sums, joins, lists", async () => {
    const p = await loaded(destination);
    const dataset = p.dataset();
    const table = await arrow(
      dataset.sql`select count(*) as n, sum(id) as sum, cast(avg(small) as double precision) as mean from ${dataset.table("values")}`,
    );
    expect(types(table)).toMatchObject({ n: "Int64", sum: "Decimal[38e0]", mean: "Float64" });
    expect(cells(table, "n")).toEqual([2n]);
    const list = await arrow(dataset.sql`select array[1, 2] as list, ${"x"} as text, null as nothing`);
    expect(list.get(0)?.toJSON()).toEqual({ list: "[1,2]", text: "x", nothing: null });
  });

  test("refuses what Arrow does not have, with words, and names a missing table", async () => {
    const dataset = (await loaded(destination)).dataset();
    expect(await failure(() => dataset.table("no_such").arrow())).toMatchObject({ code: "undefined-relation", relation: "no_such" });
    const infinity = await failure(() => dataset.sql`select cast('infinity' as timestamp with time zone) as at`.arrow());
    expect(infinity).toMatchObject({
      code: "unsupported",
      message: "Column `at` holds `infinity`, which Arrow has no timestamp for. Cast it to text, or leave it out with select().",
    });
  });
});
