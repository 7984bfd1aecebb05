import { Decimal, type ReplaceStrategy } from "../../../src/index.ts";
import { docsRuns, docsSource, type Run } from "../plan.ts";
import type { LocalKind } from "../side-by-side.ts";
import { type DifferenceOn, everywhere, namedCases, type PipelineCase } from "./pipeline-case.ts";

const row = (id: number, ...tags: readonly string[]) => ({ id, tags: tags.map((tag) => ({ tag, marks: [tag.length] })) });
const counted = (name: string, ...rows: readonly object[]) => ({ name, rows, countsRuns: true });

/** Only Postgres exchanges tables. */
const refusedOn: { readonly [strategy in ReplaceStrategy]: readonly LocalKind[] } = {
  "truncate-and-insert": [],
  "insert-from-staging": [],
  "staging-optimized": ["duckdb", "sqlite"],
};

const replaced = (Object.keys(refusedOn) as ReplaceStrategy[]).map(
  (strategy): PipelineCase => ({
    name: `replace by ${strategy}: nested tables, new columns, another resource that goes on, and in the end no row`,
    replaceStrategy: strategy,
    refusedOn: refusedOn[strategy],
    runs: [
      [row(1, "a", "b"), row(2)],
      [{ ...row(3, "c"), note: "new", home: { at: "2024-01-02T03:04:05Z" } }],
      [row(4), { id: "five" }],
      [],
      [row(6, "d")],
    ].map((rows, index) => ({
      source: docsSource,
      resources: [
        { name: "docs", rows, hints: { writeDisposition: "replace" } },
        { name: "log", rows: [{ index, list: [index] }] },
      ],
    })),
  }),
);

const refreshed = (["drop_sources", "drop_resources", "drop_data"] as const).map(
  (refresh): PipelineCase => ({
    name: `a run with ${refresh}`,
    runs: [
      { source: docsSource, resources: [counted("docs", row(1, "a")), counted("users", { name: "é" })] },
      { source: docsSource, resources: [counted("docs", { ...row(2, "b"), more: 1 })], refresh },
      { source: docsSource, resources: [counted("docs", row(3)), counted("users", { name: "x", late: [1] })] },
    ],
  }),
);

const storedWithoutRows: readonly DifferenceOn[] = [
  {
    on: everywhere,
    reason:
      "dlt stores a table before it has rows or columns, and its first rows are no new version; leat knows a table when its first row comes",
    only: /^snapshot\.(versions\[\]|schemas\.handmade)\.version:/,
  },
];

/** How runs follow each other: what is stored, and what becomes of what was there. */
export const dispositionCases: readonly PipelineCase[] = [
  ...replaced,
  ...refreshed,
  ...namedCases({
    append_with_runs_without_rows_before_and_between: {
      differs: storedWithoutRows,
      runs: docsRuns({}, [], [row(1, "a")], [], [row(2), row(1, "a")]).map(withRows),
    },
    skip: {
      differs: [
        {
          on: everywhere,
          refusedBy: "dlt",
          reason: "dlt writes files of such rows and then fails to load them; leat reads the rows and stores none",
        },
      ],
      runs: docsRuns({ writeDisposition: "skip" }, [row(1, "a")], [row(2)]).map((run) => ({
        ...run,
        resources: [...run.resources, counted("kept", row(1))],
      })),
    },
    replaced_by_nothing_before_there_was_anything: {
      differs: storedWithoutRows,
      runs: docsRuns({ writeDisposition: "replace" }, [], [row(1, "a")], []).map(withRows),
    },
    no_rows_after_rows: docsRuns({}, [{ a: 1 }], []),
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
    several_resources_of_different_dispositions: [1, 2, 3].map((run) => ({
      source: docsSource,
      resources: [
        { name: "appended", rows: [row(run, "a")] },
        { name: "replaced", rows: [row(run, "b")], hints: { writeDisposition: "replace" } },
        { name: "merged", rows: [{ ...row(run % 2, `c${run}`), run }], hints: { writeDisposition: "merge", primaryKey: "id" } },
        counted("counted", row(run)),
      ],
    })),
    a_resource_that_is_dropped_and_comes_again: {
      runs: [
        { source: docsSource, resources: [counted("docs", row(1, "a")), counted("users", { name: "é" })] },
        { drop: { resources: ["docs"] } },
        { source: docsSource, resources: [counted("docs", { other: 1.5 }), counted("users", { name: "x" })] },
      ],
    },
    rows_behind_a_cursor_kept_in_state: [1, 2, 3].map((run) => ({
      source: docsSource,
      resources: [
        {
          name: "docs",
          rows: Array.from({ length: run }, (_, index) => ({ ...row(index % 2, "t"), at: index * 10 })),
          cursor: "at",
          hints: { writeDisposition: "merge", primaryKey: "id" },
        },
      ],
    })),
    rows_behind_an_incremental_cursor: [1, 2, 2, 3].map((run) => ({
      source: docsSource,
      resources: [
        {
          name: "docs",
          rows: Array.from({ length: run }, (_, index) => ({ id: index, at: `2024-01-0${index + 1}T00:00:00Z`, tags: ["x"] })),
          incremental: { cursorPath: "at" },
        },
      ],
    })),
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
  }),
];

/** Beside a table that gets a row each time. */
function withRows(run: Run, index: number): Run {
  return { ...run, resources: [...run.resources, { name: "log", rows: [{ index }] }] };
}
