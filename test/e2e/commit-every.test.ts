import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { current, type Pipeline, type PipelineEvent, type Resource, resource, source, transformer, withHints } from "../../src/index.ts";
import { failure, localPipeline, machine, query, values } from "./local-pipeline.ts";

interface Place {
  next?: number;
}

/** Gives rows up to `end`, and keeps its place before each `yield`. */
const numbers = (end: number, { name = "numbers", page = 1, at = async (_: number): Promise<void> => {} } = {}): Resource =>
  resource(name, async function* ({ state }: { state: Place }) {
    for (let n = state.next ?? 0; n < end; n = state.next) {
      await at(n);
      const rows = Array.from({ length: Math.min(page, end - n) }, (_, i) => ({ n: n + i }));
      state.next = n + rows.length;
      yield rows;
    }
  });

const upTo = (end: number): number[] => Array.from({ length: end }, (_, n) => n);

describe("a run with commitEvery", () => {
  test("loads package after package, each with the rows of whole pages and the state as of its cut", async () => {
    const p = localPipeline();
    const info = await p.run(numbers(10, { page: 2 }), { commitEvery: { rows: 3 } });

    expect(await values(p, "SELECT CAST(count(*) AS INTEGER) FROM numbers GROUP BY _dlt_load_id ORDER BY _dlt_load_id")).toEqual([4, 4, 2]);
    expect(await values(p, "SELECT CAST(n AS INTEGER) FROM numbers ORDER BY n")).toEqual(upTo(10));
    expect(info.loadIds).toHaveLength(3);
    expect(info.rowCounts["numbers"]).toBe(10);
    expect(info.hasMore).toBe(false);
    expect(p.state.sources?.["shop"]?.resources?.["numbers"]).toEqual({ next: 10 });
    expect(await values(p, "SELECT CAST(version AS INTEGER) FROM _dlt_pipeline_state ORDER BY version")).toEqual([1, 2, 3]);
    expect(info.trace.steps.map(({ step, loadId }) => [step, loadId]).filter(([step]) => step === "load")).toEqual(
      info.loadIds.map((loadId) => ["load", loadId]),
    );
  });

  test("loads a package while the next one is extracted", async () => {
    const events: PipelineEvent[] = [];
    const p = localPipeline({ onEvent: (event) => events.push(event) });
    const isLoaded = (): boolean => events.some((event) => event.type === "package-committed");
    const at = async (n: number): Promise<void> => {
      if (n === 3) for (let time = 0; !isLoaded() && time < 4000; time += 1) await sleep(10);
      if (n === 3) expect(isLoaded()).toBe(true);
    };
    await p.run(numbers(4, { at }), { commitEvery: { rows: 2 } });
    expect(p.firstRun).toBe(false);
    expect(await values(p, "SELECT CAST(n AS INTEGER) FROM numbers ORDER BY n")).toEqual(upTo(4));
  });

  test("cuts by time, too", async () => {
    const p = localPipeline();
    const info = await p.run(numbers(6, { at: () => sleep(25) }), { commitEvery: { ms: 40 } });
    expect(info.loadIds.length).toBeGreaterThan(1);
    expect(await values(p, "SELECT CAST(n AS INTEGER) FROM numbers ORDER BY n")).toEqual(upTo(6));
  });

  test("keeps what was cut when the extract fails, and the next run goes on from there", async () => {
    const p = localPipeline();
    const at = async (n: number): Promise<void> => {
      if (n === 5) throw new Error("gone");
    };
    const error = (await p.run(numbers(8, { at }), { commitEvery: { rows: 2 } }).catch((caught: unknown) => caught)) as Error;
    expect(error).toMatchObject({ code: "step-failed", step: "extract", cause: { code: "resource-failed" } });
    expect(error.message).toMatch(/mend the cause and run again\. Since its last commit, that is: the 2 packages before it stay\./);
    // Which of them are loaded by then is a matter of time.
    for (const { loadId, state } of await p.listPackages()) expect(error.message.includes(loadId)).toBe(state !== "loaded");
    expect(p.state.sources?.["shop"]?.resources?.["numbers"]).toEqual({ next: 4 });
    const alone = localPipeline().extract(numbers(8, { at }), { commitEvery: { rows: 2 } });
    await expect(alone).rejects.toThrow(/that is: the 2 packages before it stay\. Pending packages \(.*, .*\) are kept/);
    await p.run(numbers(8));
    expect(await values(p, "SELECT CAST(n AS INTEGER) FROM numbers ORDER BY n")).toEqual(upTo(8));
  });

  test("puts resources that a cut would make wrong whole into the last package, with all that they feed and their state", async () => {
    const parent = resource("parents", async function* ({ state }: { state: Place }) {
      for (let n = state.next ?? 0; n < 4; n = state.next) {
        state.next = n + 1;
        yield { n };
      }
    });
    const child = transformer(parent, "children", { writeDisposition: "replace" }, (row) => ({ n: (row as { n: number }).n }));
    const days = resource("days", { writeDisposition: "merge", mergeKey: "day" }, function* () {
      for (let n = 0; n < 4; n += 1) yield { n, day: "monday" };
    });
    const all = source("shop", () => [numbers(4), parent, child, days]);
    const m = machine();
    const p = m.pipeline();
    const info = await p.extract(all(), { commitEvery: { rows: 1 } });
    expect(info.loadIds).toHaveLength(5);
    expect(info.resources).toMatchObject({ numbers: { items: 4 }, parents: { items: 4 }, children: { items: 4 }, days: { items: 4 } });
    const packages = await p.listPackages();
    expect(packages.map(({ jobs }) => [...new Set(jobs.map((job) => job.table))].filter((table) => !table.startsWith("_dlt")))).toEqual([
      ["numbers"],
      ["numbers"],
      ["numbers"],
      ["numbers"],
      ["children", "days", "parents"],
    ]);
    await p.run();
    for (const table of ["numbers", "parents", "children", "days"])
      expect(await values(p, `SELECT CAST(n AS INTEGER) FROM ${table} ORDER BY n`)).toEqual(upTo(4));
  });

  test("makes one package per source that has something new", async () => {
    const p = localPipeline();
    const one = source("one", () => [numbers(3, { name: "a" })]);
    const two = source("two", () => [numbers(1, { name: "b" })]);
    const info = await p.run([one(), two()], { commitEvery: { rows: 2 } });
    expect(info.packages.map((one) => one.schemaName)).toEqual(["one", "two", "one"]);
    expect(await values(p, "SELECT CAST(n AS INTEGER) FROM a ORDER BY n")).toEqual(upTo(3));
    expect(await values(p, "SELECT CAST(n AS INTEGER) FROM b")).toEqual([0]);
    expect(p.state.sources).toMatchObject({ one: { resources: { a: { next: 3 } } }, two: { resources: { b: { next: 1 } } } });
  });

  test("drops tables with its first package only, and goes on with schemas that earlier packages brought further", async () => {
    const m = machine();
    await m.pipeline().run([{ n: 100 }], { tableName: "numbers" });
    const p = m.pipeline();
    const rows = resource("numbers", function* () {
      for (let n = 0; n < 6; n += 1) yield n < 3 ? { n, early: n } : { n, early: "x", late: true };
    });
    await p.run(rows, { commitEvery: { rows: 2 }, refresh: "drop_sources" });
    expect(
      await query(p, "SELECT CAST(n AS INTEGER) AS n, CAST(early AS INTEGER) AS early, early__v_text AS v, late FROM numbers ORDER BY n"),
    ).toEqual(upTo(6).map((n) => ({ n, early: n < 3 ? n : null, v: n < 3 ? null : "x", late: n < 3 ? null : true })));
    expect(p.defaultSchema?.tables["numbers"]?.columns).toHaveProperty("late");
  });

  test("refuses a table that turns into one that is replaced when a part of its rows is committed", async () => {
    const rows = resource("numbers", function* () {
      yield { n: 0 };
      yield withHints([{ n: 1 }], { writeDisposition: "replace" });
    });
    expect(await failure(() => localPipeline().run(rows, { commitEvery: { rows: 1 } }))).toMatchObject({ code: "config" });
  });

  test("does not cut a source any more in which such a table turns up", async () => {
    const p = localPipeline();
    const rows = resource("mixed", function* () {
      yield { n: 0 };
      for (let n = 1; n < 4; n += 1) yield withHints([{ n }], { tableName: "others", writeDisposition: "replace" });
    });
    const info = await p.run(rows, { commitEvery: { rows: 1 } });
    expect(info.loadIds).toHaveLength(2);
    expect(await values(p, "SELECT CAST(n AS INTEGER) FROM others ORDER BY n")).toEqual([1, 2, 3]);
  });

  test("is stopped by a package that cannot be loaded, which the error names; the rest waits", async () => {
    const m = machine();
    let fails = true;
    const p = m.pipeline({
      onEvent: (event) => {
        if (fails && event.type === "job-started") throw new Error("no");
      },
    });
    const at = (n: number): Promise<void> => sleep(n < 4 ? 0 : 50);
    const error = await p.run(numbers(60, { at }), { commitEvery: { rows: 2 } }).catch((thrown: unknown) => thrown);
    const [oldest] = (await p.listPackages()).map((one) => one.loadId).sort();
    expect(error).toMatchObject({ code: "step-failed", step: "load", loadId: oldest });
    fails = false;
    await p.run(numbers(20));
    const loaded = await values(p, "SELECT CAST(n AS INTEGER) FROM numbers ORDER BY n");
    expect(loaded).toEqual(upTo(Math.max(20, loaded.length)));
  });

  test("abortPackages goes back to before the oldest package that waits", async () => {
    const p = localPipeline();
    await p.run(numbers(2));
    await p.extract(numbers(6), { commitEvery: { rows: 2 } });
    expect((await p.abortPackages()).loadIds).toHaveLength(2);
    expect(p.state.sources?.["shop"]?.resources?.["numbers"]).toEqual({ next: 2 });
    await p.run(numbers(6));
    expect(await values(p, "SELECT CAST(n AS INTEGER) FROM numbers ORDER BY n")).toEqual(upTo(6));
  });

  describe("of rows whose hints give a column another type on the way", () => {
    const whole = (n: number) => ({ n, price: n });
    const half = (n: number) => withHints({ n, price: n + 0.5 }, { columns: { price: { dataType: "double" } } });

    /** The type changes after `early` rows, once `isReady`. */
    const prices = (early: number, end: number, isReady = (): boolean => true): Resource =>
      resource("prices", async function* ({ state }: { state: Place }) {
        for (let n = state.next ?? 0; n < end; n = state.next) {
          if (n === early) for (let time = 0; !isReady() && time < 4000; time += 1) await sleep(10);
          state.next = n + 1;
          yield n < early ? whole(n) : half(n);
        }
      });

    const loaded = async (p: Pipeline): Promise<unknown[]> => {
      const rows = await query<Record<string, number | null>>(p, "SELECT * FROM prices ORDER BY n");
      return rows.map((row) => row["price"] ?? row["price__v_double"]);
    };
    const expected = (early: number, end: number): number[] => upTo(end).map((n) => (n < early ? n : n + 0.5));
    const typeOf = (p: Pipeline) => p.defaultSchema?.tables["prices"]?.columns["price"]?.data_type;

    test.for(["extracted", "normalized", "committed"] as const)("loads all of them when those before are %s", async (reached) => {
      const events: PipelineEvent[] = [];
      const p = localPipeline({ onEvent: (event) => events.push(event) });
      const isReady = {
        extracted: () => true,
        normalized: () => events.some((event) => event.type === "step-completed" && event.step === "normalize"),
        committed: () => events.some((event) => event.type === "package-committed"),
      };
      await p.run(prices(2, 6, isReady[reached]), { commitEvery: { rows: 1 } });
      expect(await loaded(p)).toEqual(expected(2, 6));
      if (reached !== "extracted") expect(typeOf(p)).toBe("bigint");
      const [stored] = await values(p, "SELECT schema FROM _dlt_version ORDER BY inserted_at DESC LIMIT 1");
      expect(JSON.parse(String(stored)).version_hash).toBe(p.defaultSchema?.version_hash);
    });

    test("puts what does not fit the column that is there into a variant, in whatever process the steps run", async () => {
      const m = machine();
      await m.pipeline().extract(prices(2, 2));
      await m.pipeline().normalize();
      await m.pipeline().extract(prices(2, 6), { commitEvery: { rows: 2 } });
      await m.pipeline().normalize();
      const p = m.pipeline();
      await p.load();
      expect(typeOf(p)).toBe("bigint");
      expect(await loaded(p)).toEqual(expected(2, 6));
      await m.pipeline().run([whole(6)], { tableName: "prices" });
      expect(await loaded(p)).toEqual([...expected(2, 6), 6]);
    });

    test("gives columns the later type where nothing is normalized before", async () => {
      const m = machine();
      await m.pipeline().extract(prices(3, 6), { commitEvery: { rows: 1 } });
      await m.pipeline().normalize();
      const p = m.pipeline();
      await p.load();
      expect(typeOf(p)).toBe("double");
      expect(await loaded(p)).toEqual(expected(3, 6));
    });

    test("loads them with what another machine brought meanwhile", async () => {
      const m = machine();
      const other = { ...m, pipeline: () => m.pipeline({ pipelinesDir: join(m.dir, "other") }) };
      await m.pipeline().run([whole(0)], { tableName: "prices" });
      await other.pipeline().sync();
      const p = m.pipeline();
      await p.extract([whole(1), { n: 2, price: 2, size: 1 }], { tableName: "prices" });
      await p.normalize();
      await p.extract([withHints({ n: 3, price: 3, size: 3.5 }, { columns: { size: { dataType: "double" } } })], { tableName: "prices" });
      await p.normalize();
      await other.pipeline().run([{ id: 1 }], { tableName: "others" });
      await p.load();
      expect(
        await query(p, "SELECT CAST(n AS INTEGER) AS n, CAST(size AS INTEGER) AS size, size__v_double AS v FROM prices ORDER BY n"),
      ).toEqual([
        { n: 0, size: null, v: null },
        { n: 1, size: null, v: null },
        { n: 2, size: 1, v: null },
        { n: 3, size: null, v: 3.5 },
      ]);
      expect(Object.keys(p.defaultSchema?.tables ?? {})).toContain("others");
    });

    test("follows the package that is left after abortPackages", async () => {
      const m = machine();
      const p = m.opened();
      await p.extract(prices(2, 2));
      await p.normalize();
      await p.extract(prices(2, 4));
      const [, second] = (await p.listPackages()).map((one) => one.loadId).sort();
      await p.abortPackagesFrom(second!);
      expect(p.state.sources?.["shop"]?.resources?.["prices"]).toEqual({ next: 2 });
      const again = m.pipeline({ load: { deleteCompletedJobs: true } });
      await again.extract(prices(2, 6), { commitEvery: { rows: 2 } });
      await again.extract([{ id: 1 }], { tableName: "others" });
      await m.pipeline().run();
      expect(await loaded(p)).toEqual(expected(2, 6));
      expect(typeOf(p)).toBe("bigint");
    });

    test("knows its own package also when the files of loaded ones are not kept, and another source came in between", async () => {
      const p = localPipeline({ load: { deleteCompletedJobs: true } });
      const one = (more: Resource) => source("one", () => [more])();
      await p.extract(one(prices(2, 2)));
      await p.extract(source("two", () => [resource("others", [{ id: 1 }])])());
      await p.normalize();
      await p.extract(one(prices(2, 4)));
      await p.run();
      expect(await loaded(p)).toEqual(expected(2, 4));
    });
  });

  test("compares the schema in the destination with that of its own package before: what another machine dropped since then stays dropped", async () => {
    const m = machine();
    let committed = 0;
    const onEvent = (event: PipelineEvent): void => {
      if (event.type === "package-committed") committed += 1;
      if (event.type === "job-started" && committed === 2) throw new Error("not yet");
    };
    await m.pipeline({ load: { deleteCompletedJobs: true } }).run([{ n: 0 }], { tableName: "numbers" });
    const p = m.pipeline({ onEvent, load: { deleteCompletedJobs: true } });
    await p.extract([{ n: 1, tags: [{ tag: "a" }] }], { tableName: "tagged" });
    await p.extract(source("another", () => [resource("others", [{ id: 1 }])])());
    await p.extract([{ n: 1 }], { tableName: "numbers" });
    await p.normalize();
    expect(await failure(() => p.load())).toMatchObject({ message: "not yet" });
    await m.pipeline({ pipelinesDir: join(m.dir, "other") }).drop("tagged");
    const again = m.pipeline();
    await again.load();
    expect(Object.keys(again.defaultSchema?.tables ?? {}).filter((name) => !name.startsWith("_dlt"))).toEqual(["numbers"]);
    expect(await values(again, "SELECT CAST(n AS INTEGER) FROM numbers ORDER BY n")).toEqual([0, 1]);
  });

  test("refuses what is no interval", async () => {
    for (const commitEvery of [{}, { rows: 0 }, { ms: 1.5 }, { row: 1 }])
      expect(await failure(() => localPipeline().run([{ n: 1 }], { tableName: "t", commitEvery: commitEvery as never }))).toMatchObject({
        code: "config",
      });
  });

  test("is cancelled between two cuts: what was cut stays", async () => {
    const controller = new AbortController();
    const p = localPipeline();
    const at = async (n: number): Promise<void> => {
      if (n === 5) controller.abort();
    };
    expect(await failure(() => p.run(numbers(8, { at }), { commitEvery: { rows: 2 }, signal: controller.signal }))).toMatchObject({
      code: "cancelled",
    });
    await p.run(numbers(8));
    expect(await values(p, "SELECT CAST(n AS INTEGER) FROM numbers ORDER BY n")).toEqual(upTo(8));
  });
});

const tree = fc.record({
  count: fc.nat(12),
  page: fc.integer({ min: 1, max: 4 }),
  parallel: fc.boolean(),
  thunks: fc.boolean(),
  disposition: fc.constantFrom("append" as const, "replace" as const, "merge" as const),
  children: fc.array(fc.record({ disposition: fc.constantFrom("append" as const, "replace" as const), parallel: fc.boolean() }), {
    maxLength: 2,
  }),
  sharesState: fc.boolean(),
});
type Tree = typeof tree extends fc.Arbitrary<infer T> ? T : never;

function treeOf({ count, page, parallel, thunks, disposition, children, sharesState }: Tree, name: string): Resource[] {
  const root = resource(name, { parallel, writeDisposition: disposition, primaryKey: "n" }, async function* ({ state }: { state: Place }) {
    for (let n = state.next ?? 0; n < count; n = state.next) {
      const rows = Array.from({ length: Math.min(page, count - n) }, (_, i) => ({ n: n + i }));
      state.next = n + rows.length;
      if (sharesState) current.sourceState<{ seen?: number }>().seen = (current.sourceState<{ seen?: number }>().seen ?? 0) + rows.length;
      yield thunks ? () => sleep(n % 3, rows) : rows;
    }
  });
  return [
    root,
    ...children.map((child, index) =>
      transformer(root, `${name}_${index}`, { writeDisposition: child.disposition, parallel: child.parallel }, async (row) => {
        current.resourceState<{ calls?: number }>().calls = (current.resourceState<{ calls?: number }>().calls ?? 0) + 1;
        return [row, { n: -(row as { n: number }).n }];
      }),
    ),
  ];
}

test("random graphs give the rows and the state of a run that is not cut", { timeout: 300_000 }, async () => {
  const cases = fc.array(tree, { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(cases, fc.integer({ min: 1, max: 9 }), fc.boolean(), async (trees, rows, hasTwoSources) => {
      const outcome = async (options: { readonly commitEvery?: { readonly rows: number } }): Promise<unknown> => {
        const p = localPipeline();
        const resources = trees.map((one, index) => treeOf(one, "abc"[index]!));
        const one = source("one", () => (hasTwoSources ? resources[0]! : resources.flat()));
        const two = source("two", () => (hasTwoSources ? resources.slice(1).flat() : []));
        await p.run(hasTwoSources ? [one(), two()] : one(), options);
        const tables: Record<string, unknown> = {};
        for (const { name } of resources.flat()) {
          if (p.schemas["one"]?.tables[name]?.columns["n"]?.data_type ?? p.schemas["two"]?.tables[name]?.columns["n"]?.data_type)
            tables[name] = await values(p, `SELECT CAST(n AS INTEGER) FROM ${name} ORDER BY n`);
        }
        return { tables, sources: p.state.sources };
      };
      expect(await outcome({ commitEvery: { rows } })).toEqual(await outcome({}));
    }),
    { numRuns: 12 },
  );
});
