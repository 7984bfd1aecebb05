import { describe, expect, test } from "vitest";
import { type CrashPoint, crashPoints } from "../../src/core/crash-point.ts";
import { crashRuns, crashSeed, expectExactly, finish, inFolder, inPairs, runChild, seeded, type World } from "./crash-world.ts";

describe("a process that is killed at a crash point", () => {
  test("reaches every crash point at least twice", async () => {
    await inFolder(async (dir) => {
      const world = { dir, total: 40, batch: 5 };
      const { hits, error } = await runChild({ script: "everything", world });
      expect(error).toBeUndefined();
      expect(crashPoints.filter((name) => (hits[name] ?? 0) < 2)).toEqual([]);
      await expectExactly(world);
    });
  });

  test("leaves what the next run finishes with exactly the rows", { timeout: 1_800_000 }, async () => {
    await inPairs([...first, ...sampled()], async ({ name, hit, world }) => {
      await inFolder(async (dir) => {
        const { wasKilled } = await runChild({ script: "everything", world: { dir, ...world }, kill: { name, hit } });
        expect(wasKilled, `${name} is not reached ${hit} times`).toBe(true);
        await finishes(`killed at ${name}, hit ${hit}`, { dir, ...world });
      });
    });
  });

  test("loses no state where state is kept in the working directory alone", async () => {
    await inPairs(["extract:after-commit", "extract:schemas-saved", "load:after-commit"] as const, async (name) => {
      await inFolder(async (dir) => {
        const world = { dir, total: 20, batch: 5, forgetful: true };
        await runChild({ script: "finish", world, kill: { name, hit: 3 } });
        await finishes(`killed at ${name}`, world);
      });
    });
  });

  test("and whose successor is killed, too, is finished by the third", async () => {
    const pairs: readonly (readonly [CrashPoint, CrashPoint])[] = [
      ["extract:after-commit", "recover:schema-saved"],
      ["extract:schemas-saved", "normalize:after-commit"],
      ["load:after-commit", "load:jobs-completed"],
      ["load:before-commit", "load:after-commit"],
      ["lock:acquired", "lock:stale-aside"],
    ];
    await inPairs(pairs, async ([one, other]) => {
      await inFolder(async (dir) => {
        const world = { dir, total: 20, batch: 5 };
        for (const name of [one, other]) {
          const { wasKilled } = await runChild({ script: "finish", world, kill: { name, hit: name === one ? 3 : 1 } });
          expect(wasKilled, name).toBe(true);
        }
        await finishes(`killed at ${one}, then at ${other}`, world);
      });
    });
  });
});

async function finishes(what: string, world: World): Promise<void> {
  try {
    await finish({ ...world, batch: world.total });
    await expectExactly(world);
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
  }
}

interface Case {
  readonly name: CrashPoint;
  readonly hit: number;
  readonly world: Omit<World, "dir">;
}

const first: readonly Case[] = crashPoints.flatMap((name) => [1, 2].map((hit) => ({ name, hit, world: { total: 40, batch: 5 } })));

/** Later hits, of which there are hundreds: a file is written, a job is moved. */
function sampled(): readonly Case[] {
  const random = seeded(crashSeed());
  return Array.from({ length: crashRuns(4) }, () => {
    const name = crashPoints[Math.floor(random() * crashPoints.length)]!;
    const most =
      ({ "file:before-rename": 150, "load:job-moved": 100, "normalize:jobs-written": 30 } as Partial<Record<CrashPoint, number>>)[name] ??
      2;
    return { name, hit: 1 + Math.floor(random() * most), world: { total: 40, batch: 5 } };
  });
}
