import { expect, test } from "vitest";
import { tempDir } from "../temp-dir.ts";
import { awkwardDocuments } from "./awkward-documents.ts";
import { differencesOf, loadWithBoth } from "./compare.ts";
import type { Case } from "./plan.ts";

const seeds = Number(process.env["LEAT_FUZZ_RUNS"] ?? 5);
const firstSeed = Number(process.env["LEAT_FUZZ_SEED"] ?? 1);

/** Two runs, the second with documents of another kind, so that it meets columns of other types. */
function caseOf(seed: number): Case {
  const rows = (offset: number): readonly unknown[] => awkwardDocuments(seed * 10 + offset, 20);
  return {
    name: `awkward_${seed}`,
    runs: [0, 1].map((offset) => ({ source: "awkward", resources: [{ name: "docs", rows: rows(offset) }] })),
  };
}

test(
  `loads generated awkward documents as dlt does (${seeds} seeds from ${firstSeed} on)`,
  async () => {
    const cases = Array.from({ length: seeds }, (_, index) => caseOf(firstSeed + index));
    for (const compared of await loadWithBoth(cases, tempDir())) {
      const seed = compared.case.name.replace(/^\D*/, "");
      expect.soft(differencesOf(compared), `LEAT_FUZZ_SEED=${seed} LEAT_FUZZ_RUNS=1 shows it alone`).toEqual([]);
    }
  },
  (seeds + 1) * 60_000,
);
