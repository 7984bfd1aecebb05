import { describe, expect, test } from "vitest";
import { inFolder, inPairs } from "./crash-world.ts";
import { runChild } from "./telling-child.ts";

interface Told {
  readonly hits: Readonly<Record<string, number>>;
  readonly rows: number;
  readonly ids: number;
  readonly state: unknown;
}

interface Argument {
  readonly dir: string;
  readonly parallel: number;
  readonly kill?: { readonly name: string; readonly hit: number };
}

/** What the child tells; undefined when it was killed. */
function backfilled(argument: Argument): Promise<Told | undefined> {
  return runChild("backfill-child.mjs", argument);
}

describe("a backfill that is killed", () => {
  test.each([1, 3])("loads the rows of each range once, wherever it was (%i at a time)", { timeout: 900_000 }, async (parallel) => {
    let hits: Readonly<Record<string, number>> = {};
    await inFolder(async (dir) => {
      hits = (await backfilled({ dir, parallel }))!.hits;
    });
    const points = Object.entries(hits).filter(([name]) => !name.startsWith("lock:") && name !== "file:before-rename");
    expect(points.length).toBeGreaterThan(8);
    const cases = points.map(([name, count]) => ({ name, hit: 1 + Math.floor((count - 1) * 0.5) }));
    await inPairs(cases, async (kill) => {
      await inFolder(async (dir) => {
        try {
          await backfilled({ dir, parallel, kill });
          const { rows, ids, state } = (await backfilled({ dir, parallel }))!;
          expect({ rows, ids, state }).toEqual({ rows: 100, ids: 100, state: { incremental: { "backfill:at": { done: [[0, 100]] } } } });
        } catch (error) {
          throw new Error(`Killed at ${kill.name}, hit ${kill.hit}: ${(error as Error).message}`, { cause: error });
        }
      });
    });
  });
});
