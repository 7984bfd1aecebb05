import { describe, expect, test } from "vitest";
import { type CrashPoint, crashPoints } from "../../src/core/crash-point.ts";
import { expectExactly, inFolder, inPairs, runChild } from "./crash-world.ts";

describe("a process that is killed at a crash point", () => {
  test("reaches every crash point at least twice", async () => {
    await inFolder(async (dir) => {
      const world = { dir, total: 40, batch: 7 };
      const { hits } = await runChild({ script: "everything", world });
      const missed = crashPoints.filter((name) => (hits[name] ?? 0) < 2);
      expect(missed).toEqual([]);
      await expectExactly(world);
    });
  });

  test("leaves what the next run finishes with exactly the rows", { timeout: 600_000 }, async () => {
    await inPairs(cases(), async ({ name, hit }) => {
      await inFolder(async (dir) => {
        const world = { dir, total: 40, batch: 7 };
        const { wasKilled } = await runChild({ script: "everything", world, kill: { name, hit } });
        expect(wasKilled, `${name}, hit ${hit}`).toBe(true);
        await finishAs(`killed at ${name}, hit ${hit}`, world);
      });
    });
  });
});

async function finishAs(what: string, world: Parameters<typeof expectExactly>[0]): Promise<void> {
  try {
    await runChild({ script: "finish", world });
    await expectExactly(world);
    const longer = { ...world, total: world.total + 5 };
    await runChild({ script: "continueClean", world: longer });
    await expectExactly(longer);
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
  }
}

interface Case {
  readonly name: CrashPoint;
  readonly hit: number;
}

function cases(): readonly Case[] {
  const both = crashPoints.flatMap((name) => [1, 2].map((hit) => ({ name, hit })));
  // These are reached many times in one run, by different files each.
  const many = [3, 5, 8, 12, 17, 23, 30, 38, 47, 57].map((hit) => ({ name: "file:before-rename", hit }) as const);
  const moves = [3, 6, 9, 14, 21].map((hit) => ({ name: "load:job-moved", hit }) as const);
  return [...both, ...many, ...moves];
}
