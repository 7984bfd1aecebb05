import { describe, expect, test } from "vitest";
import { type CrashPoint, crashPoints } from "../../src/core/crash-point.ts";
import {
  crashRuns,
  crashSeed,
  expectExactly,
  finish,
  inFolder,
  inPairs,
  runChild,
  type Script,
  seeded,
  type World,
} from "./crash-world.ts";

describe("a process that is killed at a crash point", () => {
  test("reaches every crash point at least twice", { timeout: 300_000 }, async () => {
    await inFolder(async (dir) => {
      const world = { dir, total: 40, batch: 5 };
      const { hits, error } = await runChild({ script: "everything", world });
      expect(error).toBeUndefined();
      expect(crashPoints.filter((name) => (hits[name] ?? 0) < 2)).toEqual([]);
      await expectExactly(world);
    });
  });

  test("leaves what the next run finishes with exactly the rows", { timeout: 1_800_000 }, async () => {
    await inPairs([...firstAndSecond, ...later, ...sampled()], async ({ script, name, hit }) => {
      await inFolder(async (dir) => {
        const world = { dir, total: 40, batch: 5 };
        const { wasKilled } = await runChild({ script, world, kill: { name, hit } });
        expect(wasKilled, `\`${script}\` does not reach ${name} ${hit} times`).toBe(true);
        await finishes(`\`${script}\` killed at ${name}, hit ${hit}`, world, { goesOnElsewhere: hit === 2 && !name.startsWith("lock:") });
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

  test("and so it does where each table has a transaction of its own", { timeout: 600_000 }, async () => {
    const kills = [
      ...[1, 2, 3, 5, 9].map((hit) => ({ name: "load:after-commit", hit }) as const),
      ...[1, 2, 8].map((hit) => ({ name: "load:before-commit", hit }) as const),
      { name: "load:jobs-completed", hit: 1 } as const,
    ];
    await inPairs(kills, async (kill) => {
      await inFolder(async (dir) => {
        const world = { dir, total: 20, batch: 5, atomic: false };
        const { wasKilled } = await runChild({ script: "runs", world, kill });
        expect(wasKilled, `${kill.name}, hit ${kill.hit}`).toBe(true);
        await finishes(`table by table, killed at ${kill.name}, hit ${kill.hit}`, world);
      });
    });
  });

  test("and so it does where threads normalize", { timeout: 600_000 }, async () => {
    const heavy = { total: 90, batch: 45, pad: 230_000, workers: 2 };
    const kills = [
      { name: "normalize:jobs-written", hit: 1 },
      { name: "normalize:jobs-written", hit: 3 },
      { name: "normalize:jobs-written", hit: 9 },
      { name: "normalize:before-commit", hit: 1 },
      { name: "normalize:after-commit", hit: 1 },
      { name: "normalize:extracted-discarded", hit: 1 },
    ] as const;
    await inPairs(kills, async (kill) => {
      await inFolder(async (dir) => {
        const world = { dir, ...heavy };
        const { wasKilled } = await runChild({ script: "finish", world, kill });
        expect(wasKilled).toBe(true);
        await finishes(`threads, killed at ${kill.name}, hit ${kill.hit}`, world);
      });
    });
  });

  test("and so it does where raw files are normalized while others are extracted", { timeout: 600_000 }, async () => {
    const heavy = { total: 90, batch: 45, pad: 230_000, workers: 1 };
    const kills = [
      { name: "extract:rows-written", hit: 1 },
      { name: "extract:before-commit", hit: 2 },
      { name: "extract:state-saved", hit: 1 },
      { name: "normalize:jobs-written", hit: 3 },
      { name: "normalize:before-commit", hit: 1 },
    ] as const;
    await inPairs(kills, async (kill) => {
      await inFolder(async (dir) => {
        const world = { dir, ...heavy };
        const { wasKilled } = await runChild({ script: "finish", world, kill });
        expect(wasKilled).toBe(true);
        await finishes(`ahead, killed at ${kill.name}, hit ${kill.hit}`, world);
      });
    });
  });

  test("and so it does where rows are loaded while others are extracted", { timeout: 600_000 }, async () => {
    const bulk = { total: 90, batch: 90, pad: 230_000, workers: 1, delayMs: 50 };
    const reached: Record<string, number> = {};
    await inFolder(async (dir) => {
      const { hits, error } = await runChild({ script: "finish", world: { dir, ...bulk } });
      expect(error).toBeUndefined();
      Object.assign(reached, hits);
    });
    const all = crashPoints.flatMap((name) => [1, 2].filter((hit) => hit <= (reached[name] ?? 0)).map((hit) => ({ name, hit }) as const));
    const late = [3, 9, 15].map((hit) => ({ name: "load:early", hit }) as const);
    await inPairs([...all, ...late], async (kill) => {
      await inFolder(async (dir) => {
        const world = { dir, ...bulk };
        const { wasKilled } = await runChild({ script: "finish", world, kill });
        expect(wasKilled, `${kill.name}, hit ${kill.hit}`).toBe(true);
        await finishes(`early, killed at ${kill.name}, hit ${kill.hit}`, world);
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

async function finishes(what: string, world: World, { goesOnElsewhere = false } = {}): Promise<void> {
  try {
    await finish({ ...world, batch: world.total }, goesOnElsewhere ? "finishAndGoOnElsewhere" : "finish");
    await expectExactly(goesOnElsewhere ? { ...world, total: world.total + 5 } : world);
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
  }
}

interface Case {
  readonly script: Script;
  readonly name: CrashPoint;
  readonly hit: number;
}

/** Points that are reached in special places only. */
const places: { readonly [name in CrashPoint]?: Script } = {
  "lock:stale-aside": "staleLock",
  "recover:schema-saved": "behindPackages",
  "sync:schemas-removed": "cleanMachine",
  "sync:before-state-forgotten": "lostDatabase",
  "database:before-rename": "lostDatabase",
  "restore:state-blank": "restore",
  "restore:schemas-written": "restore",
  "abort:state-restored": "abort",
  "abort:package-marked": "abort",
  "abort:package-ended": "abort",
  "cut:at-rest": "cut",
  "cut:made": "cut",
  "load:failure-noted": "failedJobs",
  "load:prepared": "intoFunction",
  "load:batch-sent": "intoFunction",
  "load:job-stored": "intoFunction",
  "load:before-record": "intoFunction",
  "load:early": "bulk",
  "fail-job:reason-noted": "failedJobs",
  "load:jobs-discarded": "cleaned",
};

const firstAndSecond: readonly Case[] = crashPoints.flatMap((name) =>
  [1, 2].map((hit) => ({ script: places[name] ?? "runs", name, hit }) as const),
);

/** Between the second pair of packages that are given up. */
const later: readonly Case[] = [{ script: "abort", name: "abort:package-ended", hit: 3 }];

/** Later hits, of which there are hundreds: a file is written, a job is moved. */
function sampled(): readonly Case[] {
  const random = seeded(crashSeed());
  const most: { readonly [name in CrashPoint]?: number } = {
    "file:before-rename": 180,
    "load:job-moved": 110,
    "normalize:jobs-written": 35,
  };
  return Array.from({ length: crashRuns(4) }, () => {
    const name = crashPoints[Math.floor(random() * crashPoints.length)]!;
    return { script: "everything", name, hit: 1 + Math.floor(random() * (most[name] ?? 2)) };
  });
}
