import { type Case, docsRuns } from "./plan.ts";

/** Documents for which leat does something else than dlt, and means it. */
export interface DeliberateDifference extends Case {
  readonly reason: string;
  /** Who does not load it. */
  readonly refusedBy?: "dlt" | "leat";
  /** When both load it: what every difference begins with. */
  readonly only?: RegExp;
}

export const deliberateDifferences: readonly DeliberateDifference[] = [
  {
    name: "number too large for its column",
    reason: "dlt writes a double above 2^63 into the column of integers, and DuckDB refuses it; leat makes a variant",
    runs: docsRuns({}, [{ a: 1 }, { a: 1e45 }]),
    refusedBy: "dlt",
  },
  {
    name: "not a number",
    reason: "dlt writes NaN and Infinity as SQL that DuckDB does not take; leat stores them",
    runs: docsRuns({}, [{ a: 1.5 }, { a: "NaN" }, { a: "Infinity" }]),
    refusedBy: "dlt",
  },
  {
    name: "text that fits no variant",
    reason:
      "the variant of a column for text became one of timestamps, and dlt fails to put other text there; leat makes a variant of the variant",
    runs: docsRuns({}, [{ a: 1 }, { a: "2024-01-02T03:04:05Z" }, { a: "x" }]),
    refusedBy: "dlt",
  },
  {
    name: "key of separators only",
    reason: "dlt gives the column an empty name and fails; leat calls it `_empty`, as any other key without a name",
    runs: docsRuns({}, [{ __: 1 }]),
    refusedBy: "dlt",
  },
  {
    name: "list under a blank key",
    reason:
      "dlt puts the rows of the list into the table of the document, and fails when that loses a column; leat makes the nested table `docs___empty`",
    runs: docsRuns({}, [{ " ": [1] }]),
    refusedBy: "dlt",
  },
  {
    name: "required column in a later run",
    reason:
      "DuckDB cannot add a column that is NOT NULL, and dlt tries to; leat adds it nullable, as the rows that are there have no value",
    runs: docsRuns({}, [{ a: 1 }], [{ a: 1, _dlt_list_idx: 3 }]),
    refusedBy: "dlt",
  },
  {
    name: "nested tables merged after they were appended",
    reason: "the same: dlt would have to add `_dlt_root_id` to nested tables with rows; leat adds it and fills it in",
    runs: (["append", "merge"] as const).flatMap((writeDisposition) =>
      docsRuns({ writeDisposition, primaryKey: "id" }, [{ id: 1, list: [1] }]),
    ),
    refusedBy: "dlt",
  },
  {
    name: "null for a column that a contract keeps out",
    reason: "dlt drops such a row too, once another row had a value there; leat takes it, as null needs no column",
    runs: docsRuns(
      { schemaContract: { columns: "discard_row" } },
      [{ id: 1 }],
      [
        { id: 2, n: 1 },
        { id: 3, n: null },
      ],
    ),
    only: /^snapshot\./,
  },
  {
    name: "new column of a discarded row",
    reason: "dlt makes the column, though the row that brought it is discarded; leat makes none",
    runs: docsRuns({ schemaContract: { dataType: "discard_row" } }, [{ id: 1, v: 1 }], [{ id: 2, v: "x", n: 1 }]),
    only: /^snapshot\./,
  },
  {
    name: "nul character",
    reason: "dlt cuts NUL out of texts, because its SQL text cannot hold it; leat keeps the text as it is",
    runs: docsRuns({}, [{ a: "x\u0000y" }]),
    only: /snapshot\.documents\.docs\[\]\.a: dlt "xy", leat "x\\u0000y"/,
  },
  {
    name: "mark of a typed value in JSON",
    reason: "dlt cuts the characters that it marks typed values with out of the JSON of a new column; leat keeps those that mark nothing",
    runs: docsRuns({}, [{ a: ["\uf027garbage"] }]).map((run) => ({ ...run, maxTableNesting: 0 })),
    only: /^snapshot\.documents\.docs\[\]\.a: dlt "\[\\"garbage\\"\]", leat "\[\\"\uf027garbage\\"\]"$/,
  },
  {
    name: "id given in a nested row",
    reason: "dlt then leaves out the link to the parent row; leat keeps the id and the link",
    runs: docsRuns({}, [{ list: [{ _dlt_id: "mine" }] }]),
    only: /docs__list|documents\.docs/,
  },
  {
    name: "list in a page",
    reason: "an array in a page is a page again in leat (its row type says so); dlt loads it as one row with a list",
    runs: docsRuns({}, [[1, 2], { a: 1 }]),
    only: /docs/,
  },
  {
    name: "null in a page",
    reason: "null is no row in leat (its row type says so); dlt loads it as a row without values",
    runs: docsRuns({}, [null, { a: 1 }]),
    only: /docs/,
  },
  {
    name: "nesting limit and a new column",
    reason:
      "a limit of the resource makes dlt forget for a moment that the table has seen data, which counts as one more version of the schema",
    runs: docsRuns({ maxTableNesting: 0 }, [{ a: 1 }], [{ b: 1 }]),
    only: /^snapshot\.(versions\[\]|schemas\.handmade)\.version: dlt "?4"?, leat "?3"?$/,
  },
  {
    name: "empty page",
    reason: "dlt stores a table without columns in the schema; leat knows a table when its first row comes",
    runs: docsRuns({}, []),
    only: /^snapshot\.schemas\.handmade\.tables\.docs: .*leat nothing$/,
  },
  {
    name: "state of two sources",
    reason: "dlt adds a package of the default schema for the state; in leat every package carries the state as of its own commit",
    runs: ["first", "second", "first"].map((source, index) => ({
      source,
      resources: [{ name: `of_${source}`, rows: [{ index, list: [index] }] }],
    })),
    only: /rowCounts\._dlt_loads|\[\]\.load:|snapshot\.loads|schemas\.second\.tables\._dlt_pipeline_state/,
  },
];
