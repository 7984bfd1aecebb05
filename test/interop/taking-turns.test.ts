import { Decimal } from "../../src/index.ts";
import type { Case, Drop, ResourceRows, Run } from "./plan.ts";
import { takingTurns } from "./turns.ts";

const state = {
  at: new Date("2024-01-02T03:04:05.120Z"),
  amount: new Decimal("1.10"),
  bytes: Buffer.from("é"),
  deep: { list: [1.5, null, "x", 9007199254740993n], text: "\u2028 ﬁ 😀" },
};

/** The second run brings nothing new, the third new columns and tables, the fourth new rows only. */
const growing: readonly Run[] = [
  { source: "shared", resources: [{ name: "docs", rows: [{ id: 1, tags: ["x"] }], state }] },
  { source: "shared", resources: [{ name: "docs", rows: [{ id: 2, tags: ["y"] }] }] },
  { source: "shared", resources: [{ name: "docs", rows: [{ id: 3.5, owner: { name: "é", roles: [{ a: 1 }] } }], countsRuns: true }] },
  { source: "shared", resources: [{ name: "docs", rows: [{ id: 4 }, { id: "x", owner: { roles: [{ a: "z" }] } }], countsRuns: true }] },
];

const dispositions = ["append", "merge"] as const;

/** Every run offers the rows of before again, some of them changed; the cursor in the state lets only the newer ones pass. */
const offered = [
  [{ id: 1, at: 10, tags: ["a", "b"] }],
  [{ id: 2, at: 20, tags: [] }],
  [{ id: 1, at: 30, tags: ["c"], name: "é" }],
  [{ id: 3, at: 40, tags: ["d"] }],
];

const behindCursor = dispositions.map((writeDisposition): Case => {
  const resource: Omit<ResourceRows, "rows"> = { name: "docs", hints: { writeDisposition, primaryKey: "id" }, cursor: "at" };
  const runs = offered.map(
    (_, index): Run => ({ source: "shared", resources: [{ ...resource, rows: offered.slice(0, index + 1).flat() }] }),
  );
  return { name: `S18 S20 rows behind a cursor that is kept in state by hand come once, with ${writeDisposition}`, runs };
});

const docs = (id: number, kept?: ResourceRows["state"]): ResourceRows => ({
  name: "docs",
  rows: [{ id, tags: ["x"] }],
  countsRuns: true,
  ...(kept === undefined ? {} : { state: kept }),
});
const users: ResourceRows = { name: "users", rows: [{ name: "é" }], countsRuns: true };

const refreshed = (["drop_sources", "drop_resources", "drop_data"] as const).map(
  (refresh): Case => ({
    name: `a run with ${refresh} by one tool is gone on from by the other`,
    runs: [
      { source: "shared", resources: [docs(1), users] },
      { source: "shared", resources: [docs(2)], refresh },
      { source: "shared", resources: [docs(3), users] },
      { source: "shared", resources: [docs(4)], refresh },
      { source: "shared", resources: [docs(5), users] },
    ],
  }),
);

const drops: readonly (readonly [what: string, drop: Drop])[] = [
  ["S44 a resource", { drop: { resources: ["docs"] } }],
  ["S43 everything", { drop: { dropAll: true } }],
  ["S45 a value in the state", { drop: { statePaths: ["resources.docs.kept"] } }],
];
const dropped = drops.map(
  ([what, drop]): Case => ({
    name: `${what} that one tool dropped stays dropped for the other`,
    runs: [
      { source: "shared", resources: [docs(1, { kept: 1 }), users] },
      drop,
      { source: "shared", resources: [docs(2, { kept: 2 }), users] },
      { source: "shared", resources: [docs(3), users] },
      drop,
      { source: "shared", resources: [docs(4), users] },
    ],
  }),
);

const together: Case = { name: "S18 S20 dlt and leat take turns, and the dataset is the one that dlt alone makes", runs: growing };

takingTurns("duckdb", [together, ...behindCursor, ...refreshed, ...dropped]);
// The rest is the same code on both.
takingTurns("postgres", [together, ...behindCursor, ...refreshed.slice(1, 2), ...dropped.slice(0, 1)]);
