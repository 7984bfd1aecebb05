import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { differences } from "./differences.ts";
import { loadWithLeat } from "./leat.ts";
import type { Case, Place } from "./plan.ts";
import { databaseKinds, postgresDatabases } from "./postgres-databases.ts";
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
  readonly place: { -readonly [Key in keyof Place]: Place[Key] };
}

/** Where leat made the schema, dlt puts texts of its own into it, which makes one more version. leat leaves the texts of dlt as they are. */
const ownTexts = /^(rowCounts\._dlt_version|versions|loads\[\]\.hash|schemas\.shared\.version):/;

const dltFirst: readonly Tool[] = ["dlt", "leat"];
const leatFirst: readonly Tool[] = ["leat", "dlt"];

/** Tests that the steps, done in turn, give the dataset that dlt alone makes. `only` says by what else the two may differ. */
export function takingTurns(title: string, steps: Case["runs"], only?: RegExp): void {
  describe.each(databaseKinds)(`${title}, on %s`, (kind) => {
    const folder = newFolder();
    const newDatabase = postgresDatabases();
    const [alone, ...shared] = [
      { name: "dlt alone", order: ["dlt"] as const, isRestored: false },
      { name: "dlt first", order: dltFirst, isRestored: false },
      { name: "leat first", order: leatFirst, isRestored: false },
      { name: "dlt first, every turn on a clean machine", order: dltFirst, isRestored: true },
      { name: "leat first, every turn on a clean machine", order: leatFirst, isRestored: true },
    ].map((turns, index): Turns => ({ ...turns, place: makePlace(join(folder, `turns-${index}`)) })) as [Turns, ...Turns[]];

    beforeAll(async () => {
      if (kind === "postgres") for (const { place } of [alone, ...shared]) place.database = await newDatabase();
      for (const [turn, step] of steps.entries()) await takeTurn([alone, ...shared], turn, step, folder);
    }, 600_000);

    test.for(shared)("$name", async ({ order, place }) => {
      const found = differences(await readSnapshot(alone.place.database), await readSnapshot(place.database));
      expect(found.filter((line) => (order === dltFirst || !ownTexts.test(line)) && only?.test(line) !== true)).toEqual([]);
    });
  });
}

async function takeTurn(all: readonly Turns[], turn: number, step: Case["runs"][number], folder: string): Promise<void> {
  const one: Case = { name: `turn ${turn}`, runs: [step] };
  const ofTurn = all.map((turns) => ({ tool: turns.order[turn % turns.order.length]!, case: one, place: placeOf(turns, turn) }));
  const reports = await loadWithDlt(
    ofTurn.filter(({ tool }) => tool === "dlt"),
    folder,
  );
  expect(reports.map((report) => report.error).filter((error) => error !== null)).toEqual([]);
  for (const { tool, case: which, place } of ofTurn) if (tool === "leat") await loadWithLeat(which, place);
}

function placeOf({ place, isRestored }: Turns, turn: number): Place {
  return isRestored ? { ...place, pipelinesDir: `${place.pipelinesDir}-${turn}` } : place;
}
