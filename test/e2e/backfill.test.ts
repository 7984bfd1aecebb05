import { describe, expect, test } from "vitest";
import { type Pipeline, PlainDate, type Resource, resource, source, transformer } from "../../src/index.ts";
import { failure, localPipeline, machine, query } from "./local-pipeline.ts";

interface Row {
  readonly id: number;
  readonly at: number;
}

interface Api {
  readonly asked: [unknown, unknown][];
  /** Ranges that begin here fail. */
  readonly failing: Set<number>;
  most: number;
}

const api = (): Api => ({ asked: [], failing: new Set(), most: 0 });

function events({ asked, failing }: Api, count = 100, name = "events"): Resource<string, Row> {
  return resource(name, { incremental: { cursorPath: "at", initialValue: 0 } }, async function* ({ incremental }) {
    const { startValue, endValue = count } = incremental;
    asked.push([startValue, endValue]);
    if (failing.has(startValue)) throw new Error("the server is gone");
    for (let at = startValue; at < endValue + 2; at += 1) yield { id: at, at };
  });
}

async function loaded(p: Pipeline, table = "events"): Promise<{ n: number; ids: number; low: number; high: number }> {
  const [row] = await query<{ n: number; ids: number; low: number; high: number }>(
    p,
    `SELECT count(*) AS n, count(DISTINCT id) AS ids, min(id) AS low, max(id) AS high FROM ${table}`,
  );
  return { n: Number(row!.n), ids: Number(row!.ids), low: Number(row!.low), high: Number(row!.high) };
}

const slotOf = (p: Pipeline, name = "events"): Record<string, unknown> | undefined =>
  p.state.sources?.["shop"]?.resources?.[name]?.incremental as unknown as Record<string, unknown> | undefined;

describe("a backfill", () => {
  test.each([1, 3])("loads each range once, as a package, with %i at a time", async (parallel) => {
    const p = localPipeline();
    const calls = api();
    const info = await p.backfill(events(calls), { from: 0, to: 95, every: 10, parallel });
    expect(await loaded(p)).toEqual({ n: 95, ids: 95, low: 0, high: 94 });
    expect(info.packages).toHaveLength(10);
    expect(info.rowCounts["events"]).toBe(95);
    expect(calls.asked.sort((a, b) => Number(a[0]) - Number(b[0]))).toEqual(
      Array.from({ length: 10 }, (_, index) => [index * 10, Math.min(index * 10 + 10, 95)]),
    );
    expect(slotOf(p)).toEqual({ "backfill:at": { done: [[0, 95]] } });
    expect(p.hasPendingData).toBe(false);
    const state = JSON.stringify(p.state);
    calls.asked.length = 0;
    expect((await p.backfill(events(calls), { from: 0, to: 95, every: 7, parallel })).packages).toEqual([]);
    expect(calls.asked).toEqual([]);
    expect(JSON.stringify(p.state)).toBe(state);
  });

  test("goes on with what is missing of ranges that overlap, also on another machine", async () => {
    const here = machine();
    const calls = api();
    await here.pipeline().backfill(events(calls), { from: 20, to: 40, every: 10 });
    await here.pipeline().backfill(events(calls), { from: 60, to: 65, every: 10 });
    here.wipe();
    calls.asked.length = 0;
    const p = here.pipeline();
    await p.backfill(events(calls), { from: 10, to: 80, every: 25 });
    expect(calls.asked).toEqual([
      [10, 20],
      [40, 60],
      [65, 80],
    ]);
    expect(await loaded(p)).toEqual({ n: 70, ids: 70, low: 10, high: 79 });
    expect(slotOf(p)).toEqual({ "backfill:at": { done: [[10, 80]] } });
  });

  test.each([1, 3])("loads all other ranges when some fail, names these, and loads them the next time (%i at a time)", async (parallel) => {
    const p = localPipeline();
    const calls = api();
    calls.failing.add(20).add(40);
    const error = await failure(() => p.backfill(events(calls), { from: 0, to: 60, every: 10, parallel }));
    expect(error).toMatchObject({
      code: "backfill-failed",
      message: expect.stringMatching(/2 of 6 ranges failed.*\[20, 30\).*the server is gone.*\[40, 50\)/s),
      cause: { code: "resource-failed" },
    });
    expect((error as { ranges: object[] }).ranges).toHaveLength(2);
    expect(await loaded(p)).toMatchObject({ n: 40, ids: 40 });
    expect(slotOf(p)).toEqual({ "backfill:at": { done: [[0, 20], [30, 40], [50, 60]] } }); // biome-ignore format: short
    calls.failing.clear();
    calls.asked.length = 0;
    await p.backfill(events(calls), { from: 0, to: 60, every: 10, parallel });
    expect(calls.asked.map(([from]) => from).sort()).toEqual([20, 40]);
    expect(await loaded(p)).toMatchObject({ n: 60, ids: 60 });
  });

  test("goes beside runs: neither moves the other", async () => {
    const p = localPipeline();
    const calls = api();
    await p.run(resource("events", { incremental: { cursorPath: "at", initialValue: 50 } }, [{ id: 50, at: 50 }, { id: 51, at: 51 }])); // biome-ignore format: short
    const before = slotOf(p)!["at"];
    await p.backfill(events(calls), { from: 0, to: 50, every: 20, parallel: 2 });
    expect(slotOf(p)!["at"]).toEqual(before);
    await p.run(resource("events", { incremental: { cursorPath: "at", initialValue: 50 } }, [{ id: 51, at: 51 }, { id: 52, at: 52 }])); // biome-ignore format: short
    expect(await loaded(p)).toEqual({ n: 53, ids: 53, low: 0, high: 52 });
    expect(slotOf(p)!["backfill:at"]).toEqual({ done: [[0, 50]] });
  });

  test("takes dates, and texts of dates, in steps of time", async () => {
    const seen: unknown[] = [];
    const days = (value: (day: number) => unknown) =>
      resource("days", { incremental: { cursorPath: "at" } }, ({ incremental }) => {
        seen.push(incremental.startValue);
        return Array.from({ length: 31 }, (_, day) => ({ day, at: value(day) }));
      });
    const p = localPipeline();
    const text = (day: number): string => `2024-07-${String(day + 1).padStart(2, "0")}T00:00:00Z`;
    await p.backfill(days(text), { from: "2024-07-01T00:00:00Z", to: "2024-07-11T12:00:00Z", every: "5d" });
    expect(seen).toEqual(["2024-07-01T00:00:00Z", "2024-07-06T00:00:00Z", "2024-07-11T00:00:00Z"]);
    expect(await query(p, "SELECT count(*) AS n, max(day) AS high FROM days")).toEqual([{ n: 11, high: 10 }]);
    const q = localPipeline();
    await q.backfill(
      days((day) => new Date(text(day))),
      { from: new Date(text(0)), to: new Date(text(2)), every: "12h", parallel: 2 },
    );
    await q.backfill(
      days((day) => new Date(text(day))),
      { from: new Date(text(0)), to: new Date(text(3)), every: "1d" },
    );
    expect(await query(q, "SELECT count(*) AS n FROM days")).toEqual([{ n: 3 }]);
    const r = localPipeline();
    await r.backfill(
      days((day) => PlainDate.from(text(day).slice(0, 10))),
      { from: PlainDate.from("2024-07-01"), to: PlainDate.from("2024-07-05"), every: "1d" },
    );
    expect(await query(r, "SELECT count(*) AS n FROM days")).toEqual([{ n: 4 }]);
  });

  test("takes a source: resources with a cursor, and what hangs below them", async () => {
    const calls = api();
    const shop = source("shop2", () => {
      const parent = events(calls);
      const child = transformer(parent, "children", (row: Row) => [{ of: row.id }]);
      return [parent, child, events(calls, 100, "others")];
    });
    const p = localPipeline();
    await p.backfill(shop().withResources("events", "children"), { from: 0, to: 20, every: 10 });
    expect(await loaded(p)).toMatchObject({ n: 20 });
    expect(await query(p, "SELECT count(*) AS n FROM children")).toEqual([{ n: 20 }]);
    await p.backfill(shop(), { from: 0, to: 30, every: 10, parallel: 4 });
    expect(await loaded(p)).toMatchObject({ n: 30, ids: 30 });
    expect(await loaded(p, "others")).toMatchObject({ n: 30, ids: 30 });
  });

  test("keeps what a resource remembers of its ranges, one after another; of two at a time the later one fails", async () => {
    let begun = 0;
    const remembering = (atOnce: number) =>
      resource("events", { incremental: { cursorPath: "at", initialValue: 0 } }, async function* ({ incremental, state }) {
        begun += 1;
        const { startValue } = incremental;
        state["seen"] = [...((state["seen"] as number[] | undefined) ?? []), startValue];
        while (begun < atOnce) await new Promise(setImmediate);
        yield { id: startValue, at: startValue };
      });
    const p = localPipeline();
    await p.backfill(remembering(1), { from: 0, to: 30, every: 10 });
    expect(p.state.sources?.["shop"]?.resources?.["events"]).toMatchObject({ seen: [0, 10, 20] });
    begun = 0;
    const error = await failure(() => p.backfill(remembering(2), { from: 30, to: 50, every: 10, parallel: 2 }));
    expect(error).toMatchObject({ code: "backfill-failed", cause: { code: "state-conflict" }, ranges: [expect.anything()] });
    expect((error as Error).message).toContain("take `parallel: 1`");
    await p.backfill(remembering(1), { from: 30, to: 50, every: 10 });
    expect(p.state.sources?.["shop"]?.resources?.["events"]).toMatchObject({ seen: expect.arrayContaining([0, 10, 20, 30, 40]) });
    expect(await loaded(p)).toMatchObject({ n: 5, ids: 5 });
  });

  test("forgets what it has loaded together with the cursor", async () => {
    const p = localPipeline();
    const calls = api();
    await p.backfill(events(calls), { from: 0, to: 10, every: 10 });
    await p.drop("events");
    await p.backfill(events(calls), { from: 0, to: 10, every: 10 });
    expect(await loaded(p)).toMatchObject({ n: 10 });
  });

  test("can be cancelled; what is loaded stays, and the next one goes on", async () => {
    const p = localPipeline();
    const stop = new AbortController();
    const slow = resource("events", { incremental: { cursorPath: "at", initialValue: 0 } }, async function* ({ incremental }) {
      if (incremental.startValue === 20) stop.abort();
      for (let at = incremental.startValue; at < incremental.endValue!; at += 1) yield { id: at, at };
    });
    expect(await failure(() => p.backfill(slow, { from: 0, to: 50, every: 10, signal: stop.signal }))).toMatchObject({ code: "cancelled" });
    await p.backfill(events(api()), { from: 0, to: 50, every: 10 });
    expect(await loaded(p)).toMatchObject({ n: 50, ids: 50 });
  });

  test("refuses what it could not load once", async () => {
    const p = localPipeline();
    const calls = api();
    const options = { from: 0, to: 10, every: 5 };
    const refused = [
      () => p.backfill(resource("plain", [{ id: 1 }]), options),
      () => p.backfill(events(calls).applyHints({ writeDisposition: "replace" }), options),
      () => p.backfill(events(calls).applyHints({ incremental: { cursorPath: "at", lastValueFunc: "min" } }), options),
      () => p.backfill(events(calls).applyHints({ incremental: { cursorPath: "at", onCursorValueMissing: "include" } }), options),
      () => p.backfill(events(calls), { ...options, every: 0 }),
      () => p.backfill(events(calls), { ...options, every: "1d" as never }),
      () => p.backfill(events(calls), { ...options, from: 20 }),
      () => p.backfill(events(calls), { ...options, parallel: 0 }),
      () => p.backfill(events(calls), { ...options, to: "x" as never }),
      () => p.backfill(events(calls), { from: "a", to: "b", every: "1d" }),
      () => p.backfill(events(calls), { from: 0, to: 1e9, every: 1 }),
      () => p.backfill(events(calls), { from: 0, to: 1 } as never),
    ];
    for (const call of refused) expect(await failure(call)).toMatchObject({ code: "config" });
    expect(calls.asked).toEqual([]);
  });
});
