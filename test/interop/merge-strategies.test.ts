import { describe, expect, test } from "vitest";
import type { WriteDisposition } from "../../src/index.ts";
import type { Case, ResourceRows, Run } from "./plan.ts";
import { differencesOf, sideBySide } from "./side-by-side.ts";
import { takingTurns } from "./turns.ts";

type Hints = NonNullable<ResourceRows["hints"]>;

type MergeCase = Case & { readonly runs: readonly Run[] };

const runsOf = (hints: (run: number) => Hints, ...batches: readonly (readonly unknown[])[]) =>
  batches.map((rows, run) => ({ source: "shared", resources: [{ name: "docs", rows, hints: hints(run) }] }));

const scd2 = (run: number, options: object = {}): WriteDisposition => ({
  disposition: "merge",
  strategy: "scd2",
  boundaryTimestamp: `2024-0${run + 1}-01T00:00:00Z`,
  ...options,
});
const merge = (strategy: "delete-insert" | "upsert" | "insert-only"): WriteDisposition => ({ disposition: "merge", strategy });
const doc = (id: number, v: string, ...tags: readonly string[]) => ({ id, v, tags: tags.map((tag) => ({ tag, marks: [tag.length] })) });

const history: MergeCase = {
  name: "the history of three runs by scd2: changed, gone, come again, with nested rows",
  runs: runsOf(
    (run) => ({ writeDisposition: scd2(run) }),
    [doc(1, "a", "x"), doc(2, "b"), doc(3, "c", "y", "z")],
    [doc(1, "A", "x"), doc(3, "c", "y", "z"), doc(4, "d")],
    [doc(1, "a", "x"), doc(2, "b", "new"), doc(4, "d")],
  ),
};
const keyedHistory: MergeCase = {
  name: "a history by scd2 with a merge key, names of its own and a time for current rows",
  runs: runsOf(
    (run) => ({
      writeDisposition: scd2(run, { validityColumnNames: ["begin", "until"], activeRecordTimestamp: "9999-12-31" }),
      mergeKey: "id",
    }),
    [doc(1, "a"), doc(2, "b")],
    [doc(1, "A", "x")],
    [doc(2, "B"), doc(3, "c")],
  ),
};
const versionedHistory: MergeCase = {
  name: "a history by scd2 of rows that bring their version",
  runs: runsOf(
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
const deleteInsert: MergeCase = {
  name: "delete-insert with a flag for deletion and an order of duplicates, with nested rows",
  runs: runsOf(
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
const mergeKey: MergeCase = {
  name: "delete-insert by merge key and primary key, with nested rows",
  runs: runsOf(
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
const keyless: MergeCase = {
  name: "delete-insert without a key, with a flag for deletion",
  runs: runsOf(
    () => ({ writeDisposition: merge("delete-insert"), columns: hardDelete }),
    [flagged(1, 1, false, "a"), flagged(2, 1, true, "b")],
    [flagged(1, 1, null, "a"), flagged(3, 1, true)],
  ),
};
const replaced: MergeCase = {
  name: "replace, with nested rows, and in the end without any",
  runs: runsOf(() => ({ writeDisposition: "replace" }), [doc(1, "a", "x"), doc(2, "b")], [doc(3, "c", "y", "z")], [doc(4, "d")], []),
};
const upsert: MergeCase = {
  name: "upsert with a flag for deletion, with nested rows",
  runs: runsOf(
    () => ({ writeDisposition: merge("upsert"), primaryKey: "id", columns: hardDelete }),
    [flagged(1, 1, false, "a", "b"), flagged(2, 1, null, "c"), flagged(3, 1, false)],
    [flagged(1, 2, false, "A"), flagged(2, 2, true), flagged(9, 1, true, "e")],
    [flagged(2, 3, false, "f"), flagged(9, 2, false, "g"), flagged(3, 2, null, "h", "i")],
  ),
};
const insertOnly: MergeCase = {
  name: "insert-only with a flag for deletion, with nested rows",
  runs: runsOf(
    () => ({ writeDisposition: merge("insert-only"), primaryKey: "id", columns: hardDelete }),
    [flagged(1, 1, false, "a")],
    [flagged(1, 2, false, "A", "b"), flagged(2, 2, null, "c"), flagged(3, 1, true)],
    [flagged(2, 3, true), flagged(4, 1, false)],
  ),
};
const onAll = [history, keyedHistory, versionedHistory, deleteInsert, mergeKey, keyless, replaced];
const onTyped = [...onAll, upsert, insertOnly];

describe("leat alone makes the dataset that dlt makes", () => {
  const load = sideBySide(onTyped);
  test.each(onTyped)("$name", async (one) => {
    expect(differencesOf(await load(one))).toEqual([]);
  });
});

takingTurns("duckdb", [together(onTyped)]);
takingTurns("postgres", [together(onTyped)]);
takingTurns("sqlite", [together(onAll)]);

/** All cases in one pipeline, each as a resource of its own. */
function together(cases: readonly MergeCase[]): Case {
  const runs = Array.from({ length: Math.max(...cases.map(({ runs }) => runs.length)) }, (_, run) => ({
    source: "shared",
    resources: cases.flatMap((one, at) => (one.runs[run]?.resources ?? []).map((resource) => ({ ...resource, name: `docs_${at}` }))),
  }));
  return { name: "all strategies in one pipeline", runs };
}
