import { docsRuns, docsSource } from "../plan.ts";
import { namedCases, type PipelineCase } from "./pipeline-case.ts";

const long = (end: string): string => `a_name_that_is_much_longer_than_some_databases_allow_for_their_names_${end}`;

/** What run after run brings: columns, tables, types, names, contracts. */
export const evolutionCases: readonly PipelineCase[] = namedCases({
  columns_and_nested_tables_that_come_run_by_run: docsRuns(
    {},
    [{ id: 1 }],
    [{ id: 2, name: "Ada", home: { city: "Ulm" } }],
    [{ id: 3, home: { zip: 7, street: { no: 1.5 } }, lines: [{ sku: "a" }] }],
    [{ id: 4, lines: [{ sku: "b", n: 2, parts: [{ p: true }] }], marks: [1, 2] }],
    [],
    [{ id: 5 }],
  ),
  the_same_while_rows_are_merged: docsRuns(
    { writeDisposition: "merge", primaryKey: "id" },
    [{ id: 1, lines: [{ sku: "a" }] }],
    [{ id: 1, name: "Ada", lines: [{ sku: "b", n: 2, parts: [{ p: true }] }] }],
    [{ id: 2, home: { city: "Ulm" }, marks: [1, 2] }],
    [{ id: 1, marks: [3], name: 5 }],
  ),
  types_that_change_run_by_run: docsRuns(
    {},
    [{ a: 1, b: true, c: "x", d: "2024-01-02T03:04:05Z", e: 1.5 }],
    [{ a: 1.5, b: "yes", c: 7, d: 1700000000, e: "text" }],
    [{ a: "x", b: 2, c: { y: 1 }, d: true, e: [1] }],
    [{ a: [1], b: 1.5, c: [{ y: 2 }], d: { z: 1 }, e: 2 }],
  ),
  a_column_that_was_null_until_now: docsRuns({}, [{ id: 1, a: null }], [{ id: 2, a: null }], [{ id: 3, a: 1.5 }], [{ id: 4, a: null }]),
  hints_that_come_later: [
    ...docsRuns({}, [{ id: 1, day: "mon" }]),
    ...docsRuns({ writeDisposition: "merge", primaryKey: "id", columns: { note: { dataType: "text" } } }, [{ id: 1, day: "tue" }]),
    ...docsRuns({ writeDisposition: "merge", primaryKey: "id", columns: { note: { dataType: "text", sort: true } } }, [
      { id: 1, day: "wed", note: "x" },
    ]),
  ],
  unique_columns: docsRuns(
    { columns: { code: { dataType: "text", unique: true }, n: { unique: true } } },
    [{ code: "a", n: 1 }],
    [{ code: "b", n: 2 }],
  ),
  names_beyond_what_the_database_allows: docsRuns({ writeDisposition: "merge", primaryKey: "id" }, [
    { id: 1, [long("one")]: 1, [long("two")]: "x", [long("list")]: [{ [long("one")]: 1, [long("deep")]: [1] }] },
  ]).flatMap((run) => [run, run]),
  tables_with_names_beyond_what_the_database_allows: [long("one"), long("two")].map((name) => ({
    source: docsSource,
    resources: [{ name, rows: [{ id: 1, list: [{ id: 2 }] }] }],
  })),
  names_that_mean_something_in_SQL: docsRuns({ tableName: "order" }, [
    { select: 1, from: "x", user: true, "group by": [{ where: 1, table: "y" }], Primary: 2 },
  ]).flatMap((run) => [run, run]),
  names_in_other_scripts_and_cases: docsRuns({}, [{ naïve: 1, "Größe (cm)": 2, 日本: "x", HTTPServer: 1, userID: 2, "a.b": 3 }]),
  a_contract_that_keeps_the_schema: [
    ...docsRuns({}, [{ id: 1, kids: [{ x: 1 }] }]),
    ...docsRuns({ schemaContract: { tables: "discard_value", columns: "discard_value", dataType: "discard_value" } }, [
      { id: 2, n: 1, kids: [{ x: "y", z: 1 }], more: [1] },
    ]),
    ...docsRuns({ schemaContract: { columns: "discard_row" } }, [{ id: 3, n: 1 }, { id: 4 }]),
  ],
  two_sources_one_after_the_other_without_state: {
    runs: [
      ["shop", "users"],
      ["shop", "orders"],
      ["shop", "users"],
    ].map(([source, name], index) => ({
      source: source!,
      resources: [{ name: name!, rows: [{ index, list: [index] }] }],
    })),
  },
});
