import { docsRuns, docsSource } from "../plan.ts";
import { everywhere, namedCases, onSqliteOnly, type PipelineCase } from "./pipeline-case.ts";

export const nestedRow = { id: 1, tags: ["x", { y: 1.5, z: null }], owner: { name: "é", roles: [] }, grid: [[1], [2, [3]]] };

/** Documents and hints: what tables and columns become of them. */
export const documentCases: readonly PipelineCase[] = [
  ...namedCases({
    lists_and_objects: docsRuns({}, [nestedRow], [{ ...nestedRow, id: "two", owner: null }]),
    root_keys: docsRuns({}, [nestedRow], [nestedRow]).map((run) => ({ ...run, rootKey: true })),
    keys: docsRuns({ primaryKey: ["ID", "other key"] }, [{ ID: 1, "other key": "a", data: 2 }], [{ id: 1, other_key: "a" }]),
    // Postgres alone minds that a text is too long for its column.
    declared_types: {
      refusedOn: ["postgres"],
      differs: onSqliteOnly,
      runs: docsRuns(
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
          {
            day: "2024-01-02",
            time: "12:30:00.5",
            bytes: "aGVsbG8=",
            list: [1, { b: 2.5 }],
            ratio: 1,
            small: 5,
            label: "longer than five",
          },
          {
            price: 1.255,
            later: 5,
            "My Col": 7,
            list: "[1]",
            day: "2024-01-02T03:04:05Z",
            at: "2024-01-02T03:04:05.123456Z",
            ratio: "1e5",
          },
        ],
      ),
    },
    required_column_without_value: {
      refusedOn: everywhere,
      runs: docsRuns({ columns: { x: { dataType: "bigint", nullable: false } } }, [{ a: 1 }]),
    },
    numbers_then_others: docsRuns(
      {},
      [{ a: 1 }, { a: "x" }, { a: 1.5 }, { a: true }, { a: 2.0 }],
      [{ a: { b: 1 } }, { a: [1] }, { a: "0x1F" }],
    ),
    timestamps_then_others: docsRuns({}, [
      { a: "2024-01-02T03:04:05Z" },
      { a: "x" },
      { a: 1 },
      { a: true },
      { a: 1.5 },
      { a: "2024-01-02" },
    ]),
    texts_then_others: docsRuns({}, [
      { a: "x" },
      { a: 1.5 },
      { a: 1e16 },
      { a: 1e-7 },
      { a: true },
      { a: 9007199254740993n },
      { a: { b: 1 } },
    ]),
    integer_beyond_64_bits: { refusedOn: everywhere, runs: docsRuns({}, [{ a: 2n ** 70n }]) },
  }),
  ...namedCases({
    nothing_but_nulls: docsRuns({}, [{ a: null, b: {}, c: [] }, {}]),
    no_nested_tables: docsRuns({ maxTableNesting: 0 }, [nestedRow, { ...nestedRow, tags: "none" }], [nestedRow]),
    one_level_of_nested_tables: docsRuns({ maxTableNesting: 1 }, [nestedRow, nestedRow]),
    nesting_of_a_source: docsRuns({}, [nestedRow]).map((run) => ({ ...run, maxTableNesting: 2 })),
    another_table: docsRuns({ tableName: "Other Table" }, [{ a: [1] }]),
    doubles_then_others: docsRuns(
      {},
      [{ a: 1.5 }, { a: "1.5" }, { a: "x" }, { a: true }, { a: 3 }],
      [{ a: { b: 1 } }, { a: "2024-01-02T03:04:05Z" }],
    ),
    booleans_then_others: docsRuns({}, [{ a: false }, { a: 1 }, { a: 0.0 }, { a: "yes" }, { a: "maybe" }, { a: 2.5 }]),
    ids_given: docsRuns({}, [
      { _dlt_id: "mine", list: [1, { a: [2] }] },
      { _dlt_id: "" },
      { _dlt_id: 7, list: [1] },
      { _dlt_load_id: "x" },
    ]),
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
  }).map((one) => ({ ...one, isAboutDocuments: true })),
];
