import { expect, test } from "vitest";
import type { Case } from "./plan.ts";
import { differencesOf, sideBySide } from "./side-by-side.ts";

// The speed of a load means something only if it is the load that dlt makes.
const generator = (await import(new URL("../../bench/documents.mjs", import.meta.url).href)) as {
  readonly documents: (count: number, seed?: number) => Iterable<unknown>;
};

const documents: Case = {
  name: "documents of the benchmark",
  runs: [1, 2].map((seed) => ({ source: "bench", resources: [{ name: "activities", rows: [...generator.documents(300, seed)] }] })),
};
const load = sideBySide([documents]);

test("the documents of the benchmark are loaded as dlt loads them", async () => {
  const compared = await load(documents);
  expect(compared.dlt).not.toHaveProperty("refused");
  expect(differencesOf(compared)).toEqual([]);
});
