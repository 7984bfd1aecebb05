import type { Case } from "./plan.ts";
import { takingTurns } from "./turns.ts";

/** What SQLite has no type for: times and booleans; and texts that look like numbers. */
const awkward = (id: number) => ({
  id,
  name: "007",
  paid: id % 2 === 0,
  ratio: id / 3,
  at: new Date(Date.UTC(2024, 0, id, 3, 4, 5, 6)),
  large: 9007199254740993n,
  lines: [{ sku: "é", n: id }],
});

const growing: Case = {
  name: "S18 S20 dlt and leat take turns, and the dataset is the one that dlt alone makes",
  runs: [
    { source: "shared", resources: [{ name: "docs", rows: [awkward(1)] }] },
    { source: "shared", resources: [{ name: "docs", rows: [{ ...awkward(2), later: { text: "x" } }], countsRuns: true }] },
    { source: "shared", resources: [{ name: "docs", rows: [{ ...awkward(3), name: 1.5 }], countsRuns: true }] },
  ],
};

const merged: Case = {
  name: "S18 S20 rows behind a cursor that is kept in state by hand are merged once",
  runs: [[1], [1, 2], [2, 3]].map((ids) => ({
    source: "shared",
    resources: [
      {
        name: "docs",
        rows: ids.map((id) => ({ id, seen: ids[0]! * 10 + id, tags: ["x"] })),
        hints: { writeDisposition: "merge" as const, primaryKey: "id" },
        cursor: "seen",
      },
    ],
  })),
};

takingTurns("sqlite", [growing, merged]);
