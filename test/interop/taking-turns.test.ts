import { join } from "node:path";
import { expect, test } from "vitest";
import { Decimal } from "../../src/index.ts";
import { tempDir } from "../temp-dir.ts";
import { makePlace } from "./compare.ts";
import { differences } from "./differences.ts";
import { loadWithLeat } from "./leat.ts";
import type { Case, Place, Run } from "./plan.ts";
import { loadWithDlt } from "./python.ts";
import { readSnapshot } from "./snapshot.ts";

type Tool = "dlt" | "leat";

/** One pipeline that is run now by one tool, now by the other. */
interface Turns {
  readonly order: readonly Tool[];
  /** Every turn on a machine that never ran it, so that state and schema come from the destination. */
  readonly isRestored: boolean;
  readonly place: Place;
}

const state = {
  at: new Date("2024-01-02T03:04:05.120Z"),
  amount: new Decimal("1.10"),
  bytes: Buffer.from("é"),
  deep: { list: [1.5, null, "x", 9007199254740993n], text: "\u2028 ﬁ 😀" },
};

/** The second run brings nothing new, the third new columns and tables, the fourth new rows only. */
const runs: readonly Run[] = [
  { source: "shared", resources: [{ name: "docs", rows: [{ id: 1, tags: ["x"] }], state }] },
  { source: "shared", resources: [{ name: "docs", rows: [{ id: 2, tags: ["y"] }] }] },
  { source: "shared", resources: [{ name: "docs", rows: [{ id: 3.5, owner: { name: "é", roles: [{ a: 1 }] } }], countsRuns: true }] },
  { source: "shared", resources: [{ name: "docs", rows: [{ id: 4 }, { id: "x", owner: { roles: [{ a: "z" }] } }], countsRuns: true }] },
];

/** Where leat made the schema, dlt puts texts of its own into it, which makes one more version. leat leaves the texts of dlt as they are. */
const ownTexts = /^(rowCounts\._dlt_version|versions|loads\[\]\.hash|schemas\.shared\.version):/;

const allDlt: readonly Tool[] = ["dlt", "dlt", "dlt", "dlt"];
const dltFirst: readonly Tool[] = ["dlt", "leat", "dlt", "leat"];
const leatFirst: readonly Tool[] = ["leat", "dlt", "leat", "dlt"];

test("takes turns with dlt, and the dataset is the one that dlt alone makes", async () => {
  const folder = tempDir();
  const all = [
    { order: allDlt, isRestored: false },
    { order: dltFirst, isRestored: false },
    { order: leatFirst, isRestored: false },
    { order: dltFirst, isRestored: true },
    { order: leatFirst, isRestored: true },
  ].map((turns, index): Turns => ({ ...turns, place: makePlace(join(folder, `turns-${index}`)) }));
  for (const turn of runs.keys()) await takeTurn(all, turn, folder);

  const [alone, ...shared] = await Promise.all(all.map(({ place }) => readSnapshot(place.database)));
  for (const [index, snapshot] of shared.entries()) {
    const { order, isRestored } = all[index + 1]!;
    const found = differences(alone, snapshot).filter((line) => order === dltFirst || !ownTexts.test(line));
    expect.soft(found, `${order.join(", ")}${isRestored ? ", on clean machines" : ""}`).toEqual([]);
  }
});

async function takeTurn(all: readonly Turns[], turn: number, folder: string): Promise<void> {
  const ofTurn = all.map((turns) => ({ tool: turns.order[turn]!, case: caseOf(turn), place: placeOf(turns, turn) }));
  const reports = await loadWithDlt(
    ofTurn.filter(({ tool }) => tool === "dlt"),
    folder,
  );
  expect(reports.map((report) => report.error).filter((error) => error !== null)).toEqual([]);
  for (const { tool, case: one, place } of ofTurn) if (tool === "leat") await loadWithLeat(one, place);
}

function caseOf(turn: number): Case {
  return { name: "shared_pipeline", runs: [runs[turn]!] };
}

function placeOf({ place, isRestored }: Turns, turn: number): Place {
  return isRestored ? { ...place, pipelinesDir: `${place.pipelinesDir}-${turn}` } : place;
}
