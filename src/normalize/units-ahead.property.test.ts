import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { ConfigError } from "../core/errors.ts";
import type { PackageFolder } from "../load-package/package-folder.ts";
import { PackageStore } from "../load-package/package-store.ts";
import type { SchemaDocument } from "../schema/document.ts";
import { type Case, cases, formatOnly, outcome } from "./kernel/__fixtures__/outcome.ts";
import { PackageRun } from "./package-run.ts";
import type { ThreadTask, UnitThread } from "./threads.ts";
import { UnitNormalizer } from "./unit-normalizer.ts";
import { UnitsAhead } from "./units-ahead.ts";

// Threads take random bytes of the machine: all zero here, so that ids are the same.
vi.mock("node:crypto", async (original) => ({ ...(await original<object>()), randomBytes: (size: number) => Buffer.alloc(size) }));

afterEach(() => {
  vi.restoreAllMocks();
});

interface Extract {
  /** Units that end before the package does. */
  readonly announced: number;
  /** Turns of the event loop until the package is extracted. */
  readonly turns: number;
  /** So many of them ended before table `two` was declared as it is in the end. */
  readonly undeclared: number;
}

const extracts: fc.Arbitrary<Extract> = fc.record({ announced: fc.nat(4), turns: fc.constantFrom(0, 1, 5, 50), undeclared: fc.nat(2) });

test("units that are normalized while others are extracted become the same files, schema and findings", { timeout: 600_000 }, async () => {
  const takenOver = vi.spyOn(PackageRun.prototype, "takeOver");
  await fc.assert(
    fc.asyncProperty(cases, extracts, fc.constantFrom(undefined, 300), async (one, extract, chunkBytes) => {
      const expected = await outcome(one, { chunkBytes, randomBytes });
      const begin = beginner(extract, chunkBytes, threadOfNone);
      expect(await outcome(one, { chunkBytes, randomBytes, begin })).toEqual(expected);
    }),
    { numRuns: Number(process.env["LEAT_RUNS"] ?? 30), endOnFailure: process.env["LEAT_SHRINK"] === undefined },
  );
  // About twenty, by chance and by how fast the machine is.
  expect(takenOver.mock.calls.length).toBeGreaterThan(2);
});

test("a thread that fails, breaks off or cannot be started leaves its units to this one", async () => {
  const [schema] = fc.sample(
    cases.map((one) => one.schema).filter((one) => !JSON.stringify(one).includes("schema_contract")),
    1,
  );
  const units = Array.from({ length: 4 }, (_, unit) => ({ table: "one", lines: [[`{"a":${unit}}`, `{"b${unit}":"x"}`]] }));
  const one: Case = { units, schema: schema! };
  const extract = { announced: 3, turns: 5, undeclared: 0 };
  const expected = await outcome(one, { chunkBytes: 300, randomBytes });
  for (const { isAlive, result } of [
    { isAlive: true, result: async () => undefined },
    { isAlive: false, result: async () => undefined },
    { isAlive: false, result: () => Promise.reject(new ConfigError("There are none.")) },
  ]) {
    const run = vi.fn(result);
    const begin = beginner(extract, 300, () => ({ isAlive, run, end: async () => {} }));
    expect(await outcome(one, { chunkBytes: 300, randomBytes, begin })).toEqual(expected);
    expect(run.mock.calls.length > 1).toBe(isAlive);
  }
});

test("nothing of it stays, whenever it ends", async () => {
  const [one] = fc.sample(cases, 1);
  for (const turns of [0, 1, 2, 5, 50]) {
    let left: string[] = ["?"];
    const begin = async (extracting: PackageFolder, schema: SchemaDocument): Promise<UnitsAhead> => {
      const ahead = await beginner({ announced: 4, turns, undeclared: 0 }, 300, threadOfNone)(extracting, schema);
      await ahead.end();
      await turn();
      left = readdirSync(join(extracting.workingDir, "normalize"));
      return ahead;
    };
    await outcome(one!, { chunkBytes: 300, randomBytes, begin });
    expect(left).toEqual([]);
  }
});

/** What an extract does that announces some of its units. */
function beginner({ announced, turns, undeclared }: Extract, chunkBytes: number | undefined, start: (task: ThreadTask) => UnitThread) {
  return async (extracting: PackageFolder, schema: SchemaDocument): Promise<UnitsAhead> => {
    const { workingDir, loadId, path } = extracting;
    mkdirSync(join(workingDir, "normalize"));
    const ahead = new UnitsAhead({
      task: {
        workingDir,
        maxIdentifierLength: 40,
        caseSensitiveIdentifiers: false,
        weiPrecision: [38, 0],
        mergeStrategies: ["delete-insert"],
        jobFormats: formatOnly("parquet"),
        rotation: undefined,
        hasKernel: chunkBytes !== undefined,
        kernelLimits: { minUnitBytes: 0, chunkBytes },
      },
      store: new PackageStore(workingDir),
      runtime: { nowMicros: () => 1_700_000_000_000_000, randomBytes },
      threads: { count: 1, start, jobFormats: formatOnly("parquet"), minPackageBytes: 0, minUnitBytes: 0 },
    });
    const before = { ...schema, tables: { ...schema.tables, two: { ...schema.tables["two"]!, columns: {} } } };
    for (const [index, unit] of extracting.jobs("new").slice(0, announced).entries())
      ahead.announce(unit, { loadId, extractedPath: path, schema: index < undeclared ? before : schema });
    for (let time = 0; time < turns; time += 1) await turn();
    return ahead;
  };
}

/** A thread that is none: it takes turns with this one. */
function threadOfNone(task: ThreadTask): UnitThread {
  const normalizer = new UnitNormalizer(structuredClone(task));
  let work: Promise<unknown> = Promise.resolve();
  const run: UnitThread["run"] = (unit, onNews) => {
    const done = normalizer
      .normalize(structuredClone(unit), (news) => onNews(structuredClone(news)))
      .then(
        (result) => structuredClone(result),
        () => undefined,
      );
    work = done;
    return done;
  };
  return { isAlive: true, run, end: async () => void (await work) };
}
