import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { resource, transformer } from "../../src/index.ts";
import { localPipeline, values } from "./local-pipeline.ts";

/** Pages of two rows without end; `log` says what happened to the generator. */
function endless(log: string[] = []) {
  return resource("endless", async function* ({ signal }) {
    signal.addEventListener("abort", () => log.push("signal"));
    try {
      for (let n = 0; ; n += 1) yield [{ n }, { n }];
    } finally {
      log.push("finally");
    }
  });
}

describe("limit", () => {
  test("takes so many items, and ends the generator", async () => {
    const log: string[] = [];
    const p = localPipeline();
    await p.run(endless(log).limit(3));
    expect(await values(p, "SELECT n FROM endless ORDER BY 1")).toEqual([0, 0, 1, 1, 2, 2]);
    expect(log).toEqual(["signal", "finally"]);
  });

  test("ends a synchronous generator", async () => {
    const log: string[] = [];
    const p = localPipeline();
    const sync = resource("sync", function* () {
      try {
        for (let n = 0; ; n += 1) yield { n };
      } finally {
        log.push("finally");
      }
    });
    await p.run(sync.limit({ maxItems: 2 }));
    expect(await values(p, "SELECT count(*) FROM sync")).toEqual([2]);
    expect(log).toEqual(["finally"]);
  });

  test("counts rows instead of items with countRows", async () => {
    const p = localPipeline();
    await p.run(endless().limit({ maxItems: 5, countRows: true }));
    expect(await values(p, "SELECT count(*) FROM endless")).toEqual([6]);
  });

  test("stops when the time is over", async () => {
    const log: string[] = [];
    const p = localPipeline();
    const slow = resource("slow", async function* () {
      try {
        for (let n = 0; ; n += 1) {
          await sleep(5);
          yield { n };
        }
      } finally {
        log.push("finally");
      }
    });
    await p.run(slow.limit({ maxTime: "30ms" }));
    expect(Number((await values(p, "SELECT count(*) FROM slow"))[0])).toBeGreaterThan(0);
    expect(log).toEqual(["finally"]);
  });

  test("of 0 runs nothing", async () => {
    let isStarted = false;
    const never = resource("never", function* () {
      isStarted = true;
      yield { n: 1 };
    });
    await localPipeline().run(never.limit(0));
    expect(isStarted).toBe(false);
  });

  test("of two limits keeps the tighter one", async () => {
    const p = localPipeline();
    await p.run(endless().limit(1).limit(10));
    expect(await values(p, "SELECT count(*) FROM endless")).toEqual([2]);
  });

  test("does not count null items", async () => {
    const p = localPipeline();
    await p.run(resource("gaps", [null, { n: 1 }, null, { n: 2 }, { n: 3 }]).limit(2));
    expect(await values(p, "SELECT n FROM gaps ORDER BY 1")).toEqual([1, 2]);
  });

  test("is not reached before the steps: it counts what is yielded", async () => {
    const p = localPipeline();
    const even = resource(
      "even",
      Array.from({ length: 10 }, (_, n) => ({ n })),
    ).filter(({ n }) => n % 2 === 0);
    await p.run(even.limit(4));
    expect(await values(p, "SELECT n FROM even ORDER BY 1")).toEqual([0, 2]);
  });

  test("cancels a stream", async () => {
    let reason: unknown;
    const stream = new ReadableStream<{ n: number }>({
      pull: (controller) => controller.enqueue({ n: 1 }),
      cancel: (given) => {
        reason = given ?? "cancelled";
      },
    });
    const readable = Readable.from([{ n: 1 }, { n: 2 }, { n: 3 }]);
    const p = localPipeline();
    await p.run([resource("stream", stream).limit(2), resource("readable", readable).limit(1)]);
    expect(await values(p, "SELECT (SELECT count(*) FROM stream) * 10 + (SELECT count(*) FROM readable)")).toEqual([21]);
    expect(reason).toBe("cancelled");
    expect(readable.destroyed).toBe(true);
  });

  test("of a transformer ends it, in the order of its parent's rows", async () => {
    const p = localPipeline();
    const parent = resource(
      "parent",
      Array.from({ length: 50 }, (_, n) => ({ n })),
    );
    const details = transformer(parent, "details", async ({ n }) => {
      await sleep((7 - n) % 5);
      return { n };
    });
    await p.run(details.limit(3));
    expect(await values(p, "SELECT n FROM details ORDER BY 1")).toEqual([0, 1, 2]);
  });

  test("of a transformer ignores what calls that were on their way come to", async () => {
    const p = localPipeline();
    const parent = resource("parent", [{ n: 0 }, { n: 1 }, { n: 2 }]);
    const details = transformer(parent, "details", async ({ n }) => {
      await sleep(n * 5);
      if (n > 0) throw new Error("gone");
      return { n };
    });
    await p.run(details.limit(1));
    expect(await values(p, "SELECT n FROM details")).toEqual([0]);
  });

  test("keeps each bound of its own when there are several", async () => {
    const p = localPipeline();
    await p.run(endless().limit({ maxItems: 5, countRows: true }).limit({ maxTime: "1h" }).limit(100));
    expect(await values(p, "SELECT count(*) FROM endless")).toEqual([6]);
  });

  test("lets the thunks that it took end before the signal fires", async () => {
    const log: string[] = [];
    const pages = resource("pages", async function* ({ signal }) {
      signal.addEventListener("abort", () => log.push("signal"));
      try {
        for (let n = 0; ; n += 1) {
          yield async () => {
            await sleep(10, undefined, { signal });
            log.push(`page ${n}`);
            return [{ n }];
          };
        }
      } finally {
        log.push("finally");
      }
    });
    const p = localPipeline();
    await p.run(pages.limit(3));
    expect(await values(p, "SELECT n FROM pages ORDER BY 1")).toEqual([0, 1, 2]);
    expect(log).toEqual(["page 0", "page 1", "page 2", "signal", "finally"]);
  });

  test("of a transformer lets the thunks that it took end before its signal fires", async () => {
    const parent = resource("parent", [{ id: 1 }, { id: 2 }]);
    const details = transformer(parent, "details", async function* ({ id }, { signal }) {
      for (let n = 0; ; n += 1) {
        yield async () => {
          await sleep(5, undefined, { signal });
          return { id, n };
        };
      }
    });
    const p = localPipeline();
    await p.run(details.limit(3));
    expect(await values(p, "SELECT n FROM details WHERE id = 1 ORDER BY 1")).toEqual([0, 1, 2]);
  });

  test("of a transformer counts before the steps", async () => {
    const parent = resource("parent", [{ id: 1 }, { id: 2 }]);
    const details = transformer(parent, "details", ({ id }) => ({ id })).flatMap(function* ({ id }) {
      yield { id, part: 1 };
      yield { id, part: 2 };
    });
    const p = localPipeline();
    await p.run(details.limit(1));
    expect(await values(p, "SELECT part FROM details ORDER BY 1")).toEqual([1, 2]);
  });

  test("of all transformers ends a parent that only feeds them, also through another", async () => {
    const log: string[] = [];
    const parent = endless(log);
    const between = transformer(parent, "between", ({ n }) => ({ n }));
    const p = localPipeline();
    await p.run([transformer(between, "few", ({ n }) => ({ n })).limit(3), transformer(parent, "fewer", ({ n }) => ({ n })).limit(1)]);
    expect(await values(p, "SELECT (SELECT count(*) FROM few) * 10 + (SELECT count(*) FROM fewer)")).toEqual([31]);
    expect(log).toEqual(["signal", "finally"]);
  });

  test.each([-1, Number.NaN])("of %d is refused", (max) => {
    expect(() => endless().limit(max)).toThrow("has to be a number of items, 0 or more");
  });
});
