import { join } from "node:path";
import { expect, test } from "vitest";
import { type CrashPoint, onCrashPoint } from "../../src/core/crash-point.ts";
import { type Pipeline, type ResourceContext, resource, StateConflictError, source, TypeConflictError } from "../../src/index.ts";
import { failure, type Machine, machine, query, tables, values } from "./local-pipeline.ts";

interface Count {
  n?: number;
}

/** Rows of one resource of the source `shop`; its state counts the runs. */
const counted = (name: string, row: object = { id: 1 }) =>
  source("shop", () => [
    resource(name, function* ({ state }: ResourceContext<Count>) {
      state.n = (state.n ?? 0) + 1;
      yield { run: state.n, ...row };
    }),
  ])();

test("State: two machines that run different resources at once end with both slots and both tables, here and after a restore", async () => {
  const [a, b] = twoMachines();
  const [first, second] = [a.pipeline(), b.pipeline()];
  await prepare(first, counted("orders"));
  await prepare(second, counted("users"));
  await second.load();
  await first.load();

  const restored = machineBeside(a, "third").pipeline();
  await restored.sync();
  const slots = { shop: { resources: { orders: { n: 1 }, users: { n: 1 } } } };
  expect(restored.state.sources).toEqual(slots);
  expect(first.state.sources).toEqual(slots);
  expect(Object.keys(restored.defaultSchema?.tables ?? {})).toEqual(expect.arrayContaining(["orders", "users"]));
  expect(await tables(restored)).toEqual(["orders", "users"]);
});

test("State: whoever goes on after a merge finds what the other did, and nobody counts a run twice", async () => {
  const [a, b] = twoMachines();
  const [first, second] = [a.pipeline(), b.pipeline()];
  await prepare(first, counted("orders"));
  await second.run(counted("users"));
  await first.load();
  await second.run(counted("orders"));
  await first.run(counted("users"));
  expect(await values(first, "SELECT run FROM orders ORDER BY run")).toEqual([1, 2]);
  expect(await values(first, "SELECT run FROM users ORDER BY run")).toEqual([1, 2]);
  expect(first.state.sources?.["shop"]?.resources).toEqual({ orders: { n: 2 }, users: { n: 2 } });
});

test("State: a merged state that would hide behind a newer load id gets one that is newer still, with a load record", async () => {
  const [a, b] = twoMachines();
  const [first, second] = [a.pipeline(), b.pipeline()];
  await prepare(first, counted("orders"));
  await prepare(second, counted("users"));
  // The package of `first` is the older one; it commits last.
  await second.load();
  const { loadIds } = await first.load();
  const rows = await query(
    first,
    "SELECT s._dlt_load_id, l.status FROM _dlt_pipeline_state s JOIN _dlt_loads l ON l.load_id = s._dlt_load_id ORDER BY 1",
  );
  expect(rows).toHaveLength(2);
  expect(rows[1]!["_dlt_load_id"]).not.toBe(loadIds[0]);
  expect(await values(first, "SELECT count(*) FROM _dlt_loads")).toEqual([3]);
});

test("State: one slot that both changed is a conflict that names it; given up and run again it goes on from the other", async () => {
  const [a, b] = twoMachines();
  const [first, second] = [a.pipeline(), b.pipeline()];
  await prepare(first, counted("orders"));
  await second.run(counted("orders"));
  const error = await failure(() => first.load());
  expect(error).toBeInstanceOf(StateConflictError);
  expect(error).toMatchObject({ code: "state-conflict", path: "sources.shop.resources.orders" });
  expect(await values(second, "SELECT run FROM orders")).toEqual([1]);

  await first.abortPackages();
  await first.run(counted("orders"));
  expect(await values(first, "SELECT run FROM orders ORDER BY run")).toEqual([1, 2]);
});

test("columns that both add to one table are all there", async () => {
  const [a, b] = twoMachines();
  const [first, second] = [a.pipeline(), b.pipeline()];
  await prepare(first, [{ id: 1, name: "Ada", tags: ["x"] }]);
  await prepare(second, [{ id: 2, born: 1906, pets: [{ name: "Rex" }] }]);
  await second.load();
  await first.load();
  expect(await query(first, "SELECT id, name, born FROM people ORDER BY id")).toEqual([
    { id: 1, name: "Ada", born: null },
    { id: 2, name: null, born: 1906 },
  ]);
  const restored = machineBeside(a, "third").pipeline();
  await restored.run([{ id: 3, name: "Grace", born: 1906 }], { tableName: "people" });
  expect(await values(restored, "SELECT count(*) FROM people WHERE name IS NOT NULL AND born IS NOT NULL")).toEqual([1]);
  expect(await tables(restored)).toEqual(["people", "people__pets", "people__tags"]);
});

test("a column that both add with different types fails the later one before anything is stored", async () => {
  const [a, b] = twoMachines();
  const [first, second] = [a.pipeline(), b.pipeline()];
  await prepare(first, [{ id: 1, size: "large" }]);
  await prepare(second, [{ id: 2, size: 12 }]);
  await second.load();
  expect(await failure(() => first.load())).toBeInstanceOf(TypeConflictError);
  expect(await values(first, "SELECT id FROM people")).toEqual([2]);

  await first.abortPackages();
  await first.run([{ id: 1, size: "large" }], { tableName: "people" });
  expect(await query(first, "SELECT size, size__v_text FROM people ORDER BY id")).toEqual([
    { size: null, size__v_text: "large" },
    { size: 12, size__v_text: null },
  ]);
});

test("several packages that wait are loaded one after the other over the head of another machine", async () => {
  const [a, b] = twoMachines();
  const [first, second] = [a.pipeline(), b.pipeline()];
  await first.extract(counted("orders"));
  await first.extract(counted("orders"));
  await second.run(counted("users"));
  await first.run();
  const restored = machineBeside(a, "third").pipeline();
  await restored.sync();
  expect(restored.state.sources?.["shop"]?.resources).toEqual({ orders: { n: 2 }, users: { n: 1 } });
  expect(first.state.sources).toEqual(restored.state.sources);
});

test("State: pipelines of one process that commit at the same moment keep each other's slots and tables", async () => {
  const first = machine();
  const names = ["a", "b", "c", "d", "e", "f"];
  const pipelines = names.map((name) => machineBeside(first, name).pipeline());
  for (const [index, p] of pipelines.entries()) await prepare(p, counted(names[index]!));
  await Promise.all(pipelines.map((p) => p.load()));
  const restored = machineBeside(first, "restored").pipeline();
  await restored.sync();
  expect(restored.state.sources?.["shop"]?.resources).toEqual(Object.fromEntries(names.map((name) => [name, { n: 1 }])));
  expect(Object.keys(restored.defaultSchema?.tables ?? {})).toEqual(expect.arrayContaining(names));
});

test("State: a resource that only looked at its empty state does not stand against one that filled it", async () => {
  const [a, b] = twoMachines();
  const [first, second] = [a.pipeline(), b.pipeline()];
  const looking = source("shop", () => [
    resource("orders", function* ({ state }: ResourceContext<Count>) {
      yield { run: state.n ?? 0 };
    }),
  ])();
  await prepare(first, looking);
  await second.run(counted("orders"));
  await first.load();
  expect(first.state.sources?.["shop"]?.resources).toEqual({ orders: { n: 1 } });
});

test.each([
  ["the one that waits has other tables", "refreshes first"],
  ["the refresh waits", "refreshes last"],
])("a table that one machine makes again with another type is no conflict when %s", async (_, order) => {
  const [a, b] = twoMachines();
  const [first, second] = [a.pipeline(), b.pipeline()];
  await first.run([{ id: 1 }], { tableName: "people" });
  await second.sync();
  const refresh = { tableName: "people", refresh: "drop_resources" } as const;
  if (order === "refreshes first") {
    await prepare(second, counted("orders"));
    await first.run([{ id: "one" }], refresh);
    await second.load();
  } else {
    await first.extract([{ id: "one" }], refresh);
    await first.normalize();
    await second.run(counted("orders"));
    await first.load();
  }
  expect(await values(first, "SELECT id FROM people")).toEqual(["one"]);
  const restored = machineBeside(a, "third").pipeline();
  await restored.sync();
  expect(restored.schemas["shop"]?.tables["people"]?.columns["id"]?.data_type).toBe("text");
  expect(await tables(restored)).toEqual(["orders", "people"]);
});

test("State: a drop that meets a commit of another machine is done, or given up and can be repeated", async () => {
  const [a, b] = twoMachines();
  const second = b.pipeline();
  await a.pipeline().run(counted("orders"));
  await second.extract(counted("orders"));
  await second.normalize();
  let meeting: Promise<unknown> | undefined;
  // Between the sync of the drop and its commit.
  const dropping = a.pipeline({
    onEvent: (event) => {
      if (event.type === "step-completed" && event.step === "sync") meeting = second.load().catch((error: unknown) => error);
    },
  });
  const failed = await failure(async () => {
    await dropping.drop("orders");
    throw new Error("dropped");
  });
  await meeting;
  if (String(failed) !== "Error: dropped") expect(String(failed)).toContain("Drop it again");
  expect(a.pipeline().hasPendingData).toBe(false);
  await second.abortPackages();
  await a.pipeline().drop("orders");
  await a.pipeline().run(counted("orders"));
  expect(await values(second, "SELECT run FROM orders")).toEqual([1]);
});

test("State: what changed here while it was not stored, and elsewhere too, is a conflict that says how to go on", async () => {
  const [a, b] = twoMachines();
  await a.pipeline().run(counted("orders"));
  await a.pipeline({ restoreFromDestination: false }).run(counted("orders"));
  for (let run = 0; run < 2; run += 1) await b.pipeline().run(counted("orders"));
  const error = await failure(() => a.pipeline().run(counted("users")));
  expect(error).toMatchObject({ code: "state-conflict", path: "sources.shop.resources.orders" });
  expect(String(error)).toContain("leat pipeline NAME sync");
});

function twoMachines(): [Machine, Machine] {
  const first = machine();
  return [first, machineBeside(first, "other")];
}

/** The same database, a working directory of its own. */
function machineBeside(other: Machine, name: string): Machine {
  const pipelinesDir = join(other.dir, name);
  return { ...other, pipeline: (options = {}) => other.pipeline({ pipelinesDir, ...options }) };
}

async function prepare(p: Pipeline, data: Parameters<Pipeline["extract"]>[0]): Promise<void> {
  await p.extract(data as never, Array.isArray(data) ? { tableName: "people" } : {});
  await p.normalize();
}

test.each(["load:after-commit", "load:jobs-completed", "load:before-move", "load:before-state-saved"] as const)(
  "State: a run that ends at %s, after its state was merged, is gone on with exactly once",
  async (point) => {
    const [a, b] = twoMachines();
    const [first, second] = [a.pipeline(), b.pipeline()];
    await prepare(first, counted("orders"));
    await second.run(counted("users"));
    await endingAt(point, () => first.load());

    await a.pipeline().run(counted("orders"));
    await b.pipeline().run(counted("users"));
    expect(await values(first, "SELECT run FROM orders ORDER BY run")).toEqual([1, 2]);
    const restored = machineBeside(a, "third").pipeline();
    await restored.sync();
    expect(restored.state.sources?.["shop"]?.resources).toEqual({ orders: { n: 2 }, users: { n: 2 } });
    expect(a.pipeline().state.sources).toEqual({ shop: { resources: { orders: { n: 2 }, users: { n: 1 } } } });
  },
);

/** As if the process had ended there. */
async function endingAt(point: CrashPoint, work: () => Promise<unknown>): Promise<void> {
  onCrashPoint((name) => {
    if (name === point) throw new Error(`ended at ${point}`);
  });
  try {
    await expect(work()).rejects.toThrow(`ended at ${point}`);
  } finally {
    onCrashPoint(undefined);
  }
}
