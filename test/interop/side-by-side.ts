import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { differences } from "./differences.ts";
import { loadWithLeat } from "./leat.ts";
import type { Case, Place } from "./plan.ts";
import { type DltReport, loadWithDlt } from "./python.ts";
import { readSnapshot, type Snapshot } from "./snapshot.ts";

/** What one tool made of a case: its data, or why it refused. */
export type Outcome = { readonly snapshot: Snapshot } | { readonly refused: string };

export interface Compared {
  readonly dlt: Outcome;
  readonly leat: Outcome;
}

/**
 * Loads all cases with dlt before the tests of a file, in one process, since its start takes longer than most cases.
 * What it gives loads a case with leat. Each tool has a working directory and a database of its own.
 */
export function sideBySide<C extends Case>(cases: readonly C[]): (one: C) => Promise<Compared> {
  const folder = newFolder();
  const places = cases.map((_, index) => makePlace(join(folder, `dlt-${index}`)));
  let reports: readonly DltReport[] = [];
  beforeAll(
    async () => {
      reports = await loadWithDlt(
        cases.map((one, index) => ({ case: one, place: places[index]! })),
        folder,
      );
    },
    120_000 + cases.length * 60_000,
  );
  return async (one) => {
    const index = cases.indexOf(one);
    return {
      dlt: await dltOutcome(reports[index]!, places[index]!),
      leat: await leatOutcome(one, makePlace(join(folder, `leat-${index}`))),
    };
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

/** Creates the folder. */
export function makePlace(folder: string): Place {
  mkdirSync(folder, { recursive: true });
  return { pipelinesDir: join(folder, "pipelines"), database: join(folder, "database.duckdb") };
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
