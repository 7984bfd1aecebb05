import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { type Resource, type ResourceContext, resource, source, transformer } from "../../src/index.ts";
import { failure, localPipeline, values } from "./local-pipeline.ts";

interface Place {
  next?: number;
}

const numbers = (end: number, options: { readonly name?: string; readonly parallel?: boolean; readonly ms?: number } = {}): Resource =>
  resource(options.name ?? "numbers", { parallel: options.parallel ?? false }, async function* ({ state }: ResourceContext<Place>) {
    for (let n = state.next ?? 0; n < end; n = state.next) {
      await sleep(options.ms ?? 20);
      state.next = n + 1;
      yield { n };
    }
  });

const upTo = (end: number): number[] => Array.from({ length: end }, (_, n) => n);

describe("a run with maxDuration", () => {
  test("commits what it read, and says that rows are left; a loop of runs loads each row once", async () => {
    const p = localPipeline();
    const src = source("shop", () => [numbers(9), numbers(7, { name: "others", parallel: true })]);
    let runs = 0;
    while ((await p.run(src(), { maxDuration: "60ms" })).hasMore) runs += 1;
    expect(runs).toBeGreaterThan(1);
    expect(await values(p, "SELECT CAST(n AS INTEGER) FROM numbers ORDER BY n")).toEqual(upTo(9));
    expect(await values(p, "SELECT CAST(n AS INTEGER) FROM others ORDER BY n")).toEqual(upTo(7));
  });

  test("takes one item at least of each resource, however short the time is", async () => {
    const p = localPipeline({ extract: { order: "fifo" } });
    const src = source("shop", () => [numbers(3), numbers(3, { name: "others" })]);
    const info = await p.run(src(), { maxDuration: "1ms" });
    expect(info.hasMore).toBe(true);
    expect(info.rowCounts).toMatchObject({ numbers: 1, others: 1 });
  });

  test("waits for the item, then fires the signal, runs `finally`, and keeps what the transformers made of it", async () => {
    const seen: unknown[] = [];
    const rows = resource("rows", async function* ({ signal, state }: ResourceContext<{ ended?: boolean }>) {
      signal.addEventListener("abort", () => seen.push("signal"));
      try {
        for (let n = 0; ; n += 1) {
          await sleep(15);
          seen.push(signal.aborted);
          yield () => sleep(5, { n });
        }
      } finally {
        state.ended = true;
        seen.push("finally");
      }
    });
    const twice = transformer(rows, "twice", async (row) => [row, await sleep(5, row)]);
    const p = localPipeline();
    const info = await p.run([rows, twice], { maxDuration: "40ms" });
    expect(info.hasMore).toBe(true);
    expect(seen.slice(-2)).toEqual(["signal", "finally"]);
    expect(seen).not.toContain(true);
    expect(info.rowCounts["twice"]).toBe(2 * info.rowCounts["rows"]!);
    expect(p.state.sources?.["shop"]?.resources?.["rows"]).toEqual({ ended: true });
  });

  test("reads to their end resources that a part would make wrong", async () => {
    const p = localPipeline();
    const all = resource("all", { writeDisposition: "replace" }, async function* () {
      for (let n = 0; n < 5; n += 1) yield sleep(15, { n });
    });
    const info = await p.run(source("shop", () => [all, numbers(50)])(), { maxDuration: "20ms" });
    expect(info.hasMore).toBe(true);
    expect(info.rowCounts["all"]).toBe(5);
    expect(info.rowCounts["numbers"]).toBeLessThan(5);
  });

  test("has nothing left when the resources end in time, or by their limit", async () => {
    const p = localPipeline();
    expect((await p.run(numbers(2), { maxDuration: "1m" })).hasMore).toBe(false);
    expect((await p.run(numbers(9).limit(1), { maxDuration: "1ms" })).hasMore).toBe(false);
    expect((await p.run()).hasMore).toBe(false);
  });

  test("goes together with commitEvery, and with extract() alone, which says so, too", async () => {
    const p = localPipeline({ maxDuration: "1500ms" });
    // What a first run has to load takes its time, too.
    await p.run(numbers(1));
    const info = await p.run(numbers(500, { ms: 5 }), { commitEvery: { rows: 1 } });
    expect([info.hasMore, info.loadIds.length > 1]).toEqual([true, true]);
    expect((await p.extract(numbers(900))).hasMore).toBe(true);
    expect(`${info}`).toContain("Rows are left");
  });

  test("can be set from outside", async () => {
    process.env["PIPELINES__SHOP__MAX_DURATION"] = "10ms";
    process.env["PIPELINES__SHOP__COMMIT_EVERY__ROWS"] = "1";
    try {
      expect((await localPipeline().run(numbers(50))).hasMore).toBe(true);
      expect((await localPipeline().run(numbers(3), { maxDuration: "1m" })).loadIds).toHaveLength(3);
    } finally {
      delete process.env["PIPELINES__SHOP__MAX_DURATION"];
      delete process.env["PIPELINES__SHOP__COMMIT_EVERY__ROWS"];
    }
  });

  test("refuses what is no duration", async () => {
    for (const maxDuration of ["1", "0s", 5])
      expect(await failure(() => localPipeline().run(numbers(1), { maxDuration: maxDuration as never }))).toMatchObject({ code: "config" });
  });
});
