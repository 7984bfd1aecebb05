import { join } from "node:path";
import { describe, onTestFinished, test, vi } from "vitest";
import type { CrashPoint } from "../../src/core/crash-point.ts";
import { tempDir } from "../temp-dir.ts";
import { expectExactly, finish, inFolder, inPairs, runChild, type World } from "./crash-world.ts";

const strategies = ["insert-from-staging", "truncate-and-insert"];
const points: readonly CrashPoint[] = ["load:in-transaction", "load:before-commit", "load:after-commit", "load:jobs-completed"];

describe.each(["duckdb", "sqlite"])("a process that is killed while it loads into %s by way of a staging dataset", (kind) => {
  test.each(strategies)(
    "leaves what the next run finishes with exactly the rows; tables are replaced by %s",
    { timeout: 900_000 },
    async (strategy) => {
      vi.stubEnv("DESTINATION__STAGING_DATASET_NAME_LAYOUT", "%s_staging");
      vi.stubEnv("DESTINATION__REPLACE_STRATEGY", strategy);
      onTestFinished(() => void vi.unstubAllEnvs());
      const cases = points.flatMap((name) => [1, 2, 3].map((hit) => ({ name, hit })));
      await inPairs(cases, async (kill) => {
        const database = kind === "sqlite" ? { sqlite: join(tempDir(), "data.db") } : {};
        await inFolder(async (dir) => {
          const world: World = { dir, total: 20, batch: 5, ...database };
          const { wasKilled, error } = await runChild({ script: "runs", world, kill });
          if (!wasKilled) throw new Error(`It does not reach ${kill.name} ${kill.hit} times: ${JSON.stringify(error)}`);
          try {
            await finish({ ...world, batch: world.total });
            await expectExactly(world);
          } catch (cause) {
            throw new Error(`Killed at ${kill.name}, hit ${kill.hit}: ${(cause as Error).message}`, { cause });
          }
        });
      });
    },
  );
});
