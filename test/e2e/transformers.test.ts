import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { type Resource, resource, transformer } from "../../src/index.ts";
import { failure, localPipeline, query, tables, values } from "./local-pipeline.ts";

const users = resource("users", [[{ id: 1 }, { id: 2 }], [{ id: 3 }]]);

async function rowsOf<Row>(rows: Resource<string, Row>): Promise<Row[]> {
  const found: Row[] = [];
  for await (const row of rows) found.push(row);
  return found;
}

describe("a transformer", () => {
  test("gets the rows of its parent one by one", async () => {
    const p = localPipeline();
    await p.run(transformer(users, "details", ({ id }) => ({ id, name: `user ${id}` })));
    expect(await query(p, "SELECT id, name FROM details ORDER BY 1")).toEqual([
      { id: 1, name: "user 1" },
      { id: 2, name: "user 2" },
      { id: 3, name: "user 3" },
    ]);
  });

  test('gets whole pages with per: "page"', async () => {
    const sizes = transformer(users, "sizes", { per: "page" }, (page) => ({ size: page.length }));
    expect(await rowsOf(sizes)).toEqual([{ size: 2 }, { size: 1 }]);
  });

  test("gets pages as the steps of the parent left them", async () => {
    const sizes = transformer(
      users.filter(({ id }) => id !== 1),
      "sizes",
      { per: "page" },
      (page) => ({ size: page.length }),
    );
    expect(await rowsOf(sizes)).toEqual([{ size: 1 }, { size: 1 }]);
  });

  test.each([
    ["a row", ({ id }: { id: number }) => ({ id })],
    ["a page", ({ id }: { id: number }) => [{ id }]],
    ["a promise of a row", async ({ id }: { id: number }) => ({ id })],
    ["a promise of a page", async ({ id }: { id: number }) => [{ id }]],
    [
      "a generator",
      function* ({ id }: { id: number }) {
        yield { id };
      },
    ],
    [
      "an async generator",
      async function* ({ id }: { id: number }) {
        yield [{ id }];
      },
    ],
    [
      "a thunk",
      ({ id }: { id: number }) =>
        async () => ({ id }),
    ],
    [
      "an async generator of thunks",
      async function* ({ id }: { id: number }) {
        yield () => ({ id });
      },
    ],
  ])("may give %s", async (_, rows) => {
    const details = transformer(users, "details", rows as (user: { id: number }) => { id: number }[]);
    expect(await rowsOf(details)).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
  });

  test("may give any number of rows, or none", async () => {
    const orders = transformer(users, "orders", function* ({ id }) {
      for (let n = 1; n < id; n += 1) yield { user: id, n };
    });
    expect(await rowsOf(orders)).toEqual([
      { user: 2, n: 1 },
      { user: 3, n: 1 },
      { user: 3, n: 2 },
    ]);
    expect(await rowsOf(transformer(users, "none", () => null))).toEqual([]);
  });

  test("that is an async function runs concurrently, within maxParallelItems, and its rows keep the parent's order", async () => {
    const flight = { now: 0, most: 0 };
    const p = localPipeline({ extract: { maxParallelItems: 4 } });
    const parent = resource(
      "parent",
      Array.from({ length: 24 }, (_, n) => ({ n })),
    );
    const seen: number[] = [];
    const details = transformer(parent, "details", async ({ n }) => {
      flight.most = Math.max(flight.most, ++flight.now);
      await sleep((n * 7) % 11);
      flight.now -= 1;
      return { n };
    }).map((row) => {
      seen.push(row.n);
      return row;
    });
    await p.run(details);
    expect(flight).toEqual({ now: 0, most: 4 });
    expect(seen).toEqual(Array.from({ length: 24 }, (_, n) => n));
    expect(await values(p, "SELECT count(*) FROM details")).toEqual([24]);
  });

  test("that is a generator goes through one row after the other", async () => {
    const flight = { now: 0, most: 0 };
    const details = transformer(users, "details", async function* ({ id }) {
      flight.most = Math.max(flight.most, ++flight.now);
      await sleep(2);
      yield { id };
      flight.now -= 1;
    });
    await rowsOf(details);
    expect(flight).toEqual({ now: 0, most: 1 });
  });

  test("with parallel: true runs several generators at once, their rows in any order", async () => {
    const flight = { now: 0, most: 0 };
    const parent = resource(
      "parent",
      Array.from({ length: 12 }, (_, n) => ({ n })),
    );
    const details = transformer(parent, "details", { parallel: true }, async function* ({ n }) {
      flight.most = Math.max(flight.most, ++flight.now);
      await sleep(12 - n);
      yield { n };
      flight.now -= 1;
    });
    const p = localPipeline({ extract: { maxParallelItems: 4 } });
    await p.run(details);
    expect(flight).toEqual({ now: 0, most: 4 });
    expect(await values(p, "SELECT n FROM details ORDER BY n")).toEqual(Array.from({ length: 12 }, (_, n) => n));
    expect((await rowsOf(details)).map((row) => row.n).sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, n) => n));
  });

  test("may have another transformer on top", async () => {
    const details = transformer(users, "details", async ({ id }) => ({ id, teams: [`a${id}`, `b${id}`] }));
    const teams = transformer(details, "teams", function* ({ id, teams }) {
      for (const team of teams) yield { id, team };
    });
    const p = localPipeline();
    await p.run(teams);
    expect(await values(p, "SELECT team FROM teams ORDER BY 1")).toEqual(["a1", "a2", "a3", "b1", "b2", "b3"]);
    expect(await tables(p)).toEqual(["teams"]);
  });

  test("reads left to right with pipe", async () => {
    const details = (parent: Resource<string, { id: number }>) => transformer(parent, "details", ({ id }) => ({ id: -id }));
    expect(await rowsOf(users.pipe(details))).toEqual([{ id: -1 }, { id: -2 }, { id: -3 }]);
  });

  test("gets the row as the parent's steps left it", async () => {
    const masked = users.map(({ id }) => ({ id: id * 10 })).filter(({ id }) => id > 10);
    expect(await rowsOf(transformer(masked, "details", ({ id }) => ({ id })))).toEqual([{ id: 20 }, { id: 30 }]);
  });
});

describe("the parent of transformers", () => {
  const counted = () => {
    const calls = { count: 0 };
    const parent = resource("users", function* () {
      calls.count += 1;
      yield [{ id: 1 }, { id: 2 }];
    });
    return { calls, parent };
  };

  test("is not loaded unless it is run itself", async () => {
    const { parent } = counted();
    const p = localPipeline();
    await p.run(transformer(parent, "details", ({ id }) => ({ id })));
    expect(await tables(p)).toEqual(["details"]);
  });

  test("runs once for two transformers and itself", async () => {
    const { parent, calls } = counted();
    const p = localPipeline();
    await p.run([transformer(parent, "names", ({ id }) => ({ id })), transformer(parent, "emails", async ({ id }) => ({ id })), parent]);
    expect(calls.count).toBe(1);
    const counts = await query(p, "SELECT (SELECT count(*) FROM users) u, (SELECT count(*) FROM names) n, (SELECT count(*) FROM emails) e");
    expect(counts).toEqual([{ u: 2, n: 2, e: 2 }]);
  });

  test("runs also when it is not selected", async () => {
    const { parent } = counted();
    const feeding = parent.applyHints({ selected: false });
    const p = localPipeline();
    await p.run([feeding, transformer(feeding, "details", ({ id }) => ({ id }))]);
    expect(await tables(p)).toEqual(["details"]);
  });
});

describe("when a transformer fails", () => {
  test("the error names it, and not the parent", async () => {
    const details = transformer(users, "details", async ({ id }) => {
      if (id === 2) throw new Error("404");
      return { id };
    });
    const p = localPipeline();
    expect(await failure(() => p.run(details))).toMatchObject({ code: "resource-failed", resource: "details", cause: new Error("404") });
    expect(p.hasPendingData).toBe(false);
  });

  test("its generators and those of its parent get to clean up", async () => {
    const log: string[] = [];
    const parent = resource("users", async function* () {
      try {
        yield [{ id: 1 }, { id: 2 }];
      } finally {
        log.push("parent");
      }
    });
    const details = transformer(parent, "details", async function* ({ id }) {
      try {
        yield { id };
      } finally {
        log.push("details");
      }
    }).map(() => {
      throw new Error("bad step");
    });
    await failure(() => localPipeline().run(details));
    expect(log.sort()).toEqual(["details", "parent"]);
  });
});

test.each([
  [
    "a parent that is no resource",
    () => transformer({} as never, "details", () => null),
    "The parent of transformer `details` has to be a resource",
  ],
  ["rows instead of a function", () => transformer(users, "details", [] as never), "Transformer `details` needs a function"],
  ["an unknown `per`", () => transformer(users, "details", { per: "item" as never }, () => null), '`per` is "row" or "page"'],
  ["a blank name", () => transformer(users, " ", () => null), "A resource needs a name"],
])("%s is refused", (_, make, message) => {
  expect(make).toThrow(message);
});
