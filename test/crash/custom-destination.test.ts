import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { CrashPoint } from "../../src/core/crash-point.ts";
import { crashSeed, inFolder, inPairs, seeded } from "./crash-world.ts";

interface Argument {
  readonly dir: string;
  readonly parallel: number;
  readonly kill?: { readonly name: CrashPoint; readonly hit: number };
  readonly delayMs?: number;
}

interface Batch {
  readonly table: string;
  readonly batchId: string;
  readonly ids: readonly number[];
}

const childPath = fileURLToPath(new URL("custom-child.mjs", import.meta.url));

/** What the child told; undefined when it was killed. */
async function run(argument: Argument, killAfterMs?: number): Promise<{ hits: Record<string, number>; hasPending: boolean } | undefined> {
  const child = spawn(process.execPath, [childPath, JSON.stringify(argument)], { env: { ...process.env, HOME: argument.dir } });
  let output = "";
  let timer: NodeJS.Timeout | undefined;
  child.stdout.on("data", (chunk) => {
    output += chunk;
    if (killAfterMs !== undefined) timer ??= setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  });
  child.stderr.on("data", (chunk) => (output += chunk));
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => child.on("close", (...ended) => resolve(ended)));
  clearTimeout(timer);
  if (signal === "SIGKILL") return undefined;
  if (code !== 0) throw new Error(`A child (${JSON.stringify(argument)}) ended with ${signal ?? code}:\n${output}`);
  return JSON.parse(output.trim().split("\n").at(-1)!);
}

/** Every row was taken; of what was taken twice there is no more than what was in flight when the process was killed. */
function expectTaken(dir: string, mostTwice: number): void {
  const lines = readFileSync(join(dir, "taken.jsonl"), "utf8").trim().split("\n");
  const batches = lines.map((line) => JSON.parse(line) as Batch);
  const byId = groupBy(batches);
  for (const table of ["a", "b"]) {
    const ids = [...byId.values()]
      .map(([first]) => first!)
      .filter((batch) => batch.table === table)
      .flatMap((batch) => batch.ids);
    expect(ids.sort((one, other) => one - other)).toEqual(Array.from({ length: 100 }, (_, id) => id));
  }
  expect(batches.length - byId.size).toBeLessThanOrEqual(mostTwice);
}

function groupBy(batches: readonly Batch[]): Map<string, Batch[]> {
  const groups = new Map<string, Batch[]>();
  for (const batch of batches) groups.set(batch.batchId, [...(groups.get(batch.batchId) ?? []), batch]);
  return groups;
}

describe("a process that loads into a function and is killed", () => {
  const onTheWay = [
    "load:jobs-started",
    "load:job-moved",
    "load:prepared",
    "load:batch-sent",
    "load:job-stored",
    "load:before-record",
    "load:after-commit",
    "load:jobs-completed",
  ] as const satisfies CrashPoint[];
  const several: Partial<Record<CrashPoint, readonly number[]>> = {
    "load:batch-sent": [1, 2, 25, 26, 50],
    "load:job-stored": [1, 2],
    "load:job-moved": [1, 3],
  };
  const kills = onTheWay.flatMap((name) => (several[name as CrashPoint] ?? [1]).map((hit) => ({ name, hit })));

  test("at a crash point: the next run takes all the rest, and repeats at most the batches in flight", { timeout: 600_000 }, async () => {
    await inPairs(
      kills.map((kill, index) => ({ kill, parallel: 1 + (index % 2) })),
      async ({ kill, parallel }) => {
        await inFolder(async (dir) => {
          expect(await run({ dir, parallel, kill }), `${kill.name}, hit ${kill.hit}, is not reached`).toBeUndefined();
          const ended = await run({ dir, parallel });
          expect(ended?.hasPending).toBe(false);
          expectTaken(dir, kill.name === "load:batch-sent" ? parallel : parallel - 1);
        });
      },
    );
  });

  test("at any moment, several times", { timeout: 600_000 }, async () => {
    const random = seeded(crashSeed());
    await inPairs([1, 3, 1, 3], async (parallel) => {
      await inFolder(async (dir) => {
        let killed = 0;
        for (let time = 0; time < 4; time += 1)
          if ((await run({ dir, parallel, delayMs: 4 }, 20 + random() * 250)) === undefined) killed += 1;
        await run({ dir, parallel });
        expectTaken(dir, killed * parallel);
      });
    });
  });
});
