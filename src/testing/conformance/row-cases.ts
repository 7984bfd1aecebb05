import assert from "node:assert/strict";
import { Decimal } from "decimal.js";
import { PlainDate } from "../../core/plain-date.ts";
import { PlainTime } from "../../core/plain-time.ts";
import { Timestamp } from "../../core/timestamp.ts";
import { resource } from "../../extract/resource.ts";
import { type FileFormat, fileFormats } from "../../schema/hint-options.ts";
import { all, type ConformanceCase, needsRows } from "./conformance-case.ts";
import { inSmallFiles } from "./in-small-files.ts";
import { needsNesting, nestedTableOf } from "./nested.ts";
import type { Columns, ConformanceWorld } from "./world.ts";

const typed = {
  id: "bigint",
  text: "text",
  big: "bigint",
  number: "double",
  flag: "bool",
  at: "timestamp",
  day: "date",
  clock: "time",
  amount: "decimal",
  bytes: "binary",
  document: "json",
} as const satisfies Columns;

const typedRows = [
  {
    id: 1,
    text: "é ' \" \\ ,\n\t\u{1F600}",
    big: 9007199254740993n,
    number: 0.1,
    flag: true,
    at: Timestamp.from("2024-02-29T23:59:59.123456Z"),
    day: PlainDate.from("2024-02-29"),
    clock: PlainTime.from("23:59:59.5"),
    amount: new Decimal("12345678901234567890.123456789"),
    bytes: new Uint8Array([0, 1, 10, 34, 39, 44, 92, 255]),
    document: { list: [1, 2.5, null, "x'\"\n"], empty: {}, nested: { flag: false } },
  },
  {
    id: 2,
    text: "",
    big: -9223372036854775808n,
    number: -1.5e-300,
    flag: false,
    at: Timestamp.from("1969-12-31T23:59:59.999999Z"),
    day: PlainDate.from("1900-01-01"),
    clock: PlainTime.from("00:00:00"),
    amount: new Decimal("-0.000000001"),
    bytes: new Uint8Array([7]),
    document: [],
  },
  { id: 3 },
];

const hints = { columns: { number: { dataType: "double" }, document: { dataType: "json" } } } as const;

async function expectTyped(world: ConformanceWorld, table: string): Promise<void> {
  await world.expectRows(table, typed, typedRows);
}

/** What becomes of rows that are appended. */
export const rowCases: readonly ConformanceCase[] = [
  {
    name: "rows > values arrive exactly, of every type",
    skip: needsRows,
    async run(world) {
      await world.pipeline().run(resource("typed", hints, typedRows));
      await expectTyped(world, "typed");
    },
  },
  ...fileFormats
    .filter((format) => format !== "preferred")
    .map(
      (format): ConformanceCase => ({
        name: `rows > values arrive exactly from ${format} files`,
        skip: all(needsRows, ({ capabilities }) =>
          capabilities.loaderFileFormats.includes(format)
            ? undefined
            : `it does not load ${format} files (capability \`loaderFileFormats\`)`,
        ),
        async run(world) {
          await world.pipeline().run(resource("typed", hints, typedRows), { loaderFileFormat: format as FileFormat });
          await expectTyped(world, "typed");
        },
      }),
    ),
  {
    name: "rows > a second package is added to the first",
    skip: needsRows,
    async run(world) {
      const p = world.pipeline();
      for (const ids of [
        [1, 2],
        [2, 3],
      ])
        await p.run(
          ids.map((id) => ({ id })),
          { tableName: "events" },
        );
      assert.deepEqual(await world.ids("events"), [1, 2, 2, 3]);
    },
  },
  {
    name: "rows > many files of several tables all arrive, each once",
    skip: needsRows,
    async run(world) {
      const table = (name: string) =>
        resource(
          name,
          Array.from({ length: 50 }, (_, id) => ({ id, name, text: "x".repeat(200) })),
        );
      await inSmallFiles(7, () => world.pipeline().run(["a", "b", "c"].map(table)));
      const ids = Array.from({ length: 50 }, (_, id) => id);
      for (const name of ["a", "b", "c"]) assert.deepEqual(await world.ids(name), ids, `the rows of \`${name}\``);
    },
  },
  {
    name: "rows > new columns are added to a table that has rows",
    skip: needsRows,
    async run(world) {
      const p = world.pipeline();
      await p.run([{ id: 1 }], { tableName: "people" });
      await p.run([{ id: 2, name: "Ada", born: PlainDate.from("1815-12-10") }], { tableName: "people" });
      await p.run([{ id: 3, born: PlainDate.from("1906-12-09") }], { tableName: "people" });
      await world.expectRows("people", { id: "bigint", name: "text", born: "date" }, [
        { id: 1 },
        { id: 2, name: "Ada", born: "1815-12-10" },
        { id: 3, born: "1906-12-09" },
      ]);
    },
  },
  {
    name: "rows > a value of another type goes into a column of its own",
    skip: needsRows,
    async run(world) {
      const p = world.pipeline();
      await p.run([{ id: 1, value: 5 }], { tableName: "mixed" });
      await p.run([{ id: 2, value: "five" }], { tableName: "mixed" });
      const columns = Object.values(p.defaultSchema!.tables["mixed"]!.columns);
      const variant = columns.find((column) => column["variant"] === true)!.name;
      await world.expectRows("mixed", { id: "bigint", value: "bigint", [variant]: "text" }, [
        { id: 1, value: 5 },
        { id: 2, [variant]: "five" },
      ]);
    },
  },
  {
    name: "rows > names that mean something in SQL are names",
    skip: needsRows,
    async run(world) {
      await world.pipeline().run([{ id: 1, select: "a", group: "b", order: 3, user: true }], { tableName: "table" });
      await world.expectRows("table", { id: "bigint", select: "text", group: "text", order: "bigint", user: "bool" }, [
        { id: 1, select: "a", group: "b", order: 3, user: true },
      ]);
    },
  },
  {
    name: "rows > the longest name fits, and those beyond stay apart",
    skip: all(needsRows, ({ capabilities }) =>
      (capabilities.maxIdentifierLength ?? 1000) > 255
        ? "its names have no limit that files would not have (`maxIdentifierLength`)"
        : undefined,
    ),
    async run(world) {
      const long = "n".repeat(world.capabilities.maxIdentifierLength! - 1);
      const p = world.pipeline();
      await p.run([{ id: 1, [`${long}a`]: "a", [`${long}bc`]: "b", [`${long}bd`]: "c" }], { tableName: "wide" });
      const names = Object.keys(p.defaultSchema!.tables["wide"]!.columns).filter((name) => name.startsWith("nnn"));
      assert.equal(names.length, 3);
      const [row] = await world.rows("wide", Object.fromEntries(names.map((name) => [name, "text"])));
      assert.deepEqual(Object.values(row!).toSorted(), ["a", "b", "c"]);
    },
  },
  {
    name: "rows > nested tables keep their parents",
    skip: all(needsRows, needsNesting),
    async run(world) {
      const p = world.pipeline();
      await p.run(
        [1, 2].map((id) => ({ id, lines: [{ line: id * 10 }, { line: id * 10 + 1 }] })),
        { tableName: "orders" },
      );
      const nested = nestedTableOf(p, "orders");
      const orders = await world.rows("orders", { id: "bigint", _dlt_id: "text" });
      const lines = await world.rows(nested, { line: "bigint", _dlt_parent_id: "text", _dlt_list_idx: "bigint" });
      const orderOf = new Map(orders.map((order) => [order["_dlt_id"], order["id"]]));
      assert.deepEqual(lines.map((line) => `${orderOf.get(line["_dlt_parent_id"]!)} ${line["line"]} ${line["_dlt_list_idx"]}`).toSorted(), [
        "1 10 0",
        "1 11 1",
        "2 20 0",
        "2 21 1",
      ]);
    },
  },
  {
    name: "rows > each says which package it came with",
    skip: needsRows,
    async run(world) {
      const info = await world.pipeline().run([{ id: 1 }], { tableName: "events" });
      await world.expectRows("events", { _dlt_load_id: "text" }, [{ _dlt_load_id: info.loadIds[0] }]);
    },
  },
];
