import { describe, expect, test } from "vitest";
import { Decimal } from "../../src/index.ts";
import { docsRuns, docsSource, type Run } from "./plan.ts";
import { differencesOf, sideBySide } from "./side-by-side.ts";

const nestedRow = { id: 1, tags: ["x", { y: 1.5, z: null }], owner: { name: "é", roles: [] }, grid: [[1], [2, [3]]] };

const cases: { readonly [name: string]: readonly Run[] } = {
  nothing_but_nulls: docsRuns({}, [{ a: null, b: {}, c: [] }, {}]),
  no_rows_after_rows: docsRuns({}, [{ a: 1 }], []),
  lists_and_objects: docsRuns({}, [nestedRow], [{ ...nestedRow, id: "two", owner: null }]),
  no_nested_tables: docsRuns({ maxTableNesting: 0 }, [nestedRow, { ...nestedRow, tags: "none" }], [nestedRow]),
  one_level_of_nested_tables: docsRuns({ maxTableNesting: 1 }, [nestedRow, nestedRow]),
  nesting_of_a_source: docsRuns({}, [nestedRow]).map((run) => ({ ...run, maxTableNesting: 2 })),
  root_keys: docsRuns({}, [nestedRow], [nestedRow]).map((run) => ({ ...run, rootKey: true })),
  replaced: docsRuns({ writeDisposition: "replace" }, [nestedRow, nestedRow], [{ id: 3, tags: ["new"] }]),
  replaced_by_nothing: docsRuns({ writeDisposition: "replace" }, [nestedRow], []),
  keys: docsRuns({ primaryKey: ["ID", "other key"] }, [{ ID: 1, "other key": "a", data: 2 }], [{ id: 1, other_key: "a" }]),
  merged_by_key: docsRuns(
    { writeDisposition: "merge", primaryKey: "id" },
    [
      { id: 1, v: "a", tags: [1, 2] },
      { id: 2, tags: [{ x: [1] }] },
      { id: 1, v: "c" },
    ],
    [
      { id: 2, v: "bb", tags: [9], more: { n: 1 } },
      { id: 3, v: 1.5 },
    ],
    [],
  ),
  merged_by_part: docsRuns(
    { writeDisposition: "merge", mergeKey: "day" },
    [
      { day: "a", v: 1, list: [1] },
      { day: "a", v: 2 },
      { day: "b", v: 3 },
    ],
    [
      { day: "a", v: 4, list: [5] },
      { day: "c", v: 5 },
    ],
  ),
  merged_without_key: docsRuns({ writeDisposition: "merge" }, [nestedRow], [nestedRow]),
  merged_with_deletes: docsRuns(
    {
      writeDisposition: "merge",
      primaryKey: ["id", "k"],
      columns: { gone: { dataType: "bool", hardDelete: true }, seq: { dedupSort: "desc" } },
    },
    [
      { id: 1, k: "a", seq: 1, v: "old", list: [1] },
      { id: 1, k: "a", seq: 3, v: "new", list: [2] },
      { id: 3, k: "b", seq: 1, list: [3] },
    ],
    [
      { id: 3, k: "b", gone: true, seq: 2 },
      { id: 2, k: "a", seq: 5, gone: true },
      { id: 2, k: "a", seq: 4 },
      { id: 1, k: "a", gone: false },
    ],
  ),
  merged_without_a_value_of_the_key: docsRuns({ writeDisposition: "merge", primaryKey: "id" }, [{ id: null, a: 1 }]),
  from_append_to_replace_to_merge: (["append", "replace", "merge", "merge"] as const).map((writeDisposition, index) => ({
    source: docsSource,
    resources: [
      {
        name: "docs",
        rows: [
          { id: index, v: "x" },
          { id: 1, [`v${index}`]: 1 },
        ],
        hints: { writeDisposition, primaryKey: "id" },
      },
    ],
  })),
  another_table: docsRuns({ tableName: "Other Table" }, [{ a: [1] }]),
  declared_types: docsRuns(
    {
      columns: {
        price: { dataType: "decimal", precision: 10, scale: 2 },
        amount: { dataType: "decimal" },
        wide: { dataType: "wei" },
        local: { dataType: "timestamp", timezone: false },
        at: { dataType: "timestamp", precision: 3 },
        day: { dataType: "date" },
        time: { dataType: "time" },
        bytes: { dataType: "binary" },
        list: { dataType: "json" },
        ratio: { dataType: "double" },
        small: { dataType: "bigint", precision: 16 },
        label: { dataType: "text", precision: 5 },
        never: { dataType: "text" },
        later: { sort: true },
        "My Col": { dataType: "text" },
      },
    },
    [
      { price: "1.10", amount: 1e-7, wide: "123456789012345678901234567890", local: "2024-01-02T03:04:05+02:00", at: 1700000000 },
      { day: "2024-01-02", time: "12:30:00.5", bytes: "aGVsbG8=", list: [1, { b: 2.5 }], ratio: 1, small: 5, label: "longer than five" },
      { price: 1.255, later: 5, "My Col": 7, list: "[1]", day: "2024-01-02T03:04:05Z", at: "2024-01-02T03:04:05.123456Z", ratio: "1e5" },
    ],
  ),
  required_column_without_value: docsRuns({ columns: { x: { dataType: "bigint", nullable: false } } }, [{ a: 1 }]),
  numbers_then_others: docsRuns(
    {},
    [{ a: 1 }, { a: "x" }, { a: 1.5 }, { a: true }, { a: 2.0 }],
    [{ a: { b: 1 } }, { a: [1] }, { a: "0x1F" }],
  ),
  doubles_then_others: docsRuns(
    {},
    [{ a: 1.5 }, { a: "1.5" }, { a: "x" }, { a: true }, { a: 3 }],
    [{ a: { b: 1 } }, { a: "2024-01-02T03:04:05Z" }],
  ),
  booleans_then_others: docsRuns({}, [{ a: false }, { a: 1 }, { a: 0.0 }, { a: "yes" }, { a: "maybe" }, { a: 2.5 }]),
  timestamps_then_others: docsRuns({}, [{ a: "2024-01-02T03:04:05Z" }, { a: "x" }, { a: 1 }, { a: true }, { a: 1.5 }, { a: "2024-01-02" }]),
  texts_then_others: docsRuns({}, [
    { a: "x" },
    { a: 1.5 },
    { a: 1e16 },
    { a: 1e-7 },
    { a: true },
    { a: 9007199254740993n },
    { a: { b: 1 } },
  ]),
  integer_beyond_64_bits: docsRuns({}, [{ a: 2n ** 70n }]),
  ids_given: docsRuns({}, [{ _dlt_id: "mine", list: [1, { a: [2] }] }, { _dlt_id: "" }, { _dlt_id: 7, list: [1] }, { _dlt_load_id: "x" }]),
  names_of_dlt: docsRuns({}, [{ _dlt_list_idx: 7, _dlt_parent_id: "y", list: [{ _dlt_parent_id: "z", _dlt_load_id: "w" }] }]),
  list_named_like_a_table: [
    {
      source: docsSource,
      resources: [
        { name: "docs", rows: [{ a: 1 }] },
        { name: "docs__other", rows: [{ b: 1 }] },
      ],
    },
    { source: docsSource, resources: [{ name: "docs", rows: [{ a: 2, list: [1] }] }] },
  ],
  state: [1, 2, 2].map((index) => ({
    source: docsSource,
    resources: [
      {
        name: "docs",
        rows: [{ index }],
        state: {
          index,
          at: new Date("2024-01-02T03:04:05.120Z"),
          amount: new Decimal("1.10"),
          bytes: Buffer.from("é"),
          deep: { list: [1.5, null, "x"] },
        },
      },
    ],
  })),
};

describe("handmade documents and hints give what dlt makes of them", () => {
  const all = Object.entries(cases).map(([name, runs]) => ({ name: name.replaceAll("_", " "), runs }));
  const load = sideBySide(all);

  test.for(all)("$name", async (one) => expect(differencesOf(await load(one))).toEqual([]));
});
