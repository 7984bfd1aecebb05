import * as arrow from "apache-arrow";
import { describe, expect, test } from "vitest";
import { type IncrementalOptions, resource, transformer } from "../../src/index.ts";
import { failure, localPipeline, machine, query } from "./local-pipeline.ts";

function events(ids: readonly number[], at: readonly (number | null)[]): arrow.Table {
  return new arrow.Table({
    id: arrow.vectorFromArray([...ids], new arrow.Int32()),
    at: arrow.vectorFromArray([...at], new arrow.Float64()),
  });
}

function items(pages: readonly unknown[], options: Partial<IncrementalOptions> = {}, onPage = (_: number): void => {}) {
  return resource("items", { incremental: { cursorPath: "at", ...options } as IncrementalOptions<object> }, function* () {
    for (const [index, page] of pages.entries()) {
      onPage(index);
      yield page as object;
    }
  });
}

const loaded = async (p: ReturnType<typeof localPipeline>): Promise<number[]> =>
  (await query<{ id: number }>(p, "SELECT id FROM items ORDER BY id")).map(({ id }) => Number(id));

describe("a cursor over Arrow tables", () => {
  test("a second run, on another machine, gets the rows that are new", async () => {
    const here = machine();
    await here.pipeline().run(items([events([1, 2, 3], [1.5, 2.5, 2.5])]));
    here.wipe();
    const p = here.pipeline();
    const info = await p.run(items([events([9, 2, 4, 8, 3, 5], [1.5, 2.5, 2.5, 0.5, 2.5, 7])]));
    expect(info.rowCounts["items"]).toBe(2);
    expect(await loaded(p)).toEqual([1, 2, 3, 4, 5]);
  });

  test("a range takes scattered rows of a large table", async () => {
    const count = 50_000;
    const ids = Array.from({ length: count }, (_, id) => id);
    const p = localPipeline();
    const table = events(ids, ids.map((id) => id % 5)); // biome-ignore format: short
    const info = await p.run(items([table], { initialValue: 1, endValue: 3 }));
    expect(info.rowCounts["items"]).toBe((count / 5) * 2);
    expect(
      await query(p, 'SELECT count(*) AS n, min(id % 5) AS low, max(id % 5) AS high, min("at") AS "from", max("at") AS "to" FROM items'),
    ).toEqual([{ n: (count / 5) * 2, low: 1, high: 2, from: 1, to: 2 }]);
    expect(p.state.sources).toBeUndefined();
  });

  test("rows in order end the generator", async () => {
    const asked: number[] = [];
    const pages = [events([1, 2], [1, 2]), events([3, 4], [3, 4]), events([5], [5])];
    await localPipeline().run(items(pages, { initialValue: 0, endValue: 4, rowOrder: "asc" }, (index) => void asked.push(index)));
    expect(asked).toEqual([0, 1]);
  });

  test.each([
    ["max", [1, Number.POSITIVE_INFINITY], "Infinity"],
    ["max", [Number.NEGATIVE_INFINITY, 1], "-Infinity"],
    ["min", [1, Number.NEGATIVE_INFINITY], "-Infinity"],
  ] as const)("the %s does not become infinite (%j)", async (lastValueFunc, at, shown) => {
    const asArrow = items([events([1, 2], at)], { lastValueFunc });
    const asRows = items([at.map((each, index) => ({ id: index + 1, at: each }))], { lastValueFunc });
    const errors = [await failure(() => localPipeline().run(asArrow)), await failure(() => localPipeline().run(asRows))];
    for (const error of errors)
      expect(error).toMatchObject({ code: "cursor-type", message: expect.stringContaining(`is ${shown}, a number`) });
  });

  test("an infinite value that is not the furthest goes through, as one of a row", async () => {
    const p = localPipeline();
    await p.run(items([events([1, 2], [1, Number.NEGATIVE_INFINITY]), events([3], [Number.NEGATIVE_INFINITY])]));
    expect(await loaded(p)).toEqual([1, 2, 3]);
  });

  test("rows without a value do what they do when they are rows", async () => {
    const table = (): arrow.Table => events([1, 2, 3], [1, null, 3]);
    expect(await failure(() => localPipeline().run(items([table()])))).toMatchObject({
      code: "cursor-missing",
      message: expect.stringContaining("id: 2"),
    });
    for (const [mode, expected] of [
      ["include", [1, 2, 3]],
      ["exclude", [1, 3]],
    ] as const) {
      // biome-ignore format: short
      const p = localPipeline();
      await p.run(items([table()], { onCursorValueMissing: mode }));
      expect(await loaded(p)).toEqual(expected);
    }
    const without = new arrow.Table({ id: arrow.vectorFromArray([1], new arrow.Int32()) });
    expect(await failure(() => localPipeline().run(items([without])))).toMatchObject({ code: "cursor-missing" });
  });

  test("a transformer is handed tables with the rows that are new", async () => {
    const seen: unknown[] = [];
    const parent = items([events([1, 2, 3, 4, 5], [1, 9, 2, 8, 7])], { initialValue: 3 });
    const child = transformer(parent, "children", { per: "page" }, function* (page: unknown) {
      for (const table of page as arrow.Table[]) {
        seen.push(table instanceof arrow.Table, table.toArray().map((row) => (row as { id: number }).id)); // biome-ignore format: short
      }
      yield { done: true };
    } as never);
    await localPipeline().run([parent, child]);
    expect(seen).toEqual([true, [2, 4, 5]]);
  });

  test("what cannot be compared names both types", async () => {
    const error = await failure(() => localPipeline().run(items([events([1], [1])], { initialValue: "2024-01-01" })));
    expect(error).toMatchObject({ code: "cursor-type", message: expect.stringMatching(/number.*string/s) });
    expect(await failure(() => localPipeline().run(items([events([1], [1])], { cursorPath: "meta.at" })))).toMatchObject({
      code: "config",
    });
    const own = items([events([1], [1])], { lastValueFunc: (values) => values[0] });
    expect(await failure(() => localPipeline().run(own))).toMatchObject({ code: "config" });
    const mixed = items([[{ id: 1, at: 1 }, events([1], [1])]]);
    expect(await failure(() => localPipeline().run(mixed))).toMatchObject({ code: "config" });
  });

  test("each partition has a cursor of its own", async () => {
    const table = (at: readonly number[]): arrow.Table =>
      new arrow.Table({
        sensor: arrow.vectorFromArray(["a", "b"], new arrow.Utf8()),
        id: arrow.vectorFromArray([...at], new arrow.Int32()),
        at: arrow.vectorFromArray([...at], new arrow.Int32()),
      });
    const p = localPipeline();
    await p.run(items([table([10, 1])], { partitionBy: "sensor" }));
    await p.run(items([table([9, 2])], { partitionBy: "sensor" }));
    expect(await loaded(p)).toEqual([1, 2, 10]);
  });

  test("cuts go between tables in order", async () => {
    const p = localPipeline();
    const pages = Array.from({ length: 4 }, (_, page) => events([2 * page, 2 * page + 1], [2 * page, 2 * page + 1]));
    const info = await p.run(items(pages, { rowOrder: "asc" }), { commitEvery: { rows: 2 } });
    expect(info.packages.length).toBeGreaterThan(2);
    expect((await p.run(items(pages, { rowOrder: "asc" }))).rowCounts["items"]).toBeUndefined();
    expect(await loaded(p)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});

test("a resource that is iterated on its own gives tables of the library", async () => {
  const tables: unknown[] = [];
  for await (const table of items([events([1, 2, 3], [1, 5, 2])], { initialValue: 2 })) tables.push(table);
  expect(tables).toHaveLength(1);
  expect((tables[0] as arrow.Table).numRows).toBe(2);
});
