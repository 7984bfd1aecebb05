import { cpSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  ConfigError,
  current,
  PackagePendingError,
  type PipelineEvent,
  type Refresh,
  type ResourceContext,
  resource,
  type Source,
  source,
  transformer,
} from "../../src/index.ts";
import { onDuckDb, testDestinations } from "../destinations.ts";
import { failure } from "./local-pipeline.ts";
import { column, machineOn, userTables } from "./machines.ts";

type Machine = Parameters<typeof column>[0];

interface Counter {
  n?: number;
}

interface Faults {
  /** Throws after the first row. */
  readonly extract?: boolean;
  /** Yields nothing. */
  readonly silent?: boolean;
}

/** Every run appends one more row; the states count the runs. */
function shop(name = "shop", faults: Faults = {}): Source {
  const counted = (table: string) =>
    resource(`${name}_${table}`, function* ({ state }: ResourceContext<Counter>) {
      state.n = (state.n ?? 0) + 1;
      const shared = current.sourceState<{ runs?: number }>();
      shared.runs = (shared.runs ?? 0) + 1;
      if (faults.silent) return;
      yield { n: state.n, tags: [{ tag: state.n }] };
      if (faults.extract) throw new Error("the source is down");
    });
  return source(name, () => [counted("users"), counted("orders")])();
}

const users = (faults: Faults = {}): Source => shop("shop", faults).withResources("shop_users" as never);

const numbers = async (machine: Machine, table: string): Promise<unknown[]> =>
  await column(machine, `SELECT n FROM shop_data.${table} ORDER BY n`);

const modes: readonly Refresh[] = ["drop_sources", "drop_resources", "drop_data"];

describe.each(testDestinations)("on $name", (destination) => {
  test.each([
    ["drop_sources", { users: [1], orders: undefined, runs: 1 }],
    ["drop_resources", { users: [1], orders: [1, 2], runs: 5 }],
    ["drop_data", { users: [1], orders: [1, 2], runs: 5 }],
  ] as const)("%s starts over what it says, and nothing else", async (refresh, expected) => {
    const machine = await machineOn(destination);
    const p = machine.pipeline();
    await p.run(shop());
    await p.run(shop());

    await p.run(users(), { refresh });

    expect(await numbers(machine, "shop_users")).toEqual(expected.users);
    expect(await column(machine, "SELECT tag FROM shop_data.shop_users__tags")).toEqual([1]);
    expect((await userTables(machine)).includes("shop_orders")).toBe(expected.orders !== undefined);
    if (expected.orders !== undefined) expect(await numbers(machine, "shop_orders")).toEqual(expected.orders);
    expect(p.state.sources?.["shop"]?.["runs"]).toBe(expected.runs);
    await p.run(users());
    expect(await numbers(machine, "shop_users")).toEqual([1, 2]);
  });

  test.each(modes)("%s: a failed extract leaves tables, state and schemas as they were", async (refresh) => {
    const machine = await machineOn(destination);
    const p = machine.pipeline();
    await p.run(shop());
    const before = { state: p.state, schemas: p.schemas, tables: await userTables(machine) };
    await failure(() => p.run(shop("shop", { extract: true }), { refresh }));
    expect(p.hasPendingData).toBe(false);
    expect({ state: p.state, schemas: p.schemas, tables: await userTables(machine) }).toEqual(before);
    await p.run(shop());
    expect(await numbers(machine, "shop_users")).toEqual([1, 2]);
  });

  test.each(modes)("%s: a failed normalize leaves the destination as it was; abortPackages() goes back to before", async (refresh) => {
    const machine = await machineOn(destination);
    const p = machine.pipeline();
    await p.run(shop());
    const before = { sources: p.state.sources, schemas: p.schemas };
    await failure(() => machine.pipeline({ onEvent: failing("normalize") }).run(shop(), { refresh }));
    expect(p.hasPendingData).toBe(true);
    expect(await numbers(machine, "shop_users")).toEqual([1]);
    await p.abortPackages();
    expect({ sources: p.state.sources, schemas: p.schemas }).toEqual(before);
    await p.run(shop());
    expect(await numbers(machine, "shop_users")).toEqual([1, 2]);
  });

  test.each(modes)("%s: a package that waits is finished by the next run, refresh and all", async (refresh) => {
    const machine = await machineOn(destination);
    await machine.pipeline().run(shop());
    await failure(() => machine.pipeline({ onEvent: failing("load") }).run(shop(), { refresh }));
    expect(await numbers(machine, "shop_users")).toEqual([1]);
    await machine.pipeline().run(shop());
    expect(await numbers(machine, "shop_users")).toEqual([1, 2]);
    expect(await numbers(machine, "shop_orders")).toEqual([1, 2]);
  });

  test.each([
    ["drop_sources", [], { n: 1 }],
    ["drop_resources", ["shop_orders", "shop_orders__tags"], { n: 1 }],
    ["drop_data", ["shop_orders", "shop_orders__tags", "shop_users", "shop_users__tags"], { n: 1 }],
  ] as const)("%s of a resource without rows drops all the same", async (refresh, tables, state) => {
    const machine = await machineOn(destination);
    const p = machine.pipeline();
    await p.run(shop());
    await p.run(shop());
    const info = await p.run(users({ silent: true }), { refresh });
    expect(info.loadIds).toHaveLength(1);
    expect(await userTables(machine)).toEqual(tables);
    if (refresh === "drop_data") expect(await numbers(machine, "shop_users")).toEqual([]);
    expect(p.state.sources?.["shop"]?.resources?.["shop_users"]).toEqual(state);
  });

  test("drop_sources of several sources starts over each of them, and no other", async () => {
    const machine = await machineOn(destination);
    const p = machine.pipeline();
    await p.run([shop("a"), shop("b"), shop("c")]);
    await p.run([shop("a"), shop("b")], { refresh: "drop_sources" });
    await p.run([shop("a"), shop("b"), shop("c")]);
    expect(await numbers(machine, "a_users")).toEqual([1, 2]);
    expect(await numbers(machine, "b_orders")).toEqual([1, 2]);
    expect(await numbers(machine, "c_users")).toEqual([1, 2]);
  });

  test("a source that never ran has nothing to drop, and is loaded", async () => {
    const machine = await machineOn(destination);
    const p = machine.pipeline();
    await p.run(shop("a"));
    await p.run([shop("a"), shop("b")], { refresh: "drop_resources" });
    expect(await numbers(machine, "a_users")).toEqual([1]);
    expect(await numbers(machine, "b_users")).toEqual([1]);
  });

  test("the parent of a transformer starts over with it, in state and table, also where only the transformer runs", async () => {
    const machine = await machineOn(destination);
    const p = machine.pipeline();
    const lists = (): Source => {
      const list = resource("list", function* ({ state }: ResourceContext<Counter>) {
        state.n = (state.n ?? 0) + 1;
        yield { n: state.n };
      });
      return source("lists", () => [list, transformer(list, "details", (row) => ({ n: row.n, detail: `no. ${row.n}` }))])();
    };
    await p.run(lists());
    await p.run(lists());
    await p.run(lists().withResources("details" as never), { refresh: "drop_resources" });
    expect(await userTables(machine)).toEqual(["details"]);
    expect(await numbers(machine, "details")).toEqual([1]);
    await p.run(lists());
    expect(await numbers(machine, "list")).toEqual([2]);
    expect(await numbers(machine, "details")).toEqual([1, 2]);
  });

  test("a table comes back as its rows are now", async () => {
    const machine = await machineOn(destination);
    const p = machine.pipeline();
    await p.run([{ id: 1, was: "text" }], { tableName: "things" });
    await p.run([{ id: 2, now: 5 }], { tableName: "things", refresh: "drop_resources" });
    expect(await machine.database.query("SELECT id, now FROM shop_data.things")).toEqual([{ id: 2, now: 5 }]);
    expect(Object.keys(p.defaultSchema?.tables["things"]?.columns ?? {})).toEqual(["id", "now", "_dlt_load_id", "_dlt_id"]);
  });

  test("as an option of the pipeline it holds for every run", async () => {
    const machine = await machineOn(destination);
    const p = machine.pipeline({ refresh: "drop_resources" });
    for (let time = 0; time < 3; time += 1) await p.run(shop());
    expect(await numbers(machine, "shop_users")).toEqual([1]);
  });

  test("another machine that knows the old schema and state goes on from the new ones", async () => {
    const here = await machineOn(destination);
    const there = await machineOn(destination, here);
    for (const machine of [here, there, here]) await machine.pipeline().run(shop());
    await here.pipeline().run(shop(), { refresh: "drop_sources" });
    const p = there.pipeline();
    await p.run(shop());
    expect(await numbers(here, "shop_users")).toEqual([1, 2]);
    expect(p.state.sources?.["shop"]?.["runs"]).toBe(4);
  });
});

describe("refresh", () => {
  test("waits for the packages of before: extract() says so, run() loads them first", async () => {
    const machine = await machineOn(onDuckDb);
    const p = machine.pipeline();
    await p.run(shop());
    await p.extract(shop());
    expect(await failure(() => p.extract(shop(), { refresh: "drop_data" }))).toBeInstanceOf(PackagePendingError);
    await p.run(shop(), { refresh: "drop_data" });
    expect(await numbers(machine, "shop_users")).toEqual([1]);
  });

  test("a source that starts over finds no state while it is built", async () => {
    const machine = await machineOn(onDuckDb);
    const seen: unknown[] = [];
    const pages = source("pages", ({ state }) => {
      seen.push({ ...state });
      return resource("page", function* () {
        current.sourceState()["last"] = 1;
        yield { n: 1 };
      });
    });
    const p = machine.pipeline();
    await p.run(pages());
    await p.run(pages());
    await p.run(pages(), { refresh: "drop_sources" });
    expect(seen.map((state) => (state as { last?: number }).last)).toEqual([undefined, 1, undefined]);
  });

  test("counts after a kill between the commit of its package and the writing of the local schema, whose version is higher", async () => {
    const machine = await machineOn(onDuckDb);
    const p = machine.pipeline();
    for (const row of [{ a: 1 }, { b: 1 }, { c: 1 }]) await p.run([row], { tableName: "things" });
    const copy = join(machine.dir, "copy");
    cpSync(p.workingDir, copy, { recursive: true });
    await p.extract([{ d: 1 }], { tableName: "things", refresh: "drop_sources" });
    for (const name of ["schemas", "state.json"]) cpSync(join(copy, name), join(p.workingDir, name), { recursive: true });
    await machine.pipeline().run();
    expect(Object.keys(p.defaultSchema?.tables["things"]?.columns ?? {})).toEqual(["d", "_dlt_load_id", "_dlt_id"]);
    expect(p.defaultSchema?.version).toBe(2);
    expect(await machine.database.query("SELECT * EXCLUDE (_dlt_load_id, _dlt_id) FROM shop_data.things")).toEqual([{ d: 1 }]);
  });

  test("says which other resources load into a table that starts over", async () => {
    const machine = await machineOn(onDuckDb);
    const warnings: string[] = [];
    const p = machine.pipeline({ onEvent: (event) => void (event.type === "warning" && warnings.push(event.message)) });
    const people = source("people", () =>
      ["users", "admins", "guests"].map((name) => resource(name, name === "guests" ? {} : { tableName: "people" }, [{ name }])),
    );
    await p.run(people(), { refresh: "drop_resources" });
    await p.run(people().withResources("users" as never), { refresh: "drop_sources" });
    await p.run(people().withResources("guests" as never), { refresh: "drop_data" });
    expect(warnings).toEqual([]);
    await p.run(people().withResources("users" as never), { refresh: "drop_resources" });
    expect(warnings).toEqual([
      "Table `people` of source `people` is also that of `admins`: refresh all of its resources together, else rows are lost or come twice.",
    ]);
  });

  test("another word is refused", async () => {
    const machine = await machineOn(onDuckDb);
    const error = await failure(() => machine.pipeline().run(shop(), { refresh: "drop_everything" as Refresh }));
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toContain('"drop_sources", "drop_resources", "drop_data"');
    expect(() => machine.pipeline({ refresh: "all" as Refresh })).toThrow(ConfigError);
  });
});

function failing(step: string): (event: PipelineEvent) => void {
  return (event) => {
    if (event.type === "step-started" && event.step === step) throw new Error("the plug was pulled");
  };
}
