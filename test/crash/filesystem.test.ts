import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type CrashPoint, crashPoints } from "../../src/core/crash-point.ts";
import { tempDir } from "../temp-dir.ts";
import { expectExactly, finish, inFolder, inPairs, runChild, type World } from "./crash-world.ts";

/** Reached with transactions only, or with a function as destination. */
const elsewhere: readonly string[] = [
  "load:early",
  "load:in-transaction",
  "load:before-commit",
  "load:batch-sent",
  "load:failure-noted",
  "load:jobs-discarded",
];
const aroundTheCommit = crashPoints.filter((name) => /^load:/.test(name) && !elsewhere.includes(name));
/** Every file that is written is one of these: the hits go through the files of a run. */
const files = [1, 2, 3, 4, 6, 8, 10, 13, 17, 22, 28, 35, 45, 60].map((hit) => ({ name: "file:before-rename", hit }) as const);
const others: readonly CrashPoint[] = crashPoints.filter((name) => name.startsWith("extract:"));

describe("a process that is killed while it loads into files", () => {
  test("leaves what the next run finishes with exactly the rows, state and data in step", { timeout: 900_000 }, async () => {
    const cases = [
      ...aroundTheCommit.flatMap((name) => [1, 2, 5].map((hit) => ({ script: "runs", name, hit }) as const)),
      ...others.flatMap((name) => [1, 2].map((hit) => ({ script: "runs", name, hit }) as const)),
      ...files.map((kill) => ({ script: "runs", ...kill }) as const),
      { script: "cut", name: "load:job-stored", hit: 7 } as const,
      { script: "cut", name: "load:before-record", hit: 3 } as const,
      { script: "cleaned", name: "load:jobs-discarded", hit: 1 } as const,
      { script: "refresh", name: "load:prepared", hit: 1 } as const,
      { script: "refresh", name: "load:job-stored", hit: 2 } as const,
      { script: "refresh", name: "load:before-record", hit: 1 } as const,
      { script: "cleanMachine", name: "sync:schemas-removed", hit: 1 } as const,
      { script: "lostDatabase", name: "sync:before-state-forgotten", hit: 1 } as const,
    ];
    await inPairs(cases, async ({ script, ...kill }) => {
      const bucket = join(tempDir(), "bucket");
      await inFolder(async (dir) => {
        const world: World = { dir, total: 40, batch: 5, bucket };
        const { wasKilled, error } = await runChild({ script, world, kill });
        if (!wasKilled) throw new Error(`\`${script}\` does not reach ${kill.name} ${kill.hit} times: ${JSON.stringify(error)}`);
        try {
          await finish({ ...world, batch: world.total });
          await expectExactly(world);
          expect(readdirSync(join(bucket, "data"))).not.toContain(".leat_unfinished");
        } catch (cause) {
          throw new Error(`\`${script}\` killed at ${kill.name}, hit ${kill.hit}: ${(cause as Error).message}`, { cause });
        }
      });
    });
  });
});
