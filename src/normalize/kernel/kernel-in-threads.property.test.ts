import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import type { ThreadTask, UnitThread } from "../threads.ts";
import { UnitNormalizer } from "../unit-normalizer.ts";
import { cases, formatOnly, outcome } from "./__fixtures__/outcome.ts";

// Threads take random bytes of the machine: all zero here, so that ids are the same.
vi.mock("node:crypto", async (original) => ({ ...(await original<object>()), randomBytes: (size: number) => Buffer.alloc(size) }));

const runs = Number(process.env["LEAT_RUNS"] ?? 20);

test("with the kernel, threads make the files, schema and findings that one makes", { timeout: 600_000 }, async () => {
  let taken = 0;
  /** A thread that is none: it takes turns with this one. */
  const start = (task: ThreadTask): UnitThread => {
    const normalizer = new UnitNormalizer(structuredClone(task));
    let work: Promise<unknown> = Promise.resolve();
    const run: UnitThread["run"] = (unit, onNews) => {
      const done = normalizer
        .normalize(structuredClone(unit), (news) => onNews(structuredClone(news)))
        .then(
          (result) => {
            taken += 1;
            return structuredClone(result);
          },
          () => undefined,
        );
      work = done;
      return done;
    };
    return { isAlive: true, run, end: async () => void (await work) };
  };
  await fc.assert(
    fc.asyncProperty(cases, fc.constantFrom(2, 3), fc.constantFrom("parquet", "csv"), async (one, count, format) => {
      const threads = { count, start, jobFormats: formatOnly(format), minPackageBytes: 0, minUnitBytes: 0 };
      const expected = await outcome(one, { chunkBytes: 300, randomBytes, format });
      expect(await outcome(one, { chunkBytes: 300, randomBytes, format, threads })).toEqual(expected);
    }),
    { numRuns: runs, endOnFailure: process.env["LEAT_SHRINK"] === undefined },
  );
  // It is one of each case, more or less, by chance.
  expect(taken).toBeGreaterThan(runs / 5);
});
