import { expect, test } from "vitest";
import type { SchemaDocument, TableSchema } from "./document.ts";
import { dropTables, tablesOfResources } from "./drop-tables.ts";
import { newSchema } from "./new-schema.ts";

function table(name: string, of: { readonly resource: string } | { readonly parent: string }): TableSchema {
  return { name, columns: {}, ...of };
}

function schema(...tables: readonly TableSchema[]): SchemaDocument {
  const empty = newSchema("shop");
  return { ...empty, tables: { ...empty.tables, ...Object.fromEntries(tables.map((each) => [each.name, each])) } };
}

const shop = schema(
  table("users", { resource: "users" }),
  table("orders", { resource: "orders" }),
  table("orders__lines", { parent: "orders" }),
  table("orders__lines__tags", { parent: "orders__lines" }),
  table("archive", { resource: "orders" }),
);
const names = (found: readonly TableSchema[]): string[] => found.map(({ name }) => name);

test("finds all tables of a resource, those before that others hang on", () => {
  const { resources, tables } = tablesOfResources(shop, (name) => name === "orders");
  expect(resources).toEqual(["orders"]);
  expect(names(tables)).toEqual(["archive", "orders__lines__tags", "orders__lines", "orders"]);
});

test("never finds the tables of leat's own", () => {
  expect(names(tablesOfResources(shop, () => true).tables)).toEqual(["archive", "orders__lines__tags", "orders__lines", "orders", "users"]);
});

test("drops tables with what is copied from them, and with the settings that are empty then", () => {
  const json = {
    module: "m",
    config: { propagation: { tables: { orders: { _dlt_id: "_dlt_root_id" }, users: { _dlt_id: "_dlt_root_id" } } } },
  };
  const merging: SchemaDocument = { ...shop, normalizers: { ...shop.normalizers, json } };
  const without = dropTables(merging, tablesOfResources(merging, (name) => name === "orders").tables);
  expect(Object.keys(without.tables)).toEqual(["_dlt_version", "_dlt_loads", "users"]);
  expect(without.normalizers.json.config).toEqual({ propagation: { tables: { users: { _dlt_id: "_dlt_root_id" } } } });
  const empty = dropTables(without, tablesOfResources(without, () => true).tables);
  expect(empty.normalizers.json).toEqual({ module: "m" });
  expect(dropTables(empty, [])).toBe(empty);
});
