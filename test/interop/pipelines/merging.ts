import type { WriteDisposition } from "../../../src/index.ts";
import { docsRuns } from "../plan.ts";
import type { LocalKind } from "../side-by-side.ts";
import { type DifferenceOn, docsRunsBy, everywhere, namedCases, type PipelineCase } from "./pipeline-case.ts";

const nestedRow = { id: 1, tags: ["x", { y: 1.5, z: null }], grid: [[1], [2, [3]]] };

const scd2 = (run: number, options: object = {}): WriteDisposition => ({
  disposition: "merge",
  strategy: "scd2",
  boundaryTimestamp: `2024-0${run + 1}-01T00:00:00Z`,
  ...options,
});
const merge = (strategy: "delete-insert" | "upsert" | "insert-only"): WriteDisposition => ({ disposition: "merge", strategy });
const doc = (id: number, v: string, ...tags: readonly string[]) => ({ id, v, tags: tags.map((tag) => ({ tag, marks: [tag.length] })) });

const history: PipelineCase = {
  name: "the history of three runs by scd2: changed, gone, come again, with nested rows",
  runs: docsRunsBy(
    (run) => ({ writeDisposition: scd2(run) }),
    [doc(1, "a", "x"), doc(2, "b"), doc(3, "c", "y", "z")],
    [doc(1, "A", "x"), doc(3, "c", "y", "z"), doc(4, "d")],
    [doc(1, "a", "x"), doc(2, "b", "new"), doc(4, "d")],
  ),
};
const keyedHistory: PipelineCase = {
  name: "a history by scd2 with a merge key, names of its own and a time for current rows",
  runs: docsRunsBy(
    (run) => ({
      writeDisposition: scd2(run, { validityColumnNames: ["begin", "until"], activeRecordTimestamp: "9999-12-31" }),
      mergeKey: "id",
    }),
    [doc(1, "a"), doc(2, "b")],
    [doc(1, "A", "x")],
    [doc(2, "B"), doc(3, "c")],
  ),
};
const versionedHistory: PipelineCase = {
  name: "a history by scd2 of rows that bring their version",
  runs: docsRunsBy(
    (run) => ({ writeDisposition: scd2(run, { rowVersionColumnName: "v" }) }),
    [doc(1, "1", "x"), doc(2, "1")],
    [doc(1, "2", "y"), doc(2, "1", "unseen")],
    [doc(1, "2")],
  ),
};
const flagged = (id: number, seq: number, gone: boolean | null, ...tags: readonly string[]) => ({
  ...doc(id, `v${seq}`, ...tags),
  seq,
  gone,
});
const hardDelete = { gone: { dataType: "bool", hardDelete: true } } as const;
const deleteInsert: PipelineCase = {
  name: "delete-insert with a flag for deletion and an order of duplicates, with nested rows",
  runs: docsRunsBy(
    () => ({
      writeDisposition: merge("delete-insert"),
      primaryKey: "id",
      columns: { ...hardDelete, seq: { dataType: "bigint", dedupSort: "desc" } },
    }),
    [flagged(1, 1, false, "a"), flagged(1, 3, false, "b"), flagged(2, 1, null, "c"), flagged(3, 1, false)],
    [flagged(1, 5, true), flagged(2, 2, false, "d"), flagged(4, 1, true, "e")],
    [flagged(1, 6, false, "f"), flagged(3, 2, true), flagged(3, 1, false, "lost")],
  ),
};
const mergeKey: PipelineCase = {
  name: "delete-insert by merge key and primary key, with nested rows",
  runs: docsRunsBy(
    () => ({ writeDisposition: merge("delete-insert"), primaryKey: "id", mergeKey: "day" }),
    [
      { ...doc(1, "a", "x"), day: "mon" },
      { ...doc(2, "b"), day: "mon" },
      { ...doc(3, "c", "y"), day: "tue" },
    ],
    [
      { ...doc(3, "C", "z"), day: "mon" },
      { ...doc(4, "d"), day: "wed" },
    ],
  ),
};
const keyless: PipelineCase = {
  name: "delete-insert without a key, with a flag for deletion",
  runs: docsRunsBy(
    () => ({ writeDisposition: merge("delete-insert"), columns: hardDelete }),
    [flagged(1, 1, false, "a"), flagged(2, 1, true, "b")],
    [flagged(1, 1, null, "a"), flagged(3, 1, true)],
  ),
};
const replaced: PipelineCase = {
  name: "replace, with nested rows, and in the end without any",
  runs: docsRunsBy(() => ({ writeDisposition: "replace" }), [doc(1, "a", "x"), doc(2, "b")], [doc(3, "c", "y", "z")], [doc(4, "d")], []),
};
const upsert: PipelineCase = {
  refusedOn: ["sqlite"],
  name: "upsert with a flag for deletion, with nested rows",
  runs: docsRunsBy(
    () => ({ writeDisposition: merge("upsert"), primaryKey: "id", columns: hardDelete }),
    [flagged(1, 1, false, "a", "b"), flagged(2, 1, null, "c"), flagged(3, 1, false)],
    [flagged(1, 2, false, "A"), flagged(2, 2, true), flagged(9, 1, true, "e")],
    [flagged(2, 3, false, "f"), flagged(9, 2, false, "g"), flagged(3, 2, null, "h", "i")],
  ),
};
const insertOnly: PipelineCase = {
  refusedOn: ["sqlite"],
  name: "insert-only with a flag for deletion, with nested rows",
  runs: docsRunsBy(
    () => ({ writeDisposition: merge("insert-only"), primaryKey: "id", columns: hardDelete }),
    [flagged(1, 1, false, "a")],
    [flagged(1, 2, false, "A", "b"), flagged(2, 2, null, "c"), flagged(3, 1, true)],
    [flagged(2, 3, true), flagged(4, 1, false)],
  ),
};

/** Where the database itself puts null first. */
const noNullWins = (kind: LocalKind): readonly DifferenceOn[] => [
  {
    on: [kind],
    reason: "a row without a value to sort by never wins in leat; dlt leaves it to the order of the database",
    only: /^snapshot\.(rowCounts\.docs__tags|documents\.docs\[\]\.)/,
  },
];

/** Whose runs are of one resource `docs`, and which SQLite does, too. */
export const mergesOnAll: readonly PipelineCase[] = [history, keyedHistory, versionedHistory, deleteInsert, mergeKey, keyless, replaced];
/** The same, and what SQLite does not. */
export const mergesOnTyped: readonly PipelineCase[] = [...mergesOnAll, upsert, insertOnly];

/** Rows whose keys come again: each strategy with all that it knows. */
export const mergeCases: readonly PipelineCase[] = [
  ...mergesOnTyped,
  ...namedCases({
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
    upsert_by_two_keys_with_rows_nested_twice: {
      refusedOn: ["sqlite"],
      runs: docsRuns(
        { writeDisposition: merge("upsert"), primaryKey: ["id", "k"] },
        [
          { ...doc(1, "a", "x", "y"), k: "p" },
          { ...doc(1, "b", "z"), k: "q" },
        ],
        [{ ...doc(1, "A", "y"), k: "p" }],
        [{ id: 1, k: "q", v: "B", note: "new" }],
        [],
      ),
    },
    insert_only_by_two_keys: {
      refusedOn: ["sqlite"],
      runs: docsRuns(
        { writeDisposition: merge("insert-only"), primaryKey: ["id", "k"] },
        [{ ...doc(1, "a", "x"), k: "p" }],
        [
          { ...doc(1, "A", "y"), k: "p" },
          { ...doc(1, "b", "z"), k: "q" },
        ],
      ),
    },
    by_two_primary_and_two_merge_keys: docsRuns(
      { writeDisposition: "merge", primaryKey: ["id", "k"], mergeKey: ["day", "shop"] },
      [
        { ...doc(1, "a", "x"), k: "p", day: "mon", shop: 1 },
        { ...doc(2, "b", "y"), k: "p", day: "mon", shop: 2 },
        { ...doc(3, "c"), k: "q", day: "tue", shop: 1 },
      ],
      [
        { ...doc(4, "d", "z"), k: "p", day: "mon", shop: 1 },
        { ...doc(3, "C"), k: "q", day: "wed", shop: 9 },
      ],
    ),
    by_a_merge_key_that_is_null: docsRuns(
      { writeDisposition: "merge", mergeKey: "day", columns: { day: { dataType: "text", nullable: true } } },
      [
        { day: null, v: 1 },
        { day: "mon", v: 2 },
      ],
      [
        { day: null, v: 3 },
        { day: "mon", v: 4 },
      ],
    ),
    flags_for_deletion_that_are_no_booleans: docsRuns(
      { writeDisposition: "merge", primaryKey: "id", columns: { goneAt: { dataType: "timestamp", hardDelete: true } } },
      [
        { id: 1, goneAt: null, tags: ["a"] },
        { id: 2, tags: ["b"] },
      ],
      [
        { id: 1, goneAt: "2024-01-02T03:04:05Z" },
        { id: 2, goneAt: null, tags: ["c"] },
        { id: 3, goneAt: "2024-01-02T03:04:05Z" },
      ],
    ),
    the_first_in_ascending_order: {
      differs: noNullWins("sqlite"),
      runs: docsRuns({ writeDisposition: "merge", primaryKey: "id", columns: { at: { dataType: "timestamp", dedupSort: "asc" } } }, [
        { id: 1, at: "2024-01-02T03:04:05.000002Z", v: "later" },
        { id: 1, at: "2024-01-02T03:04:05.000001Z", v: "first", tags: ["a"] },
        { id: 2, at: null, v: "none", tags: ["b"] },
        { id: 2, at: "2024-01-02T00:00:00Z", v: "some" },
      ]),
    },
    the_first_in_descending_order_of_decimals_and_nothing: {
      differs: noNullWins("postgres"),
      runs: docsRuns({ writeDisposition: "merge", primaryKey: "id", columns: { n: { dataType: "decimal", dedupSort: "desc" } } }, [
        { id: 1, n: "9.5", v: "less" },
        { id: 1, n: "10.25", v: "more" },
        { id: 2, n: null, v: "none" },
        { id: 2, n: "-1", v: "some" },
      ]),
    },
    rows_that_are_said_to_have_unique_keys: docsRuns(
      { writeDisposition: { disposition: "merge", strategy: "delete-insert", deduplicated: true }, primaryKey: "id" },
      [doc(1, "a", "x"), doc(2, "b")],
      [doc(2, "c", "y"), doc(2, "d", "z")],
    ),
    a_history_with_a_merge_key_of_two_columns: docsRunsBy(
      (run) => ({ writeDisposition: scd2(run), mergeKey: ["id", "k"] }),
      [
        { ...doc(1, "a", "x"), k: "p" },
        { ...doc(1, "b"), k: "q" },
      ],
      [{ ...doc(1, "A", "y"), k: "p" }],
    ),
    from_append_to_a_history: docsRunsBy(
      (run) => (run === 0 ? { writeDisposition: "append" } : { writeDisposition: scd2(run) }),
      [{ id: 1, v: "a" }],
      [
        { id: 1, v: "b" },
        { id: 2, v: "c" },
      ],
      [{ id: 2, v: "c" }],
    ),
    from_delete_insert_to_upsert: {
      refusedOn: ["sqlite"],
      runs: docsRunsBy(
        (run) => ({ writeDisposition: merge(run === 0 ? "delete-insert" : "upsert"), primaryKey: "id" }),
        [{ id: 1, v: "a" }],
        [
          { id: 1, v: "b" },
          { id: 2, v: "c" },
        ],
        [{ id: 2, v: "C" }],
      ),
    },
    merged_without_a_value_of_the_key: {
      refusedOn: everywhere,
      runs: docsRuns({ writeDisposition: "merge", primaryKey: "id" }, [{ id: null, a: 1 }]),
    },
  }),
];
