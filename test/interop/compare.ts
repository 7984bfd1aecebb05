import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { differences } from "./differences.ts";
import { loadWithLeat } from "./leat.ts";
import type { Case, Place } from "./plan.ts";
import { type DltReport, loadWithDlt } from "./python.ts";
import { readSnapshot, type Snapshot } from "./snapshot.ts";

/** What one tool made of a case: its data, or why it refused. */
export type Outcome = { readonly snapshot: Snapshot } | { readonly refused: string };

export interface Compared {
  readonly case: Case;
  readonly dlt: Outcome;
  readonly leat: Outcome;
}

/** Where the tools differ, in words. Both refuse in words of their own. */
export function differencesOf({ dlt, leat }: Compared): string[] {
  return "refused" in dlt && "refused" in leat ? [] : differences(dlt, leat);
}

/** Loads every case with both tools, each in a working directory and a database of its own. */
export async function loadWithBoth(cases: readonly Case[], folder: string): Promise<Compared[]> {
  const dltPlaces = cases.map((_, index) => makePlace(join(folder, `dlt-${index}`)));
  const reports = await loadWithDlt(
    cases.map((one, index) => ({ case: one, place: dltPlaces[index]! })),
    folder,
  );
  const compared: Compared[] = [];
  for (const [index, one] of cases.entries()) {
    const leatPlace = makePlace(join(folder, `leat-${index}`));
    compared.push({ case: one, dlt: await dltOutcome(reports[index]!, dltPlaces[index]!), leat: await leatOutcome(one, leatPlace) });
  }
  return compared;
}

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
