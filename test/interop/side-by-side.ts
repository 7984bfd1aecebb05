import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { differences } from "./differences.ts";
import { loadWithLeat } from "./leat.ts";
import type { Case, Place } from "./plan.ts";
import { type DatabaseKind, postgresDatabases } from "./postgres-databases.ts";
import { type DltReport, loadWithDlt } from "./python.ts";
import { readSnapshot, type Snapshot } from "./snapshot.ts";

/** Where both tools load to. */
export type LocalKind = DatabaseKind | "sqlite";

/** What one tool made of a case: its data, or why it refused. */
export type Outcome = { readonly snapshot: Snapshot } | { readonly refused: string };

export interface Compared {
  readonly dlt: Outcome;
  readonly leat: Outcome;
}

/**
 * Loads all cases with dlt before the tests of a file, in one process for each kind of database, since its start takes longer than most cases.
 * What it gives loads a case with leat, as often as it is called by another name. Each time, and each tool, has a working directory and a database of its own.
 */
export function sideBySide<C extends Case>(
  cases: readonly C[],
  kinds: readonly LocalKind[] = ["duckdb"],
): (one: C, kind?: LocalKind, name?: string) => Promise<Compared> {
  const folder = newFolder();
  const newDatabase = postgresDatabases();
  const placeAt = async (name: string, kind: LocalKind): Promise<Place> => {
    const place = makePlace(join(folder, name), kind);
    return kind === "postgres" ? { ...place, database: await newDatabase() } : place;
  };
  const loaded = new Map<LocalKind, readonly { readonly place: Place; readonly report: DltReport }[]>();
  beforeAll(
    async () => {
      await Promise.all(
        kinds.map(async (kind) => {
          const places: Place[] = [];
          for (const index of cases.keys()) places.push(await placeAt(`dlt-${kind}-${index}`, kind));
          const reports = await loadWithDlt(
            cases.map((one, index) => ({ case: one, place: places[index]! })),
            makeFolder(join(folder, kind)),
          );
          loaded.set(
            kind,
            reports.map((report, index) => ({ report, place: places[index]! })),
          );
        }),
      );
    },
    120_000 + cases.length * kinds.length * 60_000,
  );
  return async (one, kind = "duckdb", name = "leat") => {
    const index = cases.indexOf(one);
    const { report, place } = loaded.get(kind)![index]!;
    return { dlt: await dltOutcome(report, place), leat: await leatOutcome(one, await placeAt(`${name}-${kind}-${index}`, kind)) };
  };
}

/** Where the tools differ, in words. Both refuse in words of their own. */
export function differencesOf({ dlt, leat }: Compared): string[] {
  return "refused" in dlt && "refused" in leat ? [] : differences(dlt, leat);
}

/** A folder for the tests of a file, removed after them. */
export function newFolder(): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "leat-interop-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Creates the folder. For Postgres a database has to be put in. */
export function makePlace(folder: string, kind: LocalKind = "duckdb"): Place {
  makeFolder(folder);
  return { pipelinesDir: join(folder, "pipelines"), database: join(folder, `database.${kind === "sqlite" ? "db" : "duckdb"}`) };
}

function makeFolder(folder: string): string {
  mkdirSync(folder, { recursive: true });
  return folder;
}

async function dltOutcome(report: DltReport, { database }: Place): Promise<Outcome> {
  return report.error === null ? { snapshot: await readSnapshot(database) } : { refused: lastLines(report.error) };
}

async function leatOutcome(one: Case, place: Place): Promise<Outcome> {
  try {
    await loadWithLeat(one, place);
  } catch (error) {
    return { refused: String(error) };
  }
  return { snapshot: await readSnapshot(place.database) };
}

/** The error itself, without the way to it. */
function lastLines(traceback: string): string {
  const errors = traceback.split("\n").filter((line) => /^[\w.]+(Error|Exception|Failed|Ended)\b.*:/.test(line));
  return (errors.length === 0 ? traceback : errors.join("\n")).slice(0, 2000);
}
