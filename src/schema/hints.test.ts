import { describe, expect, test } from "vitest";
import { readFixture } from "../../test/fixtures.ts";
import { ConfigError } from "../core/errors.ts";
import { Timestamp } from "../core/timestamp.ts";
import type { TableSchema } from "./document.ts";
import type { ResourceHints, TableHints } from "./hint-options.ts";
import { cursorColumn, tableHints } from "./hints.ts";
import { namingConvention } from "./naming/naming-convention.ts";
import { nestedTableHints } from "./nested-hints.ts";
import { newSchema } from "./new-schema.ts";
import { readSchema } from "./read-schema.ts";
import { withSourceHints } from "./source-hints.ts";
import { applyUpdate, mergeTable, type SchemaUpdate, type TableUpdate } from "./update.ts";

const naming = namingConvention("snake_case");

function hashVector(name: string): ReturnType<typeof readSchema> {
  const { schemas } = readFixture<{ schemas: { name: string; stored_json: string }[] }>("schema/hash_vectors.json");
  return readSchema(schemas.find((schema) => schema.name === name)?.stored_json ?? "", name);
}

/** The columns of a stored table that were not in the hints: those that its rows brought. */
function inferredColumns(table: TableSchema, hints: TableUpdate): SchemaUpdate[string] {
  const declared = hints.columns ?? {};
  const inferred = Object.entries(table.columns).filter(([name]) => declared[name]?.data_type === undefined);
  return {
    columns: Object.fromEntries(inferred.filter(([, column]) => column.data_type !== undefined)),
    "x-normalizer": { "seen-data": true },
  };
}

describe("hints and rows together make the table that dlt makes", () => {
  const cases: [vector: string, table: string, resource: string, hints: TableHints][] = [
    [
      "merge_keys_and_hints",
      "m",
      "m",
      {
        writeDisposition: "merge",
        primaryKey: ["a", "b"],
        mergeKey: "day",
        columns: {
          amount: { dataType: "decimal", precision: 10, scale: 2 },
          gone: { dataType: "bool", hardDelete: true },
          seq: { dataType: "bigint", dedupSort: "desc" },
        },
      },
    ],
    ["scd2", "dim", "dim", { writeDisposition: { disposition: "merge", strategy: "scd2" } }],
    ["upsert", "up", "up", { writeDisposition: { disposition: "merge", strategy: "upsert" }, primaryKey: "k" }],
    ["replace", "rep", "rep", { writeDisposition: "replace" }],
    [
      "contract_nesting_root_key_unicode",
      "camel_table",
      "Camel Table",
      {
        schemaContract: "evolve",
        maxTableNesting: 1,
        columns: {
          Žluť: { dataType: "text", nullable: false, unique: true, description: "zażółć" },
          p: { partition: true, dataType: "date" },
          c: { cluster: true, dataType: "bigint", precision: 32 },
        },
      },
    ],
    [
      "typed_columns_and_references",
      "typed",
      "typed",
      {
        columns: {
          ts: { dataType: "timestamp", precision: 3 },
          tn: { dataType: "timestamp", timezone: false },
          w: { dataType: "wei" },
          j: { dataType: "json" },
          b: { dataType: "binary", precision: 16 },
          t: { dataType: "time" },
          never: { dataType: "text" },
          incomplete: { nullable: true },
          x: { "x-custom": "v" },
        },
        references: [{ referencedTable: "items", columns: ["x"], referencedColumns: ["id"] }],
        tableFormat: "native",
        fileFormat: "jsonl",
      },
    ],
  ];

  test.each(cases)("%s", (vector, name, resource, options) => {
    const expected = hashVector(vector).tables[name] as TableSchema;
    const hints = tableHints(options, naming);
    const declared = mergeTable(newSchema("s"), { ...hints, name, resource });
    const table = applyUpdate(declared, { [name]: inferredColumns(expected, hints) }).tables[name];
    expect(table).toEqual(expected);
    expect(Object.keys(table?.columns ?? {})).toEqual(Object.keys(expected.columns));
  });
});

describe("stored hints", () => {
  const cases: [what: string, hints: ResourceHints, stored: TableUpdate][] = [
    ["nothing given", {}, { columns: {} }],
    [
      "undefined is not given",
      { description: undefined, columns: { a: { precision: undefined } } } as never,
      { columns: { a: { name: "a" } } },
    ],
    ["names are normalized", { primaryKey: "User Id" }, { columns: { user_id: { name: "user_id", primary_key: true, nullable: false } } }],
    [
      "paths keep their parts",
      { columns: { "Author__Full Name": { dataType: "text" } } },
      { columns: { author__full_name: { name: "author__full_name", data_type: "text" } } },
    ],
    [
      "a key may be nullable",
      { primaryKey: "a", columns: { a: { nullable: true } } },
      { columns: { a: { name: "a", nullable: true, primary_key: true } } },
    ],
    ["a key by column hint", { columns: { a: { mergeKey: true } } }, { columns: { a: { name: "a", nullable: false, merge_key: true } } }],
    ["no key", { primaryKey: [], mergeKey: "" as never }, { columns: {} }],
    [
      "columns that become one",
      { columns: { aB: { dataType: "text" }, a_b: { unique: true } } },
      { columns: { a_b: { name: "a_b", data_type: "text", unique: true } } },
    ],
    ["append as object", { writeDisposition: { disposition: "append" } }, { columns: {}, write_disposition: "append" }],
    ["merge without strategy", { writeDisposition: { disposition: "merge" } }, { columns: {}, write_disposition: "merge" }],
    [
      "rows without duplicates",
      { writeDisposition: { disposition: "merge", strategy: "delete-insert", deduplicated: true } },
      { columns: {}, write_disposition: "merge", "x-merge-strategy": "delete-insert", "x-stage-data-deduplicated": true },
    ],
    [
      "replace strategy",
      { writeDisposition: { disposition: "replace", strategy: "insert-from-staging" } },
      { columns: {}, write_disposition: "replace", "x-replace-strategy": "insert-from-staging" },
    ],
    [
      "scd2 with all options",
      {
        mergeKey: "id",
        columns: { a: { dataType: "text" } },
        writeDisposition: {
          disposition: "merge",
          strategy: "scd2",
          validityColumnNames: ["From", "To"],
          activeRecordTimestamp: "9999-12-31",
          boundaryTimestamp: Timestamp.from("2024-01-01T00:00:00.000001Z"),
          rowVersionColumnName: "Rv",
        },
      },
      {
        columns: {
          a: { name: "a", data_type: "text" },
          id: { name: "id", merge_key: true, nullable: false },
          from: { name: "from", data_type: "timestamp", nullable: true, "x-valid-from": true },
          to: { name: "to", data_type: "timestamp", nullable: true, "x-valid-to": true, "x-active-record-timestamp": "9999-12-31" },
          rv: { name: "rv", nullable: false, "x-row-version": true, unique: false, row_key: false },
        },
        write_disposition: "merge",
        "x-merge-strategy": "scd2",
        "x-boundary-timestamp": "2024-01-01T00:00:00.000001+00:00",
      },
    ],
    [
      "a contract in parts",
      { schemaContract: { columns: "freeze", dataType: "discard_row" } },
      { columns: {}, schema_contract: { columns: "freeze", data_type: "discard_row" } },
    ],
    ["no nesting", { maxTableNesting: 0 }, { columns: {}, "x-normalizer": { max_nesting: 0 } }],
    ["hints of one's own", { "x-owner": { team: "a" }, description: "d" }, { columns: {}, "x-owner": { team: "a" }, description: "d" }],
    ["what the loader decides is not stored", { tableName: "t", materialize: true, nestedHints: {} }, { columns: {} }],
  ];

  test.each(cases)("%s", (_, hints, stored) => {
    const made = tableHints(hints, naming);
    expect(made).toEqual(stored);
    expect(Object.keys(made.columns ?? {})).toEqual(Object.keys(stored.columns ?? {}));
  });

  test.each<[hints: never, message: string]>([
    [{ writeDisposition: "apend" } as never, '`writeDisposition` is "apend", but has to be one of "append", "replace", "merge", "skip".'],
    [{ writeDisposition: { disposition: "merge", strategy: "up" } } as never, "`writeDisposition.strategy`"],
    [{ writeDisposition: { disposition: "replace", strategy: "upsert" } } as never, "`writeDisposition.strategy`"],
    [{ schemaContract: { columns: "no" } } as never, "`schemaContract.columns`"],
    [{ fileFormat: "xml" } as never, "`fileFormat`"],
    [{ columns: { a: { dataType: "string" } } } as never, "`columns.a.dataType`"],
    [{ columns: { a: { data_type: "text" } } } as never, "Column `a` has an unknown hint `data_type`."],
  ])("%o is refused", (hints, message) => {
    expect(() => tableHints(hints, naming)).toThrow(ConfigError);
    expect(() => tableHints(hints, naming)).toThrow(message);
  });
});

describe("a cursor", () => {
  test("with a plain name marks its column", () => {
    expect(cursorColumn("updatedAt", naming)).toEqual({ updated_at: { name: "updated_at", incremental: true } });
  });

  test.each(["a.b", "$.id", "a[0]", '$["My Col"]'])("with the path %s marks none", (path) => {
    expect(cursorColumn(path, naming)).toEqual({});
  });
});

describe("nested hints", () => {
  const root = { table: "my_items", resource: "My Items" };

  test("make the tables on the way, parents first", () => {
    const tables = nestedTableHints({ "a.B": { columns: { q: { dataType: "text" } } }, a: { description: "d" } }, root, naming);
    expect(tables).toEqual([
      { name: "my_items__a", columns: {}, description: "d", parent: "my_items" },
      { name: "my_items__a__b", columns: { q: { name: "q", data_type: "text" } }, parent: "my_items__a" },
    ]);
  });

  test("with a key make a table that is not nested", () => {
    const [table] = nestedTableHints({ tags: { primaryKey: "p" } }, root, naming);
    expect(table).toEqual({
      name: "my_items__tags",
      columns: { p: { name: "p", primary_key: true, nullable: false } },
      resource: "My Items",
    });
  });
});

describe("source hints", () => {
  test("are settings of the schema", () => {
    const schema = withSourceHints(newSchema("s"), {
      maxTableNesting: 2,
      rootKey: true,
      schemaContract: { tables: "evolve", columns: "freeze", dataType: "discard_value" },
    });
    const { settings, normalizers } = hashVector("contract_nesting_root_key_unicode");
    const { propagation, ...config } = normalizers.json.config ?? {};
    expect(schema.settings).toEqual(settings);
    expect(schema.normalizers).toEqual({ ...normalizers, json: { ...normalizers.json, config } });
  });

  test("that say nothing change nothing", () => {
    const schema = newSchema("s");
    expect(withSourceHints(schema, { parallel: true })).toEqual(schema);
  });
});
