import { describe, test } from "vitest";
import {
  crashRuns,
  crashSeed,
  expectExactly,
  finish,
  finishInChild,
  inFolder,
  inPairs,
  runChild,
  seeded,
  type World,
} from "./crash-world.ts";

const shapes: { readonly [name: string]: Omit<World, "dir"> } = {
  "rows that come slowly": { total: 60, batch: 15, delayMs: 4 },
  "many heavy rows": { total: 3_000, batch: 1_000, pad: 400 },
  "many small runs": { total: 24, batch: 4 },
  "rows that threads normalize": { total: 90, batch: 45, pad: 230_000, workers: 2 },
  "a long run that is cut into packages": { total: 60, batch: 60, delayMs: 4, commitEvery: { rows: 9 } },
};

describe("a process that is killed at any moment", () => {
  test.each(Object.entries(shapes))("with %s", { timeout: 1_800_000 }, async (_, shape) => {
    const seed = crashSeed();
    const typicalMs = await durationOf(shape);
    await inPairs(
      Array.from({ length: crashRuns(2) }, (_, index) => seed + index),
      async (caseSeed) => {
        const random = seeded(caseSeed);
        // The second and third kill meet a process that mends what the one before left.
        const kills = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, index) =>
          Math.floor(random() * (index === 0 ? typicalMs : typicalMs / 3)),
        );
        await inFolder(async (dir) => {
          try {
            for (const killAfterMs of kills) await runChild({ script: "finish", world: { dir, ...shape }, killAfterMs });
            await finish({ dir, ...shape });
            await expectExactly({ dir, ...shape });
          } catch (error) {
            throw new Error(`Seed ${caseSeed}, killed after ${kills.join(", ")} ms: ${(error as Error).message}`, { cause: error });
          }
        });
      },
    );
  });

  test("while several processes wait for each other", { timeout: 300_000 }, async () => {
    const random = seeded(crashSeed());
    await inFolder(async (dir) => {
      const world = { dir, total: 40, batch: 4 };
      const children = Array.from({ length: 4 }, (_, index) =>
        runChild({ script: "finishBesideOthers", world, ...(index < 2 ? { killAfterMs: Math.floor(random() * 1_500) } : {}) }),
      );
      for (const { error } of await Promise.all(children)) if (error !== undefined) throw new Error(JSON.stringify(error));
      await finish(world);
      await expectExactly(world);
    });
  });
});

async function durationOf(shape: Omit<World, "dir">): Promise<number> {
  let typicalMs = 0;
  await inFolder(async (dir) => {
    const startedAt = performance.now();
    await finishInChild({ dir, ...shape });
    // Without the start of the process.
    typicalMs = Math.max(50, performance.now() - startedAt - 250);
    await expectExactly({ dir, ...shape });
  });
  return typicalMs;
}
