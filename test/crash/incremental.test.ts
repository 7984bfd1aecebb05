import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { tempDir } from "../temp-dir.ts";
import { inFolder, inPairs } from "./crash-world.ts";
import { runChild } from "./telling-child.ts";

interface Told {
  readonly hits: Readonly<Record<string, number>>;
  /** Where the cursor was when the resource began. */
  readonly asked: readonly number[];
  readonly rows: number;
  readonly ids: number;
  readonly entries: readonly string[];
  readonly chunks: readonly string[];
  readonly temporary: readonly string[];
}

interface Argument {
  readonly dir: string;
  readonly script: "border" | "borderElsewhere" | "ordered";
  readonly sqlite?: string;
  readonly kill?: Kill;
}

interface Kill {
  readonly name: string;
  readonly hit: number;
}

/** What the child tells; undefined when it was killed. */
function run(argument: Argument): Promise<Told | undefined> {
  return runChild("incremental-child.mjs", argument);
}

/** Kills at some hits of each crash point that a script reaches. */
async function killsOf(script: Argument["script"], parts: readonly number[], on = "duckdb"): Promise<readonly Kill[]> {
  let hits: Readonly<Record<string, number>> = {};
  await inFolder(async (dir) => {
    hits = (await run({ dir, script, ...databaseOn(on) }))!.hits;
  });
  const points = Object.entries(hits).filter(([name]) => !name.startsWith("lock:"));
  expect(points.length).toBeGreaterThan(8);
  return points.flatMap(([name, count]) =>
    [...new Set(parts.map((part) => 1 + Math.floor((count - 1) * part)))].map((hit) => ({ name, hit })),
  );
}

function databaseOn(kind: string): Pick<Argument, "sqlite"> {
  return kind === "sqlite" ? { sqlite: join(tempDir(), "data.db") } : {};
}

async function killed(kill: Kill, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw new Error(`Killed at ${kill.name}, hit ${kill.hit}: ${(error as Error).message}`, { cause: error });
  }
}

describe("rows at one value of the cursor, more than the state is to hold", () => {
  const whole = { rows: 100, ids: 100, temporary: [] };

  test.each(["duckdb", "sqlite"])("come once, wherever the process was killed (%s)", { timeout: 900_000 }, async (on) => {
    const all = await killsOf("border", on === "duckdb" ? [0.35, 0.75] : [0.55], on);
    const kills = on === "duckdb" ? all : all.filter(({ name }) => name.startsWith("load:"));
    await inPairs(kills, async (kill) => {
      const database = databaseOn(on);
      await inFolder((dir) =>
        killed(kill, async () => {
          expect(await run({ dir, script: "border", ...database, kill })).toBeUndefined();
          for (const script of ["border", "borderElsewhere"] as const) {
            const told = (await run({ dir, script, ...database }))!;
            expect(told).toMatchObject(whole);
            expect(told.chunks.length).toBeGreaterThan(0);
            expect(told.entries).toEqual(told.chunks);
          }
        }),
      );
    });
  });
});

describe("a long extract in the order of its cursor, in packages of ten rows", () => {
  test("repeats one interval at most, wherever it is killed", { timeout: 900_000 }, async () => {
    await inPairs(await killsOf("ordered", [0.3, 0.85]), async (kill) => {
      await inFolder((dir) =>
        killed(kill, async () => {
          expect(await run({ dir, script: "ordered", kill })).toBeUndefined();
          const { rows, ids, asked } = (await run({ dir, script: "ordered" }))!;
          expect({ rows, ids }).toEqual({ rows: 100, ids: 100 });
          expect(asked).toHaveLength(1);
          // Before the cut that it was killed at, as many cuts of ten rows were made.
          if (kill.name.startsWith("cut:")) expect(asked[0]).toBeGreaterThanOrEqual((kill.hit - 1) * 10 - 1);
        }),
      );
    });
  });

  test("and what is read again is what came after the last cut", { timeout: 120_000 }, async () => {
    await inFolder(async (dir) => {
      await run({ dir, script: "ordered", kill: { name: "cut:at-rest", hit: 9 } });
      // Eight packages of rows 0 to 79: the row at the border is asked for again, and left out.
      expect((await run({ dir, script: "ordered" }))!.asked).toEqual([79]);
    });
  });
});
