import { describe, test } from "vitest";
import { type CrashPoint, crashPoints } from "../../src/core/crash-point.ts";
import { expectExactly, finish, inFolder, inPairs, runChild, type World, withoutTransaction } from "../crash/crash-world.ts";
import { createPostgres } from "../destinations.ts";

/** What happens around a commit, and where state and data could fall apart. */
const elsewhere: readonly CrashPoint[] = ["load:failure-noted", "load:jobs-discarded", ...withoutTransaction];
const aroundTheCommit = crashPoints.filter((name) => /^(load|extract):/.test(name) && !elsewhere.includes(name));
const onACleanMachine: readonly CrashPoint[] = ["sync:schemas-removed"];

describe("a process that is killed while it loads into Postgres", () => {
  test("leaves what the next run finishes with exactly the rows, state and data in step", { timeout: 1_800_000 }, async () => {
    const cases = [
      ...aroundTheCommit.flatMap((name) => [1, 2].map((hit) => ({ script: "runs", name, hit }) as const)),
      ...onACleanMachine.flatMap((name) => [1, 2].map((hit) => ({ script: "cleanMachine", name, hit }) as const)),
      { script: "lostDatabase", name: "sync:before-state-forgotten", hit: 1 } as const,
    ];
    await inPairs(cases, async ({ script, ...kill }) => {
      const database = await createPostgres();
      await inFolder(async (dir) => {
        const world: World = { dir, total: 40, batch: 5, postgres: database.url };
        const { wasKilled, error } = await runChild({ script, world, kill });
        if (!wasKilled) throw new Error(`\`${script}\` does not reach ${kill.name} ${kill.hit} times: ${JSON.stringify(error)}`);
        await finishes(`\`${script}\` killed at ${kill.name}, hit ${kill.hit}`, world);
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
