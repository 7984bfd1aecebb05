import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  ConfigError,
  current,
  type DropOptions,
  PackagePendingError,
  type Pipeline,
  type PipelineEvent,
  type ResourceContext,
  resource,
  type Source,
  source,
} from "../../src/index.ts";
import { onDuckDb, testDestinations } from "../destinations.ts";
import { failure } from "./local-pipeline.ts";
import { column, machineOn, userTables } from "./machines.ts";

interface Counter {
  n?: number;
}

/** Every run appends one more row to every table; the states count the runs. */
function shop(name = "shop"): Source {
  const counted = (table: string, row: (n: number) => object) =>
    resource(`${name}_${table}`, function* ({ state }: ResourceContext<Counter>) {
      state.n = (state.n ?? 0) + 1;
      yield row(state.n);
    });
  return source(name, () => [
    counted("users", (n) => ({ n, emails: [{ address: `${n}@example.org` }] })),
    counted("orders", (n) => {
      const shared = current.sourceState<{ archives?: number[]; page?: { last: number } }>();
      (shared.archives ??= []).push(n);
      shared.page = { last: n };
      return { n };
    }),
  ])();
}

const numbers = async (machine: Parameters<typeof column>[0], table: string): Promise<unknown[]> =>
  await column(machine, `SELECT n FROM shop_data.${table} ORDER BY n`);

describe.each(testDestinations)("on $name", (destination) => {
  test("S43 drop of everything removes the tables and the state of one source: its schema has one new version, another source keeps all", async () => {
    const machine = await machineOn(destination);
    const p = machine.pipeline();
    await p.run([shop("a"), shop("b")]);

    const info = await p.drop({ dropAll: true });

    expect(info).toEqual({
      schemaName: "a",
      tables: ["a_orders", "a_users__emails", "a_users"],
      resources: ["a_users", "a_orders"],
      statePaths: [],
      isDryRun: false,
    });
    expect(await userTables(machine)).toEqual(["b_orders", "b_users", "b_users__emails"]);
    expect(p.state.sources?.["a"]).toEqual({ resources: {}, archives: [1], page: { last: 1 } });
    expect(p.state.sources?.["b"]?.resources).toEqual({ b_users: { n: 1 }, b_orders: { n: 1 } });
    const versions = await column(machine, "SELECT version_hash FROM shop_data._dlt_version WHERE schema_name = 'a'");
    expect(versions).toEqual([p.schemas["a"]?.version_hash]);
    await p.run([shop("a"), shop("b")]);
    expect(await numbers(machine, "a_users")).toEqual([1]);
    expect(await numbers(machine, "b_users")).toEqual([1, 2]);
  });

  test("S44 drop of a resource removes its tables and its state: the next run loads it from the start, and goes on with the others", async () => {
    const machine = await machineOn(destination);
    const p = machine.pipeline();
    await p.run(shop());

    expect(await p.drop("shop_users")).toMatchObject({ tables: ["shop_users__emails", "shop_users"], resources: ["shop_users"] });

    expect(await userTables(machine)).toEqual(["shop_orders"]);
    expect(Object.keys(p.defaultSchema?.tables ?? {}).filter((name) => !name.startsWith("_dlt"))).toEqual(["shop_orders"]);
    await machine.pipeline().run(shop());
    expect(await numbers(machine, "shop_users")).toEqual([1]);
    expect(await numbers(machine, "shop_orders")).toEqual([1, 2]);
    expect(await column(machine, "SELECT address FROM shop_data.shop_users__emails")).toEqual(["1@example.org"]);
  });

  test("S44 a pattern drops the resources whose names begin with it", async () => {
    const machine = await machineOn(destination);
    const p = machine.pipeline();
    await p.run([shop("a"), shop("b")]);
    // Anywhere in the name would be all of them.
    expect(await p.drop(["re:users"], { schema: "b", dryRun: true })).toMatchObject({ tables: [], resources: [] });
    expect(await p.drop(["re:b_u", "b_orders"], { schema: "b" })).toMatchObject({ schemaName: "b", resources: ["b_users", "b_orders"] });
    expect(await userTables(machine)).toEqual(["a_orders", "a_users", "a_users__emails"]);
  });

  test("S45 drop of state paths removes what they find in the state of the source, and no table", async () => {
    const machine = await machineOn(destination);
    const p = machine.pipeline();
    await p.run(shop());
    await p.run(shop());

    expect(await p.drop({ statePaths: ["$.archives[0]", "page.last", "resources.shop_users"] })).toEqual({
      schemaName: "shop",
      tables: [],
      resources: [],
      statePaths: ["shop.archives[0]", "shop.page.last", "shop.resources.shop_users"],
      isDryRun: false,
    });

    const left = { archives: [2], page: {}, resources: { shop_orders: { n: 2 } } };
    expect(p.state.sources?.["shop"]).toEqual(left);
    expect(await numbers(machine, "shop_users")).toEqual([1, 2]);
    machine.wipe();
    const restored = machine.pipeline();
    await restored.sync();
    expect(restored.state.sources?.["shop"]).toEqual(left);
  });

  test("S45 drop of the state only keeps the tables", async () => {
    const machine = await machineOn(destination);
    const p = machine.pipeline();
    await p.run(shop());
    await p.drop({ dropAll: true, stateOnly: true });
    expect(p.state.sources?.["shop"]?.resources).toEqual({});
    await p.run(shop());
    expect(await numbers(machine, "shop_users")).toEqual([1, 1]);
  });

  test("a dry run says what would go, and nothing goes", async () => {
    const machine = await machineOn(destination);
    const p = machine.pipeline();
    await p.run(shop());
    const before = await evidence(machine, p);
    expect(await p.drop(["shop_users"], { statePaths: "*", dryRun: true })).toEqual({
      schemaName: "shop",
      tables: ["shop_users__emails", "shop_users"],
      resources: ["shop_users"],
      statePaths: ["shop.archives", "shop.page"],
      isDryRun: true,
    });
    expect(await evidence(machine, p)).toEqual(before);
  });

  test("on a machine without a copy of the pipeline takes the state from the destination first", async () => {
    const machine = await machineOn(destination);
    await machine.pipeline().run(shop());
    machine.wipe();
    const p = machine.pipeline();
    await p.drop("shop_users");
    expect(p.state.sources?.["shop"]?.resources).toEqual({ shop_orders: { n: 1 } });
    await p.run(shop());
    expect(await numbers(machine, "shop_users")).toEqual([1]);
    expect(await numbers(machine, "shop_orders")).toEqual([1, 2]);
  });

  test("what another machine drops is gone here too, in state, schema and data", async () => {
    const here = await machineOn(destination);
    const there = await machineOn(destination, here);
    const p = here.pipeline();
    await p.run(shop());
    await there.pipeline().drop("shop_users");
    await p.run(shop());
    expect(await numbers(here, "shop_users")).toEqual([1]);
    expect(await numbers(here, "shop_orders")).toEqual([1, 2]);
  });

  test("a drop and a run of another resource, on two machines at once, both count, whoever commits first", async () => {
    const here = await machineOn(destination);
    const there = await machineOn(destination, here);
    const orders = (): Source => shop().withResources("shop_orders" as never);
    await here.pipeline().run(shop());
    // The run waits while the drop commits.
    const running = there.pipeline();
    await running.extract(orders());
    await here.pipeline().drop("shop_users");
    await running.run();
    expect(await userTables(here)).toEqual(["shop_orders"]);
    expect(running.state.sources?.["shop"]?.resources).toEqual({ shop_orders: { n: 2 } });
    expect(Object.keys(running.defaultSchema?.tables ?? {})).not.toContain("shop_users");
    // The drop waits while the run commits.
    await here.pipeline().run(shop());
    await failure(() => here.pipeline({ onEvent: failing("load") }).drop("shop_users"));
    await running.run(orders());
    const dropping = here.pipeline();
    await dropping.run();
    expect(await userTables(here)).toEqual(["shop_orders"]);
    expect(dropping.state.sources?.["shop"]?.resources).toEqual({ shop_orders: { n: 4 } });
    await running.run(shop());
    expect(await numbers(here, "shop_users")).toEqual([1]);
    expect(await numbers(here, "shop_orders")).toEqual([1, 2, 3, 4, 5]);
  });

  test("refuses while packages wait, and says how to go on", async () => {
    const machine = await machineOn(destination);
    const p = machine.pipeline();
    await p.run(shop());
    const { loadIds } = await p.extract(shop());
    for (const options of [{}, { dryRun: true }]) {
      const error = await failure(() => p.drop("shop_users", options));
      expect(error).toBeInstanceOf(PackagePendingError);
      expect(error).toMatchObject({ code: "package-pending", loadIds, exitCode: 6 });
      expect((error as Error).message).toContain("abortPackages()");
    }
    await p.run();
    await p.drop("shop_users");
    expect(await userTables(machine)).toEqual(["shop_orders"]);
  });

  test.each(["normalize", "load"] as const)("a drop that fails in %s waits as a package: the next run finishes it first", async (step) => {
    const machine = await machineOn(destination);
    await machine.pipeline().run(shop());
    await failure(() => machine.pipeline({ onEvent: failing(step) }).drop("shop_users"));

    const p = machine.pipeline();
    expect(p.hasPendingData).toBe(true);
    expect(await userTables(machine)).toEqual(["shop_orders", "shop_users", "shop_users__emails"]);
    await p.run(shop());
    expect(await numbers(machine, "shop_users")).toEqual([1]);
    expect(await numbers(machine, "shop_orders")).toEqual([1, 2]);
  });

  test("a drop that waits is given up by abortPackages(), with its state and schema", async () => {
    const machine = await machineOn(destination);
    const p = machine.pipeline();
    await p.run(shop());
    const before = { state: p.state.sources, schema: p.defaultSchema };
    await failure(() => machine.pipeline({ onEvent: failing("load") }).drop("shop_users", { statePaths: "*" }));
    await p.abortPackages();
    expect({ state: p.state.sources, schema: p.defaultSchema }).toEqual(before);
    await p.run(shop());
    expect(await numbers(machine, "shop_users")).toEqual([1, 2]);
  });

  test("drops what is in the destination also where the dataset lacks the tables", async () => {
    const machine = await machineOn(destination);
    const p = machine.pipeline();
    await p.run(shop());
    await machine.database.query("DROP TABLE shop_data.shop_users__emails");
    await p.drop("shop_users");
    expect(await userTables(machine)).toEqual(["shop_orders"]);
  });

  test("what matches nothing is a warning, and nothing asked for writes nothing", async () => {
    const machine = await machineOn(destination);
    const events: PipelineEvent[] = [];
    const p = machine.pipeline({ onEvent: (event) => void events.push(event) });
    await p.run(shop());
    await p.drop(["nope", "shop_users"], { statePaths: ["neither"], dryRun: true });
    expect(events.filter((event) => event.type === "warning").map((event) => event.message)).toEqual([
      "`nope` matches no resource with tables or state in schema `shop`. It has `shop_users`, `shop_orders`.",
      "State path `neither` finds nothing in the state of source `shop`.",
    ]);
    const before = await evidence(machine, p);
    expect(await p.drop([])).toMatchObject({ tables: [], resources: [], statePaths: [] });
    expect(await evidence(machine, p)).toEqual(before);
  });

  test("without a state in the destination drops tables and the local state", async () => {
    const machine = await machineOn(destination);
    const p = machine.pipeline({ restoreFromDestination: false });
    await p.run(shop());
    await p.drop("shop_users");
    expect(p.state.sources?.["shop"]?.resources).toEqual({ shop_orders: { n: 1 } });
    await p.drop({ dropAll: true, stateOnly: true });
    await p.run(shop());
    expect(await numbers(machine, "shop_users")).toEqual([1]);
    expect(await numbers(machine, "shop_orders")).toEqual([1, 1]);
  });
});

describe("arguments of drop()", () => {
  test("a pipeline that never ran has nothing to drop, and no database is made for it", async () => {
    const machine = await machineOn(onDuckDb);
    expect(await failure(() => machine.pipeline().drop({ dropAll: true }))).toMatchObject({ code: "connection" });
    expect(existsSync(machine.database.url)).toBe(false);
    await machine.pipeline({ name: "other" }).run(shop());
    const error = await failure(() => machine.pipeline().drop({ dropAll: true }));
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toContain("never ran");
  });

  test.each<[string, string | string[] | DropOptions, DropOptions | undefined, RegExp]>([
    ["an unknown schema", "shop_users", { schema: "crm" }, /no schema `crm`. It has `shop`/],
    ["a pattern that is none", "re:(", undefined, /`re:\(` is not a valid pattern/],
    ["a path that is none", { statePaths: "a..b" }, undefined, /"a..b" is no path/],
    ["an unknown option", "shop_users", { dryrun: true } as DropOptions, /dryrun/],
    ["an empty name", "", undefined, /not empty/],
    ["something else", [7 as never], undefined, /as texts/],
  ])("%s is refused, and nothing is changed", async (_, first, second, message) => {
    const machine = await machineOn(onDuckDb);
    const p = machine.pipeline();
    await p.run(shop());
    const before = await evidence(machine, p);
    const error = await failure(() => p.drop(first as string, second));
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toMatch(message);
    expect(await evidence(machine, p)).toEqual(before);
  });
});

/** Everything that a drop could change. */
async function evidence(machine: Parameters<typeof column>[0], p: Pipeline): Promise<unknown> {
  return {
    state: p.state,
    schemas: p.schemas,
    tables: await userTables(machine),
    loads: await column(machine, "SELECT load_id FROM shop_data._dlt_loads ORDER BY 1"),
    packages: (await p.listPackages()).map(({ loadId }) => loadId),
  };
}

function failing(step: string): (event: PipelineEvent) => void {
  return (event) => {
    if (event.type === "step-started" && event.step === step) throw new Error("the plug was pulled");
  };
}
