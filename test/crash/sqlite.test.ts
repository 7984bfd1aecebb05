import { join } from "node:path";
import { describe, test } from "vitest";
import { type CrashPoint, crashPoints } from "../../src/core/crash-point.ts";
import { tempDir } from "../temp-dir.ts";
import { expectExactly, finish, inFolder, inPairs, runChild, type World, withoutTransaction } from "./crash-world.ts";

/** What happens around a commit, and where state and data could fall apart. */
const elsewhere: readonly CrashPoint[] = ["load:early", "load:failure-noted", "load:jobs-discarded", ...withoutTransaction];
const aroundTheCommit = crashPoints.filter((name) => /^(load|extract):/.test(name) && !elsewhere.includes(name));

describe("a process that is killed while it loads into SQLite", () => {
  test("leaves what the next run finishes with exactly the rows, state and data in step", { timeout: 900_000 }, async () => {
    const cases = [
      ...aroundTheCommit.flatMap((name) => [1, 2].map((hit) => ({ script: "runs", name, hit }) as const)),
      { script: "cleanMachine", name: "sync:schemas-removed", hit: 1 } as const,
      { script: "lostDatabase", name: "sync:before-state-forgotten", hit: 1 } as const,
    ];
    await inPairs(cases, async ({ script, ...kill }) => {
      const sqlite = join(tempDir(), "data.db");
      await inFolder(async (dir) => {
        const world: World = { dir, total: 40, batch: 5, sqlite };
        const { wasKilled, error } = await runChild({ script, world, kill });
        if (!wasKilled) throw new Error(`\`${script}\` does not reach ${kill.name} ${kill.hit} times: ${JSON.stringify(error)}`);
        try {
          await finish({ ...world, batch: world.total });
          await expectExactly(world);
        } catch (cause) {
          throw new Error(`\`${script}\` killed at ${kill.name}, hit ${kill.hit}: ${(cause as Error).message}`, { cause });
        }
      });
    });
  });
});
