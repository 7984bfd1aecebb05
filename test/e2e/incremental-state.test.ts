import { describe, expect, test } from "vitest";
import { ConfigError, type IncrementalOptions, type Pipeline, type Resource, resource, source, transformer } from "../../src/index.ts";
import { inProject } from "./in-project.ts";
import { failure, localPipeline, machine, query, values } from "./local-pipeline.ts";

interface Row {
  readonly id: number;
  readonly at: number;
}

const upTo = (last: number): readonly Row[] => Array.from({ length: last }, (_, index) => ({ id: index + 1, at: index + 1 }));

/** Yields row by row, and fails before the row `failsAt`. */
function items(
  rows: readonly Row[],
  options: Partial<IncrementalOptions<Row, "at">> = {},
  failsAt = Number.POSITIVE_INFINITY,
): Resource<"items", Row> {
  return resource("items", { incremental: { cursorPath: "at", ...options } }, async function* () {
    for (const row of rows) {
      if (row.id === failsAt) throw new Error("the source is gone");
      yield row;
    }
  });
}

function lastValue(p: Pipeline): unknown {
  return p.state.sources?.["shop"]?.resources?.["items"]?.incremental?.["at"]?.last_value;
}

const ids = "SELECT id FROM items ORDER BY id";

describe("the cursor moves with the rows", () => {
  test("and stays where it was when an extract fails", async () => {
    const p = localPipeline();
    await p.run(items(upTo(2)));
    await failure(() => p.run(items(upTo(9), {}, 8)));
    expect(lastValue(p)).toBe(2);
    await p.run(items(upTo(4)));
    expect(await values(p, ids)).toEqual([1, 2, 3, 4]);
  });

  test("is found in the destination by a clean machine", async () => {
    const m = machine();
    await m.pipeline().run(items(upTo(3)));
    m.wipe();
    const p = m.pipeline();
    await p.run(items(upTo(5)));
    expect(await values(p, ids)).toEqual([1, 2, 3, 4, 5]);
  });

  test("and a run without new rows stores no new state", async () => {
    const p = localPipeline();
    await p.run(items(upTo(3)));
    await p.run(items(upTo(3)));
    expect(await values(p, "SELECT count(*) AS n FROM _dlt_pipeline_state")).toEqual([1]);
  });

  test("begins anew with a table that is replaced, refreshed or dropped", async () => {
    const p = localPipeline();
    const replaced = items(upTo(3)).applyHints({ writeDisposition: "replace" });
    await p.run(replaced);
    await p.run(replaced);
    expect(await values(p, ids)).toEqual([1, 2, 3]);
    for (const startOver of [
      () => p.run(items(upTo(3)), { refresh: "drop_resources" }),
      async () => {
        await p.drop("items");
        await p.run(items(upTo(3)));
      },
    ]) {
      await startOver();
      expect(await values(p, ids)).toEqual([1, 2, 3]);
      expect(lastValue(p)).toBe(3);
    }
  });

  test("and can be dropped by its path", async () => {
    const p = localPipeline();
    await p.run(items(upTo(2)));
    await p.drop({ statePaths: ["resources.items.incremental.at"] });
    expect(lastValue(p)).toBeUndefined();
    await p.run(items(upTo(2)));
    expect(await values(p, ids)).toEqual([1, 1, 2, 2]);
  });

  test("each name has one of its own", async () => {
    const p = localPipeline();
    await p.run([items(upTo(2)), items(upTo(3)).withName("others")]);
    expect(Object.keys(p.state.sources?.["shop"]?.resources ?? {})).toEqual(["items", "others"]);
  });

  test("apart from what a state schema knows", async () => {
    const p = localPipeline();
    const stateSchema = {
      "~standard": { version: 1, vendor: "test", validate: (value: unknown) => ({ value: { runs: 0, ...(value as object) } }) },
    } as const;
    const counted = resource("items", { stateSchema: stateSchema as never, incremental: { cursorPath: "at" } }, function* ({ state }) {
      (state as { runs: number }).runs += 1;
      yield upTo(2);
    });
    await p.run(counted);
    await p.run(counted);
    expect(p.state.sources?.["shop"]?.resources?.["items"]).toMatchObject({ runs: 2, incremental: { at: { last_value: 2 } } });
    expect(await values(p, ids)).toEqual([1, 2]);
  });
});

describe("a loop of runs with a limit and an open start", () => {
  test.each([1, 3, 5])("comes to the end where the source begins behind the last value (%i at a time)", async (limit) => {
    const p = localPipeline();
    const rows = [3, 4, 8, 9, 10, 50, 51].map((at) => ({ id: at, at }));
    const part = resource("items", { incremental: { cursorPath: "at", initialValue: 0, rangeStart: "open" } }, function* ({ incremental }) {
      yield* rows.filter(({ at }) => at > incremental.lastValue);
    }).limit(limit);
    let runs = 0;
    for (let more = true; more; runs += 1) more = (await p.run(part)).rowCounts["items"] !== undefined;
    expect(runs).toBe(Math.ceil(rows.length / limit) + 1);
    expect(await values(p, ids)).toEqual(rows.map(({ id }) => id));
  });

  test("and ends, too, where the source gives all its rows each time: the limit counts those that are left out", async () => {
    const p = localPipeline();
    const part = items(upTo(9), { initialValue: 0, rangeStart: "open" }).limit(3);
    let runs = 0;
    for (let more = true; more; runs += 1) more = (await p.run(part)).rowCounts["items"] !== undefined;
    expect([runs, await values(p, ids)]).toEqual([2, [1, 2, 3]]);
  });
});

describe("a run in several packages", () => {
  const packages = "SELECT count(*) AS n FROM _dlt_loads";

  test("stores with each how far its rows go, so that one that dies late repeats one interval at most", async () => {
    const p = localPipeline();
    const ordered = (failsAt?: number) => items(upTo(20), { rowOrder: "asc" }, failsAt);
    await failure(() => p.run(ordered(18), { commitEvery: { rows: 5 } }));
    expect(lastValue(p)).toBe(15);
    expect(await values(p, packages)).toEqual([3]);
    expect(await query(p, "SELECT count(*) AS n, max(id) AS last FROM items")).toEqual([{ n: 15, last: 15 }]);
    await p.run(ordered());
    expect(await values(p, ids)).toEqual(upTo(20).map(({ id }) => id));
  });

  test("tells rows at the border of a package apart", async () => {
    const p = localPipeline();
    const rows = [1, 2, 3, 4, 5, 6].map((id) => ({ id, at: id < 6 ? 1 : 2 }));
    await failure(() => p.run(items(rows, { rowOrder: "asc" }, 4), { commitEvery: { rows: 2 } }));
    expect(await values(p, ids)).toEqual([1, 2]);
    await p.run(items(rows, { rowOrder: "asc" }), { commitEvery: { rows: 2 } });
    expect(await values(p, ids)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test.each<readonly [string, Partial<IncrementalOptions<Row, "at">>]>([
    ["come in no known order", {}],
    ["come against the order of the cursor", { rowOrder: "desc" }],
    ["are left out at the border", { rowOrder: "asc", rangeStart: "open" }],
  ])("is not one where rows %s", async (_, options) => {
    const p = localPipeline();
    const others = resource("others", () => [upTo(1), upTo(1)]);
    await failure(() => p.run(items(upTo(20), options, 18), { commitEvery: { rows: 5 } }));
    expect(lastValue(p)).toBeUndefined();
    await p.run([items(upTo(20), options), others], { commitEvery: { rows: 1 } });
    expect(await values(p, ids)).toEqual(upTo(20).map(({ id }) => id));
    expect(await values(p, "SELECT count(DISTINCT _dlt_load_id) AS n FROM items")).toEqual([1]);
  });

  test("is not one for a transformer, whose calls begin anew", async () => {
    const p = localPipeline();
    const users = resource("users", () => [{ id: 1 }, { id: 2 }]);
    const orders = transformer(users, "items", { incremental: { cursorPath: "at", rowOrder: "asc" } }, ({ id }) => [
      { id: id * 10, at: 10 - id },
      { id: id * 10 + 1, at: 20 - id },
    ]);
    await p.run([users, orders], { commitEvery: { rows: 1 } });
    expect(await values(p, "SELECT count(DISTINCT _dlt_load_id) AS n FROM items")).toEqual([1]);
  });

  test("is one where no two rows have the same value", async () => {
    const p = localPipeline();
    await p.run(items(upTo(4), { rowOrder: "asc", rangeStart: "open", primaryKey: "at" }), { commitEvery: { rows: 2 } });
    expect(await values(p, packages)).toEqual([2]);
  });

  test("that runs out of time says so, and the next ones go on", async () => {
    const p = localPipeline();
    const slow = resource("items", { incremental: { cursorPath: "at", rowOrder: "asc" } }, async function* ({ incremental }) {
      const start = (incremental.lastValue as number | undefined) ?? 0;
      for (const row of upTo(4)) {
        if (row.at <= start) continue;
        await new Promise((resolve) => setTimeout(resolve, 30));
        yield row;
      }
    });
    let runs = 0;
    for (let hasMore = true; hasMore; runs += 1) ({ hasMore } = await p.run(slow, { maxDuration: "20ms" }));
    expect(runs).toBeGreaterThan(2);
    expect(await values(p, ids)).toEqual([1, 2, 3, 4]);
  });
});

test("a loop of limited runs over an open range ends with all rows", async () => {
  const p = localPipeline();
  const chunk = resource(
    "items",
    { incremental: { cursorPath: "at", initialValue: 0, rangeStart: "open", rowOrder: "asc" } },
    async function* ({ incremental }) {
      for (let at = incremental.lastValue + 1; at <= 10; at += 1) yield { id: at, at };
    },
  ).limit(3);
  let runs = 0;
  for (let before: unknown = Symbol(); before !== lastValue(p); runs += 1) {
    before = lastValue(p);
    await p.run(chunk);
  }
  expect(runs).toBe(5);
  expect(await values(p, ids)).toEqual(upTo(10).map(({ id }) => id));
});

describe("config", () => {
  const toml = inProject(/SOURCES__/);

  const crm = source("crm", {}, () => [
    resource("items", { incremental: { cursorPath: "at", initialValue: 1 } }, () => [upTo(5)]),
    resource("plain", () => [upTo(3)]),
  ]);

  test("sets the options of a cursor, in TOML and in the environment", async () => {
    toml("config", '[sources.crm.items.incremental]\ninitial_value = 3\nend_value = 5\nrange_end = "closed"\n');
    process.env["SOURCES__CRM__ITEMS__INCREMENTAL__INITIAL_VALUE"] = "4";
    const p = localPipeline();
    await p.run(crm());
    expect(await values(p, ids)).toEqual([4, 5]);
    expect(await values(p, "SELECT id FROM plain ORDER BY id")).toEqual([1, 2, 3]);
  });

  test("gives a cursor to a resource that it names, with a parent too", async () => {
    toml(
      "config",
      '[sources.crm.plain.incremental]\ncursor_path = "at"\ninitial_value = 2\n[sources.crm.incremental]\ncursor_path = "id"\n',
    );
    const p = localPipeline();
    await p.run(crm());
    expect(await values(p, "SELECT id FROM plain ORDER BY id")).toEqual([2, 3]);
    const users = resource("users", () => [upTo(3)]);
    process.env["SOURCES__USERS__INCREMENTAL__CURSOR_PATH"] = "at";
    process.env["SOURCES__USERS__INCREMENTAL__INITIAL_VALUE"] = "3";
    const other = localPipeline();
    await other.run([users, transformer(users, "details", ({ id }) => ({ id }))]);
    expect(await values(other, "SELECT id FROM details")).toEqual([3]);
  });

  test("has values of the type that the code declares", async () => {
    const p = localPipeline();
    process.env["SOURCES__DAYS__INCREMENTAL__INITIAL_VALUE"] = "2024-01-02";
    process.env["SOURCES__DAYS__INCREMENTAL__LAG"] = "2h";
    const days = resource("days", { incremental: { cursorPath: "at", initialValue: new Date(0) } }, () => [
      [1, 2, 3].map((day) => ({ id: day, at: new Date(Date.UTC(2024, 0, day)) })),
    ]);
    await p.run(days);
    expect(await values(p, "SELECT id FROM days ORDER BY id")).toEqual([2, 3]);
    process.env["SOURCES__DAYS__INCREMENTAL__INITIAL_VALUE"] = "yesterday";
    const error = await failure(() => p.run(days));
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toContain('initial_value of resource `days` is "yesterday"');
  });

  test("that means nothing is refused", async () => {
    process.env["SOURCES__ITEMS__INCREMENTAL__ROW_ORDER"] = "up";
    expect(await failure(() => localPipeline().run(items(upTo(1))))).toBeInstanceOf(ConfigError);
    delete process.env["SOURCES__ITEMS__INCREMENTAL__ROW_ORDER"];
    process.env["SOURCES__ITEMS__INCREMENTAL__LAG"] = "soon";
    expect(((await failure(() => localPipeline().run(items(upTo(1))))) as Error).message).toContain('"2h" or "3d"');
  });
});
