import { describe, expect, test } from "vitest";
import { contractOf, evolveOnce, hasStrictContract, isNewTable, withoutEvolveOnce } from "./contract.ts";
import type { SchemaDocument, TableSchema } from "./document.ts";
import { newSchema } from "./new-schema.ts";

const evolving = { tables: "evolve", columns: "evolve", data_type: "evolve" };
const frozen = { tables: "freeze", columns: "freeze", data_type: "freeze" };

function schemaOf(tables: readonly TableSchema[], contract?: SchemaDocument["settings"]["schema_contract"]): SchemaDocument {
  const schema = newSchema("shop");
  const settings = contract === undefined ? schema.settings : { ...schema.settings, schema_contract: contract };
  return { ...schema, settings, tables: Object.fromEntries(tables.map((table) => [table.name, table])) };
}

describe("the contract of a table", () => {
  const child: TableSchema = { name: "a__kids", parent: "a", columns: {} };

  test("is its own, whole: parts that it leaves out may change", () => {
    const schema = schemaOf([{ name: "a", columns: {}, schema_contract: { columns: "discard_row" } }], "freeze");
    expect(contractOf(schema, "a")).toEqual({ ...evolving, columns: "discard_row" });
  });

  test("is that of the nearest table above it that has one", () => {
    const root = { name: "a", columns: {}, schema_contract: "freeze" };
    expect(contractOf(schemaOf([root, child]), "a__kids")).toEqual(frozen);
    expect(contractOf(schemaOf([root, { ...child, schema_contract: "evolve" }]), "a__kids")).toEqual(evolving);
  });

  test("is that of the schema, when no table says anything", () => {
    expect(contractOf(schemaOf([{ name: "a", columns: {} }, child], "freeze"), "a__kids")).toEqual(frozen);
    expect(contractOf(schemaOf([]), "a")).toEqual(evolving);
  });

  test("that is unknown is that of its parent", () => {
    const schema = schemaOf([{ name: "a", columns: {}, schema_contract: "freeze" }]);
    expect(contractOf(schema, "a__new", "a")).toEqual(frozen);
    expect(contractOf(schema, "b")).toEqual(evolving);
  });

  test("never holds tables of dlt's own", () => {
    expect(contractOf(schemaOf([], "freeze"), "_dlt_loads")).toEqual(evolving);
  });
});

test("a schema is strict when anything in it may refuse a change", () => {
  expect(hasStrictContract(schemaOf([{ name: "a", columns: {}, schema_contract: { columns: "evolve" } }], "evolve"))).toBe(false);
  expect(hasStrictContract(schemaOf([{ name: "a", columns: {}, schema_contract: { columns: "discard_value" } }]))).toBe(true);
  expect(hasStrictContract(schemaOf([], { data_type: "freeze" }))).toBe(true);
});

test("a table is new until it has a column with a type", () => {
  const columns = { id: { name: "id", nullable: false } };
  expect(isNewTable(schemaOf([{ name: "a", columns }]), "a")).toBe(true);
  expect(isNewTable(schemaOf([{ name: "a", columns: { id: { ...columns.id, data_type: "text" } } }]), "a")).toBe(false);
  expect(isNewTable(schemaOf([]), "a")).toBe(true);
});

test("tables that have seen rows do not evolve once more", () => {
  const once = { [evolveOnce]: true };
  const schema = schemaOf([
    { name: "a", columns: {}, "x-normalizer": once },
    { name: "b", columns: {}, "x-normalizer": { ...once, "seen-data": true } },
    { name: "c", columns: {}, "x-normalizer": once },
  ]);
  const { tables } = withoutEvolveOnce(schema, ["a", "b", "unknown"]);
  expect(tables).toEqual({
    a: { name: "a", columns: {} },
    b: { name: "b", columns: {}, "x-normalizer": { "seen-data": true } },
    c: schema.tables["c"],
  });
  expect(withoutEvolveOnce(schema, [])).toBe(schema);
});
