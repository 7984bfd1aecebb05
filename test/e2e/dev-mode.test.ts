import { describe, expect, test } from "vitest";
import { current, type PipelineEvent, type PipelineOptions, type ResourceContext, resource } from "../../src/index.ts";
import { onDuckDb, testDestinations } from "../destinations.ts";
import { failure } from "./local-pipeline.ts";
import { column, machineOn, userTables } from "./machines.ts";

const dev: PipelineOptions = { devMode: true };

const counter = resource("counter", function* ({ state }: ResourceContext<{ n?: number }>) {
  state.n = (state.n ?? 0) + 1;
  yield { n: state.n };
});

const datasets = async (machine: Parameters<typeof column>[0]): Promise<unknown[]> =>
  await column(machine, "SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE 'shop%' ORDER BY 1");

describe.each(testDestinations)("on $name", (destination) => {
  test("S42 dev mode gives every run a dataset of its own and an empty state, also two runs in one second", async () => {
    const machine = await machineOn(destination);
    const p = machine.pipeline(dev);
    const firstRuns: boolean[] = [];
    const names: string[] = [];
    for (let run = 0; run < 3; run += 1) {
      const info = await p.run(counter);
      firstRuns.push(info.firstRun);
      expect(info.datasetName).toBe(p.datasetName);
      names.push(p.datasetName);
    }
    expect(names.every((name) => /^shop_data_\d{14}$/.test(name))).toBe(true);
    expect(new Set(names).size).toBe(3);
    expect(await datasets(machine)).toEqual([...names].sort());
    for (const name of names) expect(await column(machine, `SELECT n FROM ${name}.counter`)).toEqual([1]);
    expect(firstRuns).toEqual([true, true, true]);
    expect(p.state.sources?.["shop"]?.resources).toEqual({ counter: { n: 1 } });
    expect(p.state._local?.["_dev_mode"]).toBe(true);
    expect(p.state.dataset_name).toBe(p.datasetName);
  });

  test("S42 the name is the time in UTC, and objects, processes and machines never share one", async () => {
    const machine = await machineOn(destination);
    const before = Date.now();
    for (let run = 0; run < 2; run += 1) await machine.pipeline(dev).run(counter);
    machine.wipe();
    await machine.pipeline(dev).run(counter);
    const found = (await datasets(machine)) as string[];
    expect(found).toHaveLength(3);
    const [first] = found;
    const [, year, month, day, hours, minutes, seconds] = /_(....)(..)(..)(..)(..)(..)$/.exec(first!)!;
    const at = Date.parse(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`);
    expect(at).toBeGreaterThanOrEqual(before - 1000);
    expect(at).toBeLessThanOrEqual(Date.now());
  });

  test("datasetName and sqlClient() mean the last run, also within it, and for another object", async () => {
    const machine = await machineOn(destination);
    const p = machine.pipeline(dev);
    expect(p.datasetName).toBe("shop_data");
    const seen: string[] = [];
    const looking = resource("looking", function* () {
      seen.push(current.pipeline().datasetName);
      yield { n: seen.length };
    });
    for (let run = 1; run <= 2; run += 1) {
      await p.run(looking);
      expect(seen.at(-1)).toBe(p.datasetName);
      await using client = p.sqlClient();
      expect(await client.query("SELECT n FROM looking")).toEqual([{ n: run }]);
    }
    const other = machine.pipeline(dev);
    expect(other.datasetName).toBe(p.datasetName);
    await using client = other.sqlClient();
    expect(await client.query("SELECT n FROM looking")).toEqual([{ n: 2 }]);
  });

  test("the three steps of a run load into one dataset, also when several extracts come before the load", async () => {
    const machine = await machineOn(destination);
    const p = machine.pipeline(dev);
    await p.extract(counter);
    const name = p.datasetName;
    await p.extract(counter);
    expect(p.datasetName).toBe(name);
    // In other processes.
    await machine.pipeline(dev).normalize();
    await machine.pipeline(dev).load();
    expect(await datasets(machine)).toEqual([name]);
    expect(await column(machine, `SELECT n FROM ${name}.counter ORDER BY n`)).toEqual([1, 2]);
    await p.extract(counter);
    expect(p.datasetName).not.toBe(name);
  });

  test("nothing is left of a run that failed: the next one begins anew, run() without data finishes it", async () => {
    const machine = await machineOn(destination);
    await failure(() => machine.pipeline({ ...dev, onEvent: failing("load") }).run(counter));
    const failed = machine.pipeline(dev);
    const name = failed.datasetName;
    await failed.run();
    expect(await datasets(machine)).toEqual([name]);
    await failure(() => machine.pipeline({ ...dev, onEvent: failing("load") }).run(counter));
    const p = machine.pipeline(dev);
    await p.run(counter);
    expect(p.hasPendingData).toBe(false);
    expect(await column(machine, `SELECT n FROM ${p.datasetName}.counter`)).toEqual([1]);
    expect(await datasets(machine)).toEqual([name, p.datasetName]);
  });

  test("the pipeline itself goes on from its own dataset after a run in dev mode, and packages of that run never get there", async () => {
    const machine = await machineOn(destination);
    await machine.pipeline().run(counter);
    await failure(() => machine.pipeline({ ...dev, onEvent: failing("load") }).run(counter));
    const p = machine.pipeline();
    await p.run(counter);
    expect(p.datasetName).toBe("shop_data");
    expect(await column(machine, "SELECT n FROM shop_data.counter ORDER BY n")).toEqual([1, 2]);
    expect(p.state._local?.["_dev_mode"]).not.toBe(true);
    expect(await datasets(machine)).toEqual(["shop_data"]);
  });

  test("S41 a dataset that was dropped makes the next run a first run: state and schemas of this machine are forgotten", async () => {
    const machine = await machineOn(destination);
    await machine.pipeline().run(counter);
    await machine.pipeline().run([{ id: 1 }], { tableName: "old" });
    await machine.database.query("DROP SCHEMA shop_data CASCADE");
    const p = machine.pipeline();
    const info = await p.run(counter);
    expect(info.firstRun).toBe(true);
    expect(await column(machine, "SELECT n FROM shop_data.counter")).toEqual([1]);
    expect(await userTables(machine)).toEqual(["counter"]);
    expect(Object.keys(p.defaultSchema?.tables ?? {}).sort()).toEqual(["_dlt_loads", "_dlt_pipeline_state", "_dlt_version", "counter"]);
  });

  test("S37 firstRun is true until a load succeeded, then false, also after a restore", async () => {
    const machine = await machineOn(destination);
    const p = machine.pipeline();
    const seen: boolean[] = [];
    const looking = resource("looking", function* () {
      seen.push(current.pipeline().firstRun);
      yield { n: 1 };
    });
    expect(p.firstRun).toBe(true);
    await failure(() => machine.pipeline({ onEvent: failing("load") }).run(looking));
    expect(p.firstRun).toBe(true);
    expect((await p.run(looking)).firstRun).toBe(true);
    expect(p.firstRun).toBe(false);
    machine.wipe();
    const restored = machine.pipeline();
    expect(restored.firstRun).toBe(true);
    expect((await restored.run(looking)).firstRun).toBe(false);
    // The second run loads what waits and extracts in one run: for its resources it is still the first.
    expect(seen).toEqual([true, false, false]);
  });
});

describe("dev mode", () => {
  test("asks the destination for no state and stores it all the same", async () => {
    const machine = await machineOn(onDuckDb);
    const p = machine.pipeline(dev);
    await p.run(counter);
    expect(await column(machine, `SELECT version FROM ${p.datasetName}._dlt_pipeline_state`)).toEqual([1]);
  });

  test.each([["shop_", /^shop_\d{14}$/] as const, ["shop_20200101000000", /^shop_20200101000000_\d{14}$/] as const])(
    "a dataset named `%s` gets one underscore before the time",
    async (datasetName, expected) => {
      const machine = await machineOn(onDuckDb);
      const p = machine.pipeline({ ...dev, datasetName });
      await p.run(counter);
      const first = p.datasetName;
      await machine.pipeline({ ...dev, datasetName }).run(counter);
      expect(await datasets(machine)).toEqual([first, p.datasetName]);
      expect(first).toMatch(expected);
    },
  );
});

function failing(step: string): (event: PipelineEvent) => void {
  return (event) => {
    if (event.type === "step-started" && event.step === step) throw new Error("the plug was pulled");
  };
}
