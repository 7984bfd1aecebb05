import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, test } from "vitest";
import type { CrashPoint } from "../../src/core/crash-point.ts";
import { databasePath, expectExactly, finish, inFolder, inPairs, runChild, type Script, type World } from "./crash-world.ts";

/** Reached before the package exists: a process that is killed there has changed nothing. */
const before: readonly string[] = ["extract:rows-written", "extract:before-commit"];

describe.each<[Script, string]>([
  ["drop", "a drop"],
  ["refresh", "a refresh"],
])("a process that is killed during %s", (script, what) => {
  test(`is finished by the next run: ${what} happens as a whole or not at all, and rows and state agree`, {
    timeout: 900_000,
  }, async () => {
    const reached = await reachedPoints(script);
    expect(reached).toEqual(
      expect.arrayContaining(["extract:after-commit", "extract:schemas-saved", "load:before-commit", "load:after-commit"]),
    );
    await inPairs(reached, async (name) => {
      await inFolder(async (dir) => {
        const world = await loadedWorld(dir);
        const { wasKilled } = await runChild({ script, world, kill: { name, hit: 1 } });
        expect(wasKilled, name).toBe(true);
        await finish({ ...world, batch: world.total });
        await expectExactly(world).catch((error: Error) =>
          Promise.reject(new Error(`killed at ${name}: ${error.message}`, { cause: error })),
        );
        // What is loaded again is loaded by few packages, what stayed is of three more.
        const packages = await packagesOf(world, "events");
        if (before.includes(name)) expect(packages, name).toBe(4);
        else expect(packages, name).toBeLessThan(3);
      });
    });
  });
});

async function loadedWorld(dir: string): Promise<World> {
  const world = { dir, total: 30, batch: 5 };
  const { error } = await runChild({ script: "runs", world });
  expect(error).toBeUndefined();
  return world;
}

async function reachedPoints(script: Script): Promise<readonly CrashPoint[]> {
  let reached: readonly CrashPoint[] = [];
  await inFolder(async (dir) => {
    const { hits, error } = await runChild({ script, world: await loadedWorld(dir) });
    expect(error).toBeUndefined();
    // Lock and files are those of every run, and have tests of their own.
    reached = (Object.keys(hits) as CrashPoint[]).filter((name) => !/^(lock|file):/.test(name));
  });
  return reached;
}

async function packagesOf(world: World, table: string): Promise<number> {
  const instance = await DuckDBInstance.create(databasePath(world));
  const connection = await instance.connect();
  try {
    const result = await connection.runAndReadAll(`SELECT count(DISTINCT _dlt_load_id)::INT FROM data.data.${table}`);
    return Number(result.getRows()[0]?.[0]);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
