import { setTimeout as sleep } from "node:timers/promises";
import { tableFromArrays } from "apache-arrow";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { current, type FileFormat, type Pipeline, type ResourceOptions, rawJson, resource, source, transformer } from "../../src/index.ts";
import { tempDir } from "../temp-dir.ts";
import { failure, localPipeline, machine, query, values } from "./local-pipeline.ts";

interface Place {
  next?: number;
}

interface Counted {
  readonly end: number;
  readonly make?: (n: number) => unknown;
  readonly ms?: number;
  readonly hints?: ResourceOptions<object, unknown, Place>;
}

/** Gives an item for each number up to `end`, and keeps its place before each `yield`. */
function counted(name: string, { end, make = (n) => ({ n }), ms = 0, hints = {} }: Counted) {
  return resource(name, hints, async function* ({ state }: { state: Place }) {
    for (let n = state.next ?? 0; n < end; n = state.next) {
      if (ms > 0) await sleep(ms);
      state.next = n + 1;
      yield make(n) as object;
    }
  });
}

const upTo = (end: number): number[] => Array.from({ length: end }, (_, n) => n);
const numbersOf = (p: Pipeline, table: string): Promise<unknown[]> => values(p, `SELECT CAST(n AS INTEGER) AS n FROM ${table} ORDER BY n`);
const resourcesOf = (p: Pipeline): unknown => p.state.sources?.["shop"]?.resources;

describe("commitEvery and contracts", () => {
  test("a row that a frozen contract refuses stops at its package: earlier ones are loaded, the rest waits for another contract", async () => {
    const p = localPipeline();
    await p.run([{ n: 100 }], { tableName: "numbers" });
    const rows = (mode: "freeze" | "evolve") =>
      counted("numbers", { end: 10, make: (n) => (n === 5 ? { n, extra: 1 } : { n }), hints: { schemaContract: { columns: mode } } });
    await expect(p.run(rows("freeze"), { commitEvery: { rows: 2 } })).rejects.toMatchObject({
      step: "normalize",
      cause: { code: "contract-violation", column: "extra" },
    });
    expect(p.lastTrace?.steps.at(-1)?.step).toBe("extract");

    await p.run(rows("evolve"), { commitEvery: { rows: 2 } });
    expect(await numbersOf(p, "numbers")).toEqual([...upTo(10), 100]);
    expect(await values(p, "SELECT CAST(n AS INTEGER) AS n FROM numbers WHERE extra = 1")).toEqual([5]);
    expect(resourcesOf(p)).toEqual({ numbers: { next: 10 } });
  });

  test("the info of the run tells of what each package discarded", async () => {
    const p = localPipeline();
    await p.run([{ n: 100 }], { tableName: "numbers" });
    const rows = counted("numbers", {
      end: 10,
      make: (n) => (n % 3 === 2 ? { n, extra: 1 } : { n }),
      hints: { schemaContract: { columns: "discard_row" } },
    });
    const info = await p.run(rows, { commitEvery: { rows: 2 } });
    expect(await numbersOf(p, "numbers")).toEqual([0, 1, 3, 4, 6, 7, 9, 100]);
    expect(info.discarded?.map(({ column, rows, discarded }) => [column, rows, discarded])).toEqual(
      Array.from({ length: 3 }, () => ["extra", 1, "row"]),
    );
    expect(info.rowCounts["numbers"]).toBe(7);
  });

  test("rows that do not fit a row schema are counted, and the place goes on behind them", async () => {
    const p = localPipeline();
    const schema = z.object({ n: z.int() });
    const rows = counted("numbers", {
      end: 10,
      make: (n) => (n % 4 === 3 ? { n: "bad" } : { n }),
      hints: { schema, schemaContract: { dataType: "discard_row" } },
    });
    const info = await p.run(rows, { commitEvery: { rows: 2 } });
    expect(await numbersOf(p, "numbers")).toEqual([0, 1, 2, 4, 5, 6, 8, 9]);
    expect(info.discarded?.reduce((sum, { rows }) => sum + rows, 0)).toBe(2);
    expect(resourcesOf(p)).toEqual({ numbers: { next: 10 } });
  });
});

describe("commitEvery and forms of rows", () => {
  test("Arrow tables, JSON text and rows of one resource, with nested tables", async () => {
    const p = localPipeline();
    const make = (n: number): unknown => {
      if (n % 3 === 0) return tableFromArrays({ n: BigInt64Array.of(BigInt(n)) });
      return n % 3 === 1 ? rawJson(`[{"n":${n},"late":"x${n}"}]`) : { n, kids: [{ n }] };
    };
    await p.run(counted("numbers", { end: 12, make }), { commitEvery: { rows: 2 } });
    expect(await numbersOf(p, "numbers")).toEqual(upTo(12));
    expect(await numbersOf(p, "numbers__kids")).toEqual([2, 5, 8, 11]);
    expect(await values(p, "SELECT late FROM numbers WHERE late IS NOT NULL ORDER BY n")).toEqual(["x1", "x4", "x7", "x10"]);
  });

  test("Arrow tables that are merged, and rows for the same keys after them", async () => {
    const p = localPipeline();
    const make = (n: number): unknown =>
      n < 6 ? tableFromArrays({ id: BigInt64Array.of(BigInt(n % 3)), n: BigInt64Array.of(BigInt(n)) }) : { id: n % 3, n };
    const hints = { primaryKey: "id", writeDisposition: "merge" } as const;
    await p.run(counted("numbers", { end: 12, make, hints }), { commitEvery: { rows: 2 } });
    expect(await numbersOf(p, "numbers")).toEqual([9, 10, 11]);
  });
});

/** What each destination loads. */
const formats: Readonly<Record<string, readonly FileFormat[]>> = {
  duckdb: ["parquet", "csv", "jsonl", "insert_values"],
  postgres: ["csv", "insert_values"],
  sqlite: ["jsonl"],
};

test.each(formats[process.env["LEAT_TEST_ON"] ?? "duckdb"]!)(
  "commitEvery and %s: Arrow tables and rows merge into one table",
  async (loaderFileFormat) => {
    const p = localPipeline({ loaderFileFormat });
    const make = (n: number): unknown =>
      n % 2 === 1
        ? { id: n % 4, s: "", n }
        : tableFromArrays({ id: BigInt64Array.of(BigInt(n)), s: ['a,"b'], n: BigInt64Array.of(BigInt(n)) });
    const info = await p.run(counted("numbers", { end: 6, make, hints: { primaryKey: "id", writeDisposition: "merge" } }), {
      commitEvery: { rows: 1 },
    });
    const jobs = info.packages.flatMap((each) => each.jobs).filter((job) => job.table === "numbers");
    expect(jobs.map((job) => job.format)).toEqual(Array.from({ length: 6 }, () => loaderFileFormat));
    expect(await numbersOf(p, "numbers")).toEqual([0, 2, 3, 4, 5]);
    expect(await values(p, "SELECT s FROM numbers ORDER BY id")).toEqual(['a,"b', "", 'a,"b', "", 'a,"b']);
  },
);

describe("commitEvery and what a run does with tables and state", () => {
  test("several sources, what they share, transformers and a replaced table, run after run; another machine finds it all", async () => {
    const m = machine();
    const run = async (end: number): Promise<Pipeline> => {
      const one = source("one", () => {
        const make = (n: number): unknown => {
          const shared = current.sourceState<{ seen?: number }>();
          shared.seen = (shared.seen ?? 0) + 1;
          return { n };
        };
        const a = counted("a", { end, make });
        return [a, transformer(a, "a_again", (row) => ({ n: (row as { n: number }).n }))];
      });
      const replaced = { writeDisposition: "replace" } as const;
      const two = source("two", () => [counted("b", { end }), counted("c", { end, hints: replaced })]);
      const p = m.pipeline();
      const info = await p.run([one(), two()], { commitEvery: { rows: 2 } });
      expect(p.lastTrace?.steps).toHaveLength(info.trace.steps.length);
      return p;
    };
    for (const end of [3, 9]) {
      const p = await run(end);
      for (const table of ["a", "a_again", "b", "c"]) expect([table, await numbersOf(p, table)]).toEqual([table, upTo(end)]);
      const slots = {
        one: { seen: end, resources: { a: { next: end } } },
        two: { resources: { b: { next: end }, c: { next: end } } },
      };
      expect(p.state.sources).toEqual(slots);
      const elsewhere = m.pipeline({ pipelinesDir: tempDir() });
      await elsewhere.sync();
      expect(elsewhere.state.sources).toEqual(slots);
    }
  });

  test.each(["drop_sources", "drop_resources", "drop_data"] as const)("refresh: %s reads all again, in packages", async (refresh) => {
    const m = machine();
    const all = (end: number) =>
      source("shop", () => {
        const a = counted("a", { end, make: (n) => ({ n, kids: [{ n }] }) });
        const t = transformer(a, "t", (row) => ({ n: (row as { n: number }).n }));
        return [a, t, counted("r", { end, hints: { writeDisposition: "replace" } })];
      })();
    await m.pipeline().run(all(4));
    const p = m.pipeline();
    await p.run(all(7), { commitEvery: { rows: 3 }, refresh });
    for (const table of ["a", "a__kids", "t", "r"]) expect([table, await numbersOf(p, table)]).toEqual([table, upTo(7)]);
    expect(resourcesOf(p)).toEqual({ a: { next: 7 }, r: { next: 7 } });
  });

  test.each(["run again", "give up"])("the second of five packages cannot be loaded: %s", async (then) => {
    const m = machine();
    let jobs = 0;
    const failing = m.pipeline({
      onEvent: (event) => {
        if (event.type !== "job-started" || event.job.table !== "numbers") return;
        jobs += 1;
        if (jobs === 2) throw new Error("no");
      },
    });
    await expect(failing.run(counted("numbers", { end: 10 }), { commitEvery: { rows: 2 } })).rejects.toMatchObject({ step: "load" });
    const p = m.pipeline();
    if (then === "give up") {
      await p.abortPackages();
      expect(resourcesOf(p)).toEqual({ numbers: { next: 2 } });
      expect(await numbersOf(p, "numbers")).toEqual([0, 1]);
    }
    await p.run(counted("numbers", { end: 10 }), { commitEvery: { rows: 2 } });
    expect(await numbersOf(p, "numbers")).toEqual(upTo(10));
    const versions = await values(p, "SELECT CAST(version AS INTEGER) AS version FROM _dlt_pipeline_state");
    expect(new Set(versions).size).toBe(versions.length);
    const elsewhere = m.pipeline({ pipelinesDir: tempDir() });
    await elsewhere.sync();
    expect(resourcesOf(elsewhere)).toEqual({ numbers: { next: 10 } });
  });

  test("two machines begin one new dataset at once, each with packages, columns and a place of its own", async () => {
    const m = machine();
    const [one, two] = [m.pipeline(), m.pipeline({ pipelinesDir: tempDir() })];
    const part = (name: string, end: number) =>
      counted(name, {
        end,
        ms: 10,
        make: (n) => ({ id: `${name}${n}`, n, [`of_${name}`]: n }),
        hints: { tableName: "parts", writeDisposition: "merge", primaryKey: "id" },
      });
    const run = (p: Pipeline, name: string, end: number) => p.run(part(name, end), { commitEvery: { rows: 2 } });
    await Promise.all([run(one, "a", 6), run(two, "b", 6)]);
    await Promise.all([run(two, "a", 10), run(one, "b", 10)]);
    const rows = await query(one, "SELECT CAST(of_a AS INTEGER) AS a, CAST(of_b AS INTEGER) AS b FROM parts ORDER BY id");
    expect(rows).toEqual([...upTo(10).map((n) => ({ a: n, b: null })), ...upTo(10).map((n) => ({ a: null, b: n }))]);
    const third = m.pipeline({ pipelinesDir: tempDir() });
    await third.sync();
    expect(resourcesOf(third)).toEqual({ a: { next: 10 }, b: { next: 10 } });
  });

  test("one run elsewhere has packages and a place of its own", async () => {
    const p = localPipeline();
    const run = (end: number, options: { datasetName?: string } = {}) =>
      p.run(counted("numbers", { end }), { commitEvery: { rows: 2 }, ...options });
    await run(4);
    await run(6, { datasetName: "other" });
    await run(8);
    await run(7, { datasetName: "other" });
    expect(await numbersOf(p, "numbers")).toEqual(upTo(8));
    expect(await numbersOf(p, "other.numbers")).toEqual(upTo(7));
  });
});

test("maxDuration: a replaced table is whole after each of the runs, and the others get on", async () => {
  const p = localPipeline();
  const all = source("shop", () => [
    resource("whole", { writeDisposition: "replace" }, async function* () {
      for (const n of upTo(6)) {
        await sleep(10);
        yield { n };
      }
    }),
    counted("numbers", { end: 10, ms: 10 }),
  ]);
  for (let [hasMore, runs] = [true, 0]; hasMore; runs += 1) {
    ({ hasMore } = await p.run(all(), { maxDuration: "35ms", ...(runs % 2 === 1 ? { commitEvery: { rows: 2 } } : {}) }));
    expect(await numbersOf(p, "whole")).toEqual(upTo(6));
    const { numbers } = resourcesOf(p) as { numbers: { next: number } };
    expect(await numbersOf(p, "numbers")).toEqual(upTo(numbers.next));
    // Each takes one of the ten at least.
    expect(runs).toBeLessThan(12);
  }
  expect(await numbersOf(p, "numbers")).toEqual(upTo(10));
});

describe("an Arrow table for a table with rows that wait in an earlier package", () => {
  const columns = tableFromArrays({ n: new Int32Array([3]) });

  test("is refused, since the types of its columns are not settled, and goes in once the rows are loaded", async () => {
    const p = localPipeline();
    await p.extract([{ n: 1 }], { tableName: "t" });
    const numbers = resource("t", () => [columns]);
    expect(await failure(() => p.extract(numbers))).toMatchObject({ code: "config", message: expect.stringContaining("Load these first") });
    await p.run();
    await p.run(numbers);
    expect(await values(p, "SELECT n FROM t ORDER BY n")).toEqual([1, 3]);
  });

  test("is refused with commitEvery, too, and what was cut off before it is loaded", async () => {
    const p = localPipeline();
    const numbers = resource("t", function* () {
      yield [{ n: 1 }, { n: 2 }];
      yield [{ n: 4 }];
      yield columns;
    });
    expect(await failure(() => p.run(numbers, { commitEvery: { rows: 2 } }))).toMatchObject({ code: "config" });
    expect(await values(p, "SELECT n FROM t ORDER BY n")).toEqual([1, 2]);
    await p.run(resource("t", () => [columns]));
    expect(await values(p, "SELECT n FROM t ORDER BY n")).toEqual([1, 2, 3]);
  });
});
