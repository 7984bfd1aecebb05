import type { Case } from "./plan.ts";
import { takingTurns } from "./turns.ts";

// dlt's default; with it leat uses the dataset that dlt has made, and dlt counts on what it knows to be there.
process.env["DESTINATION__STAGING_DATASET_NAME_LAYOUT"] = "%s_staging";

const doc = (id: number, seq: number, extra: object = {}) => ({ id, seq, tags: [{ of: id, seq }], ...extra });

const merged: Case = {
  name: "rows wait in the staging dataset of the other tool, while columns and tables come",
  runs: [
    [doc(1, 1), doc(2, 1)],
    [doc(2, 2, { note: "new" }), doc(3, 1)],
    [doc(3, 2, { lines: [{ sku: "a" }] }), doc(1, 2)],
    [doc(1, 3, { note: "newer", lines: [{ sku: "b" }, { sku: "c" }] }), doc(4, 1)],
  ].map((rows) => ({
    source: "shared",
    resources: [
      { name: "docs", rows, hints: { writeDisposition: "merge" as const, primaryKey: "id" } },
      { name: "kept", rows, hints: { writeDisposition: { disposition: "merge", strategy: "upsert" } as const, primaryKey: "id" } },
    ],
  })),
};

takingTurns("duckdb", [merged]);
takingTurns("postgres", [merged]);
