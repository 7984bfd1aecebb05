import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type CrashPoint, crashPoints } from "../../src/core/crash-point.ts";
import { expectExactly, finish, inFolder, inPairs, runChild, type World, withoutTransaction } from "../crash/crash-world.ts";
import { createPostgres, type TestDatabase } from "../destinations.ts";

/** What happens around a commit, and where state and data could fall apart. */
const elsewhere: readonly CrashPoint[] = ["load:early", "load:failure-noted", "load:jobs-discarded", ...withoutTransaction];
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

  test.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    [
      "a staging dataset",
      { DESTINATION__STAGING_DATASET_NAME_LAYOUT: "%s_staging", DESTINATION__REPLACE_STRATEGY: "insert-from-staging" },
      ["data", "data_staging"],
    ],
    ["tables that take the place of others", { DESTINATION__REPLACE_STRATEGY: "staging-optimized" }, ["data"]],
  ])("and so it does by way of %s", { timeout: 1_800_000 }, async (what, settings, datasets) => {
    for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
    const cases = aroundTheCommit.flatMap((name) => [1, 2].map((hit) => ({ name, hit })));
    await inPairs(cases, async (kill) => {
      const database = await createPostgres();
      await inFolder(async (dir) => {
        const world: World = { dir, total: 20, batch: 5, postgres: database.url };
        const { wasKilled } = await runChild({ script: "runs", world, kill });
        expect(wasKilled, `${kill.name}, hit ${kill.hit}`).toBe(true);
        await finishes(`${what}, killed at ${kill.name}, hit ${kill.hit}`, world);
        expect(await datasetsOf(database)).toEqual(datasets);
      });
    });
  });
});

async function datasetsOf(database: TestDatabase): Promise<unknown[]> {
  const sql =
    "SELECT nspname AS name FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND nspname NOT IN ('information_schema', 'public') ORDER BY 1";
  return (await database.query<{ name: string }>(sql)).map(({ name }) => name);
}

async function finishes(what: string, world: World): Promise<void> {
  try {
    await finish({ ...world, batch: world.total });
    await expectExactly(world);
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
  }
}
