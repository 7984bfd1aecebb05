import fc from "fast-check";
import { expect, test } from "vitest";
import { cases, outcome } from "./__fixtures__/outcome.ts";
import { shredCounts } from "./shred-unit.ts";

const runs = Number(process.env["LEAT_RUNS"] ?? 40);

test("the kernel makes the files, schema, counts and findings that the reference makes", { timeout: 600_000 }, async () => {
  let failures = 0;
  await fc.assert(
    fc.asyncProperty(cases, fc.constantFrom(200, 4096), fc.constantFrom("parquet", "csv"), async (one, chunkBytes, format) => {
      const expected = await outcome(one, { format });
      if (typeof expected === "string") failures += 1;
      expect(await outcome(one, { chunkBytes, format })).toEqual(expected);
    }),
    { numRuns: runs, endOnFailure: process.env["LEAT_SHRINK"] === undefined },
  );
  // About a third fails, and the kernel does two thirds of the rows. Of random cases it may be more, or less.
  expect(failures).toBeLessThan(runs * 0.8);
  expect(shredCounts.rows).toBeGreaterThan(shredCounts.referenceRows / 4);
});
