import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { newBucket, s3Servers } from "../s3-buckets.ts";
import { differences } from "./differences.ts";
import { loadWithLeat } from "./leat.ts";
import type { Case, Place } from "./plan.ts";
import { type DatabaseKind, postgresDatabases } from "./postgres-databases.ts";
import { loadWithDlt } from "./python.ts";
import { makePlace, newFolder } from "./side-by-side.ts";
import { readSnapshot } from "./snapshot.ts";

type Tool = "dlt" | "leat";

/** One pipeline that is run now by one tool, now by the other, step after step. */
interface Turns {
  readonly one: Case;
  readonly order: readonly Tool[];
  /** Every turn on a machine that never ran it, so that state and schemas come from the destination. */
  readonly isRestored: boolean;
  readonly place: { -readonly [Key in keyof Place]: Place[Key] };
  readonly failures: string[];
}

/** Where leat made the schema, dlt puts texts of its own into it, which makes one more version. leat leaves the texts of dlt as they are. */
const ownTexts = /^(rowCounts\._dlt_version|versions(\[\]\.version)?|loads\[\]\.hash|schemas\.shared\.version):/;

const orders: readonly (readonly [name: string, order: readonly Tool[], isRestored: boolean])[] = [
  ["dlt first", ["dlt", "leat"], false],
  ["leat first", ["leat", "dlt"], false],
  ["dlt first, every turn on a clean machine", ["dlt", "leat"], true],
  ["leat first, every turn on a clean machine", ["leat", "dlt"], true],
];

/** Tests of each case that its steps, done in turn, give the dataset that dlt alone makes. All cases advance together: to start Python takes longer than a turn. */
export function takingTurns(kind: DatabaseKind | "sqlite" | "filesystem" | "s3", cases: readonly Case[]): void {
  const folder = newFolder();
  const newDatabase = postgresDatabases();
  const all: Turns[] = [];
  const begin = (one: Case, order: readonly Tool[], isRestored: boolean): Turns => {
    const place = makePlace(join(folder, `turns-${all.length}`));
    const ending = kind === "sqlite" ? ".db" : kind === "filesystem" ? ".bucket" : ".duckdb";
    const database = place.database.replace(/\.duckdb$/, ending);
    const turns = { one, order, isRestored, place: { ...place, database }, failures: [] };
    all.push(turns);
    return turns;
  };

  beforeAll(async () => {
    if (kind === "postgres") for (const { place } of all) place.database = await newDatabase();
    if (kind === "s3") for (const { place } of all) place.database = await newS3Place();
    const count = Math.max(...cases.map(({ runs }) => runs.length));
    for (let turn = 0; turn < count; turn++) await takeTurn(all, turn, folder);
  }, 900_000);

  for (const one of cases) {
    describe(`${one.name}, on ${kind}`, () => {
      const alone = begin(one, ["dlt"], false);
      for (const [name, order, isRestored] of orders) {
        const turns = begin(one, order, isRestored);
        test(name, async () => {
          expect([...alone.failures, ...turns.failures]).toEqual([]);
          const found = differences(await readSnapshot(alone.place.database), await readSnapshot(turns.place.database));
          expect(found.filter((line) => order[0] === "dlt" || !ownTexts.test(line))).toEqual([]);
        });
      }
    });
  }
}

/** A bucket, and where its server is. */
async function newS3Place(): Promise<string> {
  const [endpoint = ""] = s3Servers();
  return `${(await newBucket(endpoint)).url}#${endpoint}`;
}

async function takeTurn(all: readonly Turns[], turn: number, folder: string): Promise<void> {
  const going = all.filter(({ one, failures }) => turn < one.runs.length && failures.length === 0);
  const turnOf = (tool: Tool) =>
    going
      .filter(({ order }) => order[turn % order.length] === tool)
      .map((turns) => ({ turns, case: { name: turns.one.name, runs: [turns.one.runs[turn]!] }, place: placeOf(turns, turn) }));
  const withDlt = turnOf("dlt");
  const reports = await loadWithDlt(withDlt, folder);
  for (const [index, { error }] of reports.entries()) if (error !== null) withDlt[index]!.turns.failures.push(error);
  for (const { turns, case: one, place } of turnOf("leat")) {
    await loadWithLeat(one, place).catch((error: unknown) => turns.failures.push(String(error)));
  }
}

function placeOf({ place, isRestored }: Turns, turn: number): Place {
  return isRestored ? { ...place, pipelinesDir: `${place.pipelinesDir}-${turn}` } : place;
}
