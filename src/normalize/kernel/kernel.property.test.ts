import fc from "fast-check";
import { expect, test } from "vitest";
import { cases, outcome } from "./__fixtures__/outcome.ts";
import { shredCounts } from "./shred-unit.ts";

test("the kernel makes the files, schema, counts and findings that the reference makes", { timeout: 600_000 }, async () => {
  let failures = 0;
  await fc.assert(
    fc.asyncProperty(cases, fc.constantFrom(200, 4096), async (one, chunkBytes) => {
      const expected = await outcome(one, {});
      failures += typeof expected === "string" ? 1 : 0;
      expect(await outcome(one, { chunkBytes })).toEqual(expected);
    }),
    { numRuns: Number(process.env["LEAT_RUNS"] ?? 150), endOnFailure: process.env["LEAT_SHRINK"] === undefined },
  );
  if (process.env["LEAT_RUNS"]) console.log(shredCounts, failures);
  expect(shredCounts.rows).toBeGreaterThan(1.4 * shredCounts.referenceRows);
});
