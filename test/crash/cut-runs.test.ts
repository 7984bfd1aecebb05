import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { crashPoints } from "../../src/core/crash-point.ts";
import { parseTyped } from "../../src/core/json.ts";
import { expectExactly, finish, finishInChild, inFolder, inPairs, runChild, type World, workingDir } from "./crash-world.ts";

/** One run that reads all rows, and commits after so many. */
const long: Omit<World, "dir"> = { total: 36, batch: 36, commitEvery: { rows: 9 } };

describe("a long run that is cut into packages", () => {
  test("and killed at 80 % of it reads one interval again at most", { timeout: 120_000 }, async () => {
    await inFolder(async (dir) => {
      const world = { dir, ...long };
      const { hits } = await countedHits(long);
      const hit = Math.floor((hits["cut:at-rest"] ?? 0) * 0.8);
      expect(hit).toBeGreaterThan(3);
      expect((await runChild({ script: "finish", world, kill: { name: "cut:at-rest", hit } })).wasKilled).toBe(true);
      // Each interval has nine rows, or those of one item more. An order comes with an entry of the ledger.
      const { alpha, beta } = committedPlaces(world);
      expect(alpha + 2 * beta).toBeGreaterThanOrEqual((hit - 1) * 9);
      expect(readdirSync(join(workingDir(world), "load", "loaded")).length + pendingOf(world)).toBeGreaterThan(hit - 1);
      await finish(world);
      await expectExactly(world);
    });
  });

  test("is right wherever it is killed, also in what goes on at the same time", { timeout: 1_800_000 }, async () => {
    const { hits } = await countedHits(long);
    const reached = crashPoints.filter((name) => (hits[name] ?? 0) > 0 && !name.startsWith("lock:") && name !== "file:before-rename");
    const cases = reached.map((name) => ({ name, hit: 1 + Math.floor((hits[name]! - 1) * 0.6) }));
    await inPairs(cases, async (kill) => {
      await inFolder(async (dir) => {
        const world = { dir, ...long };
        try {
          const { wasKilled } = await runChild({ script: "finish", world, kill });
          expect(wasKilled).toBe(true);
          await finish(world, kill.hit % 2 === 0 ? "finishAndGoOnElsewhere" : "finish");
          await expectExactly(kill.hit % 2 === 0 ? { ...world, total: world.total + 5 } : world);
        } catch (error) {
          throw new Error(`Killed at ${kill.name}, hit ${kill.hit}: ${(error as Error).message}`, { cause: error });
        }
      });
    });
  });
});

async function countedHits(shape: Omit<World, "dir">): Promise<{ readonly hits: Readonly<Record<string, number>> }> {
  let hits: Readonly<Record<string, number>> = {};
  await inFolder(async (dir) => {
    hits = (await finishInChild({ dir, ...shape })).hits;
  });
  return { hits };
}

function committedPlaces(world: World): { readonly alpha: number; readonly beta: number } {
  const text = readFileSync(join(workingDir(world), "state.json"), "utf8");
  const { sources } = parseTyped(text) as { sources: Record<string, { resources: Record<string, { next?: number }> }> };
  return { alpha: sources["alpha"]?.resources["events"]?.next ?? 0, beta: sources["beta"]?.resources["orders"]?.next ?? 0 };
}

function pendingOf(world: World): number {
  const folders = [join("load", "normalized"), join("normalize", "extracted")];
  return folders.reduce((sum, folder) => sum + readdirSync(join(workingDir(world), folder)).length, 0);
}
