import { afterAll, describe, expect, test } from "vitest";
import { awkwardDocuments } from "./awkward-documents.ts";
import type { Case, ResourceRows, Run } from "./plan.ts";
import { differencesOf, sideBySide } from "./side-by-side.ts";

const count = Number(process.env["LEAT_FUZZ_RUNS"] ?? 5);
const firstSeed = Number(process.env["LEAT_FUZZ_SEED"] ?? 1);

/** Every seed has its own way of loading. */
const ways: readonly Pick<Run & ResourceRows, "maxTableNesting" | "hints">[] = [
  {},
  { maxTableNesting: 1 },
  { hints: { writeDisposition: "replace" } },
  { maxTableNesting: 0 },
  {},
];

/** Two runs, the second with documents of another kind, so that it meets columns of other types. */
function caseOf(seed: number): Case {
  const { hints = {}, ...run } = ways[seed % ways.length]!;
  const rows = (offset: number): readonly unknown[] => awkwardDocuments(seed * 10 + offset, 20);
  return {
    name: `LEAT_FUZZ_SEED=${seed} LEAT_FUZZ_RUNS=1`,
    runs: [0, 1].map((offset) => ({ ...run, source: "awkward", resources: [{ name: "docs", rows: rows(offset), hints }] })),
  };
}

describe("generated awkward documents are loaded as dlt loads them", () => {
  const cases = Array.from({ length: count }, (_, index) => caseOf(firstSeed + index));
  const load = sideBySide(cases);
  let loaded = 0;

  test.for(cases)("$name", async (one) => {
    const compared = await load(one);
    if ("snapshot" in compared.dlt) loaded += 1;
    // A text that not even the variant of a column takes: leat makes a variant of the variant, see the deliberate differences.
    else if (!("refused" in compared.leat) && compared.dlt.refused.includes("CannotCoerceColumnException")) return;
    expect(differencesOf(compared)).toEqual([]);
  });

  // Where both refuse nothing is compared: types may flip in a way that no variant column takes.
  afterAll(() => expect(loaded).toBeGreaterThan(count / 2));
});
