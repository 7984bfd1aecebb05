import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { resource, transformer } from "../../src/index.ts";
import { failure, localPipeline, query, values } from "./local-pipeline.ts";

/** Counts what is going on at the same time. */
function flights() {
  const seen = { now: 0, most: 0 };
  const during = async <T>(ms: number, result: T): Promise<T> => {
    seen.most = Math.max(seen.most, ++seen.now);
    await sleep(ms);
    seen.now -= 1;
    return result;
  };
  return { seen, during };
}

describe("thunks", () => {
  test("are evaluated at the same time, up to maxParallelItems, and their rows keep the order", async () => {
    const { seen, during } = flights();
    const order: number[] = [];
    const pages = resource("pages", async function* () {
      for (let n = 0; n < 30; n += 1) yield () => during((n * 5) % 7, [{ n }]);
    }).map((row) => {
      order.push(row.n);
      return row;
    });
    const p = localPipeline({ extract: { maxParallelItems: 5 } });
    await p.run(pages);
    expect(seen).toEqual({ now: 0, most: 5 });
    expect(order).toEqual(Array.from({ length: 30 }, (_, n) => n));
    expect(await values(p, "SELECT count(*) FROM pages")).toEqual([30]);
  });

  test("of all resources share the limit", async () => {
    const { seen, during } = flights();
    const many = (name: string) =>
      resource(
        name,
        Array.from({ length: 10 }, (_, n) => () => during(2, { n })),
      );
    await localPipeline({ extract: { maxParallelItems: 6 } }).run([many("a"), many("b"), many("c")]);
    expect(seen).toEqual({ now: 0, most: 6 });
  });

  test("are 20 at a time unless told otherwise", async () => {
    const { seen, during } = flights();
    await localPipeline().run(
      resource(
        "pages",
        Array.from({ length: 50 }, (_, n) => () => during(2, { n })),
      ),
    );
    expect(seen.most).toBe(20);
  });

  test("do not make a generator run far ahead", async () => {
    const ahead = { yielded: 0, done: 0, most: 0 };
    const pages = resource("pages", function* () {
      for (let n = 0; n < 40; n += 1) {
        ahead.most = Math.max(ahead.most, ++ahead.yielded - ahead.done);
        yield async () => {
          await sleep(1);
          ahead.done += 1;
          return { n };
        };
      }
    });
    await localPipeline({ extract: { maxParallelItems: 3 } }).run(pages);
    expect(ahead.most).toBeLessThanOrEqual(5);
  });
});

test("promises that are yielded are awaited together", async () => {
  const { seen, during } = flights();
  const pages = resource("pages", function* () {
    for (let n = 0; n < 8; n += 1) yield during(4, { n });
  });
  const p = localPipeline();
  await p.run(pages);
  expect(seen.most).toBe(8);
  expect(await values(p, "SELECT n FROM pages ORDER BY n")).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test("a promise of rows that fails before the run is an error of the run", async () => {
  const lost = Promise.reject(new Error("gone"));
  const users = resource("users", lost as Promise<{ id: number }[]>);
  await sleep(5);
  expect(await failure(() => localPipeline().run(users))).toMatchObject({
    code: "resource-failed",
    resource: "users",
    cause: new Error("gone"),
  });
  const again = Promise.reject(new Error("gone"));
  expect(await failure(() => localPipeline().run(again, { tableName: "users" }))).toMatchObject({ code: "resource-failed" });
});

describe("parallel resources", () => {
  /** A resource that says when each of its steps began and ended. */
  const timed = (name: string, spans: { name: string; from: number; to: number }[], parallel: boolean) =>
    resource(name, { parallel }, async function* () {
      for (let n = 0; n < 3; n += 1) {
        const from = performance.now();
        await sleep(30);
        spans.push({ name, from, to: performance.now() });
        yield { n };
      }
    });
  const overlap = (spans: { name: string; from: number; to: number }[]): boolean =>
    spans.some((a) => spans.some((b) => a.name !== b.name && a.from < b.to && b.from < a.to));

  test("run at the same time", async () => {
    const spans: { name: string; from: number; to: number }[] = [];
    const p = localPipeline();
    const names = ["a", "b", "c", "d", "e"];
    await p.run(names.map((name) => timed(name, spans, true)));
    // All five are at their first step before the first one ends it: five take the time of one.
    const first = names.map((name) => spans.find((span) => span.name === name)!);
    expect(Math.max(...first.map((span) => span.from))).toBeLessThan(Math.min(...first.map((span) => span.to)));
    expect(await query(p, "SELECT (SELECT count(*) FROM a) a, (SELECT count(*) FROM e) e")).toEqual([{ a: 3, e: 3 }]);
  });

  test("are asked for an item no more than `workers` at once", async () => {
    const { seen, during } = flights();
    const make = (name: string) =>
      resource(name, { parallel: true }, async function* () {
        for (let n = 0; n < 3; n += 1) yield await during(3, { n });
      });
    await localPipeline({ extract: { workers: 2 } }).run(["a", "b", "c", "d"].map(make));
    expect(seen).toEqual({ now: 0, most: 2 });
  });

  test("others take turns", async () => {
    const spans: { name: string; from: number; to: number }[] = [];
    await localPipeline().run(["a", "b", "c"].map((name) => timed(name, spans, false)));
    expect(overlap(spans)).toBe(false);
  });

  test("run beside those that are not parallel", async () => {
    const spans: { name: string; from: number; to: number }[] = [];
    await localPipeline().run([timed("a", spans, false), timed("b", spans, true)]);
    expect(overlap(spans)).toBe(true);
  });

  test("hear by their signal that another one failed", async () => {
    let reason: unknown;
    const waiting = resource("waiting", { parallel: true }, async function* ({ signal }) {
      await sleep(60_000, undefined, { signal }).catch((error: Error) => {
        reason = error.name;
      });
      yield { id: 1 };
    });
    const failing = resource("failing", { parallel: true }, async function* () {
      await sleep(1);
      throw new Error("offline");
    });
    expect(await failure(() => localPipeline().run([waiting, failing]))).toMatchObject({
      resource: "failing",
      cause: new Error("offline"),
    });
    expect(reason).toBe("AbortError");
  });
});

describe("resources that are not parallel", () => {
  const runOrder = async (order: "round_robin" | "fifo"): Promise<string[]> => {
    const log: string[] = [];
    const make = (name: string, count: number) =>
      resource(name, function* () {
        for (let n = 1; n <= count; n += 1) {
          log.push(`${name}${n}`);
          yield { n };
        }
      });
    await localPipeline({ extract: { order } }).run([make("a", 3), make("b", 1), make("c", 2)]);
    return log;
  };

  test("give one item in turn by default", async () => {
    expect(await runOrder("round_robin")).toEqual(["a1", "b1", "c1", "a2", "c2", "a3"]);
  });

  test("run one after the other in the order fifo", async () => {
    expect(await runOrder("fifo")).toEqual(["a1", "a2", "a3", "b1", "c1", "c2"]);
  });
});

test("timers and signals live beside a synchronous generator", async () => {
  const ticks: number[] = [];
  const timer = setInterval(() => ticks.push(performance.now()), 5);
  const busy = resource("busy", function* () {
    for (let n = 0, end = performance.now() + 10_000; ticks.length < 2 && performance.now() < end; n += 1) yield { n };
  });
  await localPipeline().extract(busy);
  clearInterval(timer);
  expect(ticks.length).toBeGreaterThan(1);
});

test("thunks that a transformer's generator yields are evaluated at the same time, and their rows keep the order", async () => {
  const { seen, during } = flights();
  const order: number[] = [];
  const parent = resource("parent", { selected: false }, [{ id: 0 }, { id: 1 }]);
  const pages = transformer(parent, "pages", async function* ({ id }) {
    for (let n = 0; n < 12; n += 1) yield () => during((n * 5) % 7, [{ n: id * 12 + n }]);
  }).map((row) => {
    order.push(row.n);
    return row;
  });
  await localPipeline({ extract: { maxParallelItems: 4 } }).run(pages);
  expect(seen).toEqual({ now: 0, most: 4 });
  expect(order).toEqual(Array.from({ length: 24 }, (_, n) => n));
});
