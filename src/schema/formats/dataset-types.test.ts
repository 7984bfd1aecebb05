import { expect, test } from "vitest";
import type { ColumnSchema, SchemaDocument, TableSchema } from "../document.ts";
import { newSchema } from "../new-schema.ts";
import { datasetTypes } from "./dataset-types.ts";

function table(name: string, columns: readonly ColumnSchema[], rest: Partial<TableSchema> = {}): TableSchema {
  return { name, columns: Object.fromEntries(columns.map((column) => [column.name, column])), ...rest };
}

function schema(name: string, ...tables: readonly TableSchema[]): SchemaDocument {
  return { ...newSchema(name), tables: Object.fromEntries(tables.map((one) => [one.name, one])) };
}

const id: ColumnSchema = { name: "id", data_type: "bigint", nullable: false };
const rowId: ColumnSchema = { name: "_dlt_id", data_type: "text", nullable: false };

test("has datasets, tables and columns in alphabetical order, leat's own last", () => {
  const shop = schema(
    "shop",
    table("_dlt_loads", [{ name: "load_id", data_type: "text", nullable: false }]),
    table("users", [rowId, { name: "name", data_type: "text", description: "As */ they\n  write it" }, id], { description: "People" }),
    table("events", [{ name: "at", data_type: "timestamp" }]),
  );
  const other = schema("other", table("my table", [{ name: "it's", data_type: "decimal" }]), table("not_yet", [{ name: "a" }]));
  const text = datasetTypes(
    [
      { name: "shop_data", schemas: [shop] },
      { name: "2024", schemas: [other] },
    ],
    ["// head"],
  );
  expect(text).toBe(`// head
import type { Decimal, Timestamp } from "leat";

declare module "leat" {
  interface Datasets {
    "2024": {
      "my table": {
        "it's": Decimal | null;
      };
    };
    shop_data: {
      events: {
        at: Timestamp | null;
      };
      /** People */
      users: {
        id: number;
        /** As * / they write it */
        name: string | null;
        _dlt_id: string;
      };
      _dlt_loads: {
        load_id: string;
      };
    };
  }
}
`);
});

test("gives one text for equal schemas, in whatever order things are", () => {
  const events = table("events", [id, rowId, { name: "a", data_type: "text" }]);
  const users = table("users", [id]);
  const turned = { ...events, columns: Object.fromEntries(Object.entries(events.columns).reverse()) };
  const all = [
    { name: "a", schemas: [schema("s", events, users), schema("t", users)] },
    { name: "b", schemas: [schema("s", users)] },
  ];
  const other = [
    { name: "b", schemas: [schema("s", users)] },
    { name: "a", schemas: [schema("t", users), schema("s", users, turned)] },
  ];
  expect(datasetTypes(other, [])).toBe(datasetTypes(all, []));
});

test("is a module also when it needs nothing of leat, and leaves out datasets without tables", () => {
  const text = datasetTypes(
    [
      { name: "a", schemas: [schema("s", table("t", [id]))] },
      { name: "b", schemas: [schema("s")] },
    ],
    [],
  );
  expect(text).toContain('import type {} from "leat";');
  expect(text).not.toContain("b:");
});

test("a table of several schemas has the columns of all; what one of them lacks may be null, and types that differ are all possible", () => {
  const mine = schema(
    "mine",
    table("orders", [id, { name: "price", data_type: "bigint", nullable: false }]),
    table("_dlt_loads", [id, rowId]),
  );
  const theirs = schema(
    "theirs",
    table("orders", [
      { ...id, description: "The key" },
      { name: "note", data_type: "text", nullable: false },
      { name: "price", data_type: "decimal", nullable: false },
    ]),
    table("_dlt_loads", [id]),
  );
  expect(datasetTypes([{ name: "shop", schemas: [mine, theirs] }], [])).toContain(`
      orders: {
        /** The key */
        id: number;
        note: string | null;
        price: Decimal | number;
      };
      _dlt_loads: {
        id: number;
        _dlt_id: string;
      };
`);
});
