import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { Decimal } from "../../src/index.ts";
import { differences } from "./differences.ts";
import { loadWithLeat } from "./leat.ts";
import type { Case, Place, Run } from "./plan.ts";
import { loadWithDlt } from "./python.ts";
import { makePlace, newFolder } from "./side-by-side.ts";
import { readSnapshot } from "./snapshot.ts";

type Tool = "dlt" | "leat";

/** One pipeline that is run now by one tool, now by the other. */
interface Turns {
  readonly name: string;
  readonly order: readonly Tool[];
  /** Every turn on a machine that never ran it, so that state and schemas come from the destination. */
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

describe("dlt and leat take turns, and the dataset is the one that dlt alone makes", () => {
  const folder = newFolder();
  const [alone, ...shared] = [
    { name: "dlt alone", order: allDlt, isRestored: false },
    { name: "dlt first", order: dltFirst, isRestored: false },
    { name: "leat first", order: leatFirst, isRestored: false },
    { name: "dlt first, every turn on a clean machine", order: dltFirst, isRestored: true },
    { name: "leat first, every turn on a clean machine", order: leatFirst, isRestored: true },
  ].map((turns, index): Turns => ({ ...turns, place: makePlace(join(folder, `turns-${index}`)) })) as [Turns, ...Turns[]];

  beforeAll(async () => {
    for (const turn of runs.keys()) await takeTurn([alone, ...shared], turn, folder);
  }, 600_000);

  test.for(shared)("$name", async ({ order, place }) => {
    const found = differences(await readSnapshot(alone.place.database), await readSnapshot(place.database));
    expect(found.filter((line) => order === dltFirst || !ownTexts.test(line))).toEqual([]);
  });
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
  return { name: `turn ${turn}`, runs: [runs[turn]!] };
}

function placeOf({ place, isRestored }: Turns, turn: number): Place {
  return isRestored ? { ...place, pipelinesDir: `${place.pipelinesDir}-${turn}` } : place;
}
