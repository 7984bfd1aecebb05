import type { Case, Drop, ResourceRows, Run } from "./plan.ts";
import { takingTurns } from "./turns.ts";

const docs = (id: number, more: object = {}): ResourceRows => ({
  name: "docs",
  rows: [{ id, name: "é", at: new Date(Date.UTC(2024, 0, id, 3, 4, 5)), tags: ["x", "y"], ...more }],
  countsRuns: true,
});

const growing: Case = {
  name: "S18 S20 dlt and leat take turns, and the files are those that dlt alone makes",
  runs: [
    { source: "shared", resources: [docs(1)] },
    { source: "shared", resources: [docs(2, { later: { text: "x", deep: [{ n: 1.5 }] } })] },
    { source: "shared", resources: [docs(3, { name: 1.5 })] },
    { source: "shared", resources: [docs(4)] },
  ],
};

/** A cursor of the tools themselves, and rows that are merged where that can be: here they are appended. */
const cursors = (["append", "merge"] as const).map(
  (writeDisposition): Case => ({
    name: `S18 S20 rows behind a cursor come once, with ${writeDisposition}`,
    runs: [[1], [1, 2], [1, 2, 3], [2, 3, 4]].map((ids) => ({
      source: "shared",
      resources: [
        {
          name: "docs",
          rows: ids.map((id) => ({ id, at: id * 10, tags: ["x"] })),
          hints: { writeDisposition, primaryKey: "id" },
          incremental: { cursorPath: "at", initialValue: 0 },
        },
      ],
    })),
  }),
);

const replaced: Case = {
  name: "a replaced table has the rows of the last run, and so have those nested in it",
  runs: [1, 2, 3, 4].map((id) => ({
    source: "shared",
    resources: [{ ...docs(id, id === 3 ? { tags: [] } : {}), hints: { writeDisposition: "replace" as const } }],
  })),
};

const users: ResourceRows = { name: "users", rows: [{ name: "Ada" }] };
const refreshed = (["drop_sources", "drop_resources", "drop_data"] as const).map(
  (refresh): Case => ({
    name: `a run with ${refresh} by one tool is gone on from by the other`,
    runs: [
      { source: "shared", resources: [docs(1), users] },
      { source: "shared", resources: [docs(2)], refresh },
      { source: "shared", resources: [docs(3), users] },
      { source: "shared", resources: [docs(4)], refresh },
    ],
  }),
);

const drops: readonly (readonly [what: string, drop: Drop])[] = [
  ["S44 a resource", { drop: { resources: ["docs"] } }],
  ["S43 everything", { drop: { dropAll: true } }],
];
const dropped = drops.map(([what, drop]): Case => {
  const run = (id: number): Run => ({ source: "shared", resources: [docs(id), users] });
  return { name: `${what} that one tool dropped stays dropped for the other`, runs: [run(1), drop, run(2), run(3), drop, run(4)] };
});

takingTurns("filesystem", [growing, ...cursors, replaced, ...refreshed, ...dropped]);
// The rest is the same code on both.
takingTurns("s3", [growing, replaced]);
