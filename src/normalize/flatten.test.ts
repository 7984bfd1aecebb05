import { describe, expect, it } from "vitest";
import { readFixture, untagToJson } from "../../test/fixtures.ts";
import { flattened, settings } from "../../test/flattened.ts";
import type { JsonObject, JsonValue } from "../schema/json-value.ts";
import { nameTest } from "../schema/name-pattern.ts";
import { type NamingName, namingConvention } from "../schema/naming/naming-convention.ts";
import { createFlatten, type FlatRow, type FlattenSettings } from "./flatten.ts";
import { keyHash, nestedRowId, rowHash } from "./keys.ts";

interface StoredColumn {
  readonly data_type?: string;
  readonly primary_key?: boolean;
  readonly "x-row-version"?: boolean;
}
interface StoredTable {
  readonly columns: Readonly<Record<string, StoredColumn>>;
  readonly parent?: string;
  readonly "x-merge-strategy"?: string;
  readonly "x-normalizer"?: { readonly max_nesting?: number };
}
interface NormalizerCase {
  readonly name: string;
  readonly table: string;
  readonly load_id: string;
  readonly max_nesting: number | null;
  readonly input: unknown;
  readonly tables_before: Readonly<Record<string, StoredTable>>;
  readonly normalizers: {
    readonly names: NamingName;
    readonly json: {
      readonly config?: {
        readonly propagation?: {
          readonly root?: Readonly<Record<string, string>>;
          readonly tables?: Readonly<Record<string, Readonly<Record<string, string>>>>;
        };
      };
    };
  };
  readonly rows: readonly { readonly table: string; readonly parent: string | null; readonly row: Readonly<Record<string, unknown>> }[];
}
const { cases } = readFixture<{ readonly cases: readonly NormalizerCase[] }>("normalizer.json");

describe("flattening a document", () => {
  it.each(cases.map((example) => [example.name, example] as const))("gives dlt's rows: %s", (_, example) => {
    const expected = example.rows.map(({ table, parent, row }) => ({
      table,
      parent,
      row: Object.entries(row).map(([column, value]) => [column, maskRandom(column, value, row, example)] as const),
    }));
    expect(flattened(untagToJson(example.input) as JsonValue, example.table, settingsOf(example))).toEqual(expected);
  });
});

describe("what the fixture does not show", () => {
  it("leaves out nested rows when the sink refuses their parent", () => {
    const tables: string[] = [];
    createFlatten(settings())({ a: [{ b: [1] }, { b: [2] }], c: [3] }, "t", (table, _, row) => {
      tables.push(table);
      return row.get("_dlt_list_idx") !== 0;
    });
    expect(tables).toEqual(["t", "t__a", "t__a", "t__a__b", "t__c"]);
  });

  it("keeps an id that a row has and links the row nevertheless (dlt leaves the links out), and replaces an empty id", () => {
    const rows = flattened({ _dlt_id: "mine", c: [{ _dlt_id: "own", g: [1] }, { _dlt_id: "" }] }, "t", settings());
    expect(rows.map(({ row }) => Object.fromEntries(row))).toEqual([
      { _dlt_id: "mine", _dlt_load_id: "1" },
      { _dlt_id: "own", _dlt_parent_id: "mine", _dlt_list_idx: 0 },
      { value: 1, _dlt_parent_id: "own", _dlt_list_idx: 0, _dlt_id: nestedRowId("own", "t__c__g", 0) },
      { _dlt_id: nestedRowId("mine", "t__c", 1), _dlt_parent_id: "mine", _dlt_list_idx: 1 },
    ]);
  });

  it("counts the levels of a nested row from its parent row, not from the object that holds the list", () => {
    const document = { a: { b: { l: [{ x: { y: 1 } }, [[5]], 3] } } };
    const rows = flattened(document, "t", { ...settings(), maxNesting: () => 3 });
    expect(rows.map(({ table, row }) => [table, row[0]])).toEqual([
      ["t", ["_dlt_load_id", "1"]],
      ["t__a__b__l", ["x__y", 1]],
      ["t__a__b__l", ["_dlt_parent_id", "id1"]],
      ["t__a__b__l__list", ["list", [5]]],
      ["t__a__b__l", ["value", 3]],
    ]);
  });

  it("makes tables of the lists of a document that is a list", () => {
    expect(flattened([1, { a: 2 }], "t", settings()).map(({ table, parent }) => [table, parent])).toEqual([
      ["t", null],
      ["t__value", "t"],
      ["t__value", "t"],
    ]);
  });

  it("takes keys like any other name that JavaScript has plans with", () => {
    const document = JSON.parse('{"__proto__": {"x": 1}, "constructor": [2], "hasOwnProperty": null}') as JsonObject;
    const rows = flattened(document, "t", settings());
    expect(rows.map(({ table, row }) => [table, row[0], row[1]])).toEqual([
      ["t", ["has_own_property", null], ["proto__x", 1]],
      ["t__constructor", ["value", 2], ["_dlt_parent_id", "id1"]],
    ]);
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  it("names every key that normalizes to nothing `_empty`, where dlt makes a column without a name or puts nested rows into the parent table", () => {
    expect(flattened({ " ": [3] }, "t", settings()).map(({ table }) => table)).toEqual(["t", "t___empty"]);
    expect(flattened({ __: 1, a: { __: [2] } }, "t", settings()).map(({ table, row }) => [table, row[0]])).toEqual([
      ["t", ["_empty", 1]],
      ["t__a___empty", ["value", 2]],
    ]);
  });

  it("normalizes keys whole when the schema says so", () => {
    const rows = flattened({ a__B: { c__D: 1 }, l__X: [1] }, "t", { ...settings(), useBreakPath: false });
    expect(rows.map(({ table, row }) => [table, row[0]?.[0]])).toEqual([
      ["t", "a_b__c_d"],
      ["t__l_x", "value"],
    ]);
  });

  it("shortens names of the whole path, and tags them by it", () => {
    const naming = namingConvention("snake_case", { maxLength: 20 });
    const rows = flattened({ aVeryLongKey: { anotherLongKey: 1, list: [{ deep: [1] }] } }, "table_name", { ...settings(), naming });
    expect(rows.map(({ table, row }) => [table, row[0]?.[0]])).toEqual([
      ["table_name", naming.shortenFragments("a_very_long_key", "another_long_key")],
      [naming.shortenFragments("table_name", "a_very_long_key", "list"), "_dlt_parent_id"],
      [naming.shortenFragments("table_name", "a_very_long_key", "list", "deep"), "value"],
    ]);
  });

  it("works for documents with more keys than it remembers", () => {
    const document = Object.fromEntries(Array.from({ length: 25_000 }, (_, index) => [`Key ${index}`, index]));
    const [first] = flattened(document, "t", settings());
    expect(first?.row).toHaveLength(25_002);
    expect(first?.row[24_999]).toEqual(["key_24999", 24_999]);
  });
});

const random = "(random)";

function settingsOf({ tables_before: tables, load_id, max_nesting, normalizers, name }: NormalizerCase): FlattenSettings {
  const { root = {}, tables: copied = {} } = normalizers.json.config?.propagation ?? {};
  const isRoot = (table: string): boolean => tables[table] !== undefined && tables[table].parent === undefined;
  return {
    ...settings(),
    naming: namingConvention(normalizers.names),
    loadId: load_id,
    maxNesting: (table) => tables[table]?.["x-normalizer"]?.max_nesting ?? max_nesting ?? undefined,
    isJsonColumn: (table, column) =>
      tables[table]?.columns[column]?.data_type === "json" || (name === "preferred_json" && nameTest(["re:^blob$"])(column)),
    isRootTable: isRoot,
    propagation: (table) => Object.entries({ ...(table.includes("__") ? {} : root), ...copied[table] }),
    rowId: (table, row, document) => rowIdOf(tables[table], row, document),
  };
}

function rowIdOf(table: StoredTable | undefined, row: FlatRow, document: JsonObject): string {
  const columns = Object.entries(table?.columns ?? {});
  if (table?.["x-merge-strategy"] === "scd2") return rowHash(document);
  if (table?.["x-merge-strategy"] !== "upsert") return random;
  return keyHash(
    row,
    columns.filter(([, column]) => column.primary_key === true).map(([column]) => column),
  );
}

/** Ids of root rows are random in the fixture, unless the input has one or they are hashes. */
function maskRandom(column: string, value: unknown, row: Readonly<Record<string, unknown>>, example: NormalizerCase): JsonValue {
  const isRandom = column === "_dlt_id" && "_dlt_load_id" in row && value !== "ROOT" && !/upsert|scd2/.test(example.name);
  return isRandom ? random : (untagToJson(value) as JsonValue);
}
