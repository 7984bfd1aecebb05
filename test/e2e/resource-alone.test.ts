import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { current, resource, transformer } from "../../src/index.ts";
import { failure, localPipeline, values } from "./local-pipeline.ts";

const counter = resource("counter", async function* ({ state }) {
  state["n"] = ((state["n"] as number | undefined) ?? 0) + 1;
  yield { n: state["n"] };
});

async function all<Row>(rows: AsyncIterable<Row>): Promise<Row[]> {
  const found: Row[] = [];
  for await (const row of rows) found.push(row);
  return found;
}

describe("a resource that is iterated on its own", () => {
  test("gives its rows one by one, after its steps", async () => {
    const users = resource("users", [[{ id: 1 }, { id: 2 }], { id: 3 }] as ({ id: number } | { id: number }[])[]).map(({ id }) => ({
      id: id * 10,
    }));
    expect(await all(users)).toEqual([{ id: 10 }, { id: 20 }, { id: 30 }]);
  });

  test("has state that is thrown away", async () => {
    expect(await all(counter)).toEqual([{ n: 1 }]);
    expect(await all(counter)).toEqual([{ n: 1 }]);
    const p = localPipeline();
    await p.run(counter);
    await all(counter);
    await p.run(counter);
    expect(await values(p, "SELECT n FROM counter ORDER BY 1")).toEqual([1, 2]);
  });

  test("runs as a transformer with its parents", async () => {
    const doubled = transformer(counter, "doubled", async ({ n }) => ({ n: Number(n) * 2 }));
    const again = transformer(doubled, "again", function* ({ n }) {
      yield [{ n }, { n: n + 1 }];
    });
    expect(await all(again)).toEqual([{ n: 2 }, { n: 3 }]);
  });

  test("runs also when it is not selected", async () => {
    expect(await all(counter.applyHints({ selected: false }))).toEqual([{ n: 1 }]);
  });

  test("can be iterated twice at the same time", async () => {
    expect(await Promise.all([all(counter), all(counter)])).toEqual([[{ n: 1 }], [{ n: 1 }]]);
  });

  test("does no more than it was asked for, and cleans up when the loop is left", async () => {
    const log: string[] = [];
    const users = resource("users", async function* ({ signal }) {
      try {
        for (let id = 1; ; id += 1) {
          log.push(`row ${id}`);
          yield { id };
        }
      } finally {
        log.push(signal.aborted ? "aborted" : "not aborted");
      }
    });
    for await (const { id } of users) if (id === 2) break;
    expect(log).toEqual(["row 1", "row 2", "aborted"]);
  });

  test("cleans up the parents and the generators of a transformer, too", async () => {
    const log: string[] = [];
    const parent = resource("parent", function* () {
      try {
        yield* [{ n: 1 }, { n: 2 }];
      } finally {
        log.push("parent");
      }
    });
    const child = transformer(parent, "child", async function* ({ n }) {
      try {
        for (;;) yield { n };
      } finally {
        log.push("child");
      }
    });
    for await (const row of child) {
      expect(row).toEqual({ n: 1 });
      break;
    }
    expect(log.sort()).toEqual(["child", "parent"]);
  });

  test("ends early when it is asked for more while an item is on its way", async () => {
    let isEnded = false;
    const slow = resource("slow", async function* ({ signal }) {
      try {
        yield { n: 1 };
        await sleep(60_000, undefined, { signal });
      } finally {
        isEnded = true;
      }
    });
    const rows = slow[Symbol.asyncIterator]();
    await rows.next();
    await rows.return?.();
    expect(isEnded).toBe(true);
  });

  test("throws what went wrong", async () => {
    const broken = resource("broken", async function* () {
      yield { id: 1 };
      throw new Error("offline");
    });
    expect(await failure(() => all(broken))).toMatchObject({ code: "resource-failed", resource: "broken", cause: new Error("offline") });
  });

  test("has its name and state in `current`, and no pipeline", async () => {
    const rows = resource("who", function* () {
      current.sourceState()["seen"] = true;
      yield { name: current.resourceName(), source: current.sourceName(), state: current.sourceState(), aborted: current.signal().aborted };
    });
    expect(await all(rows)).toEqual([{ name: "who", source: "who", state: { seen: true }, aborted: false }]);
    const asking = resource("asking", () => [current.pipeline().firstRun]);
    expect(await failure(() => all(asking))).toMatchObject({ code: "not-running" });
  });
});
