import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { type Pipeline, type PipelineOptions, type ResourceContext, resource, source } from "../../src/index.ts";
import { type TestDatabase, testDestinations } from "../destinations.ts";
import { tempDir } from "../temp-dir.ts";
import { failure, type Machine, machine, query, tables, values } from "./local-pipeline.ts";

/** Yields the numbers that were not yielded before, up to `until`. */
const numbers = (until: number) =>
  resource("numbers", function* ({ state }: ResourceContext<{ last?: number }>) {
    for (let n = (state.last ?? 0) + 1; n <= until; n += 1) {
      state.last = n;
      yield { n };
    }
  });

const loaded = (p: Pipeline): Promise<unknown[]> => values(p, "SELECT n FROM numbers ORDER BY n");

/** A machine whose pipelines load into that database. */
function machineFor(database: TestDatabase): Machine {
  const local = machine();
  return { ...local, pipeline: (options) => local.pipeline({ destination: database.destination(), ...options }) };
}

describe.for(testDestinations)("State in $name", ({ create }) => {
  test("S6 is stored in the working directory too, when the extract ends; a half-written file does not count", async () => {
    const local = machineFor(await create());
    const p = local.pipeline();
    await p.extract(numbers(2));
    const path = join(p.workingDir, "state.json");
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ sources: { shop: { resources: { numbers: { last: 2 } } } } });
    writeFileSync(`${path}.tmp`, '{"_state_ver');
    await local.pipeline().run(numbers(3));
    expect(existsSync(`${path}.tmp`)).toBe(false);
    expect(await loaded(p)).toEqual([1, 2, 3]);
  });

  test("S7 is not that of a pipeline with another name, on the same dataset", async () => {
    const local = machineFor(await create());
    await local.pipeline().run(numbers(2));
    const other = local.pipeline({ name: "other" });
    expect(other.firstRun).toBe(true);
    await other.run(numbers(1));
    expect(other.state.sources).toEqual({ other: { resources: { numbers: { last: 1 } } } });
    expect(await loaded(other)).toEqual([1, 1, 2]);
    const p = local.pipeline();
    await p.run(numbers(3));
    expect(await loaded(p)).toEqual([1, 1, 2, 3]);
  });

  test("S17 is loaded along with the data: in one package, and neither without the other", async () => {
    const local = machineFor(await create());
    const failing = local.pipeline({
      onEvent: (event) => {
        if (event.type === "job-completed" && event.job.table === "numbers") throw new Error("killed between data and state");
      },
    });
    await expect(failing.run(numbers(2))).rejects.toThrow("killed between data and state");
    expect(await tables(failing)).toEqual([]);
    const p = local.pipeline();
    const [loadId] = (await p.run(numbers(2))).loadIds;
    expect(await values(p, "SELECT DISTINCT _dlt_load_id FROM numbers")).toEqual([loadId]);
    expect(await query(p, "SELECT pipeline_name, version, _dlt_load_id AS load FROM _dlt_pipeline_state")).toEqual([
      { pipeline_name: "shop", version: 1, load: loadId },
    ]);
    expect(await query(p, "SELECT load_id, status FROM _dlt_loads")).toEqual([{ load_id: loadId, status: 0 }]);
  });

  test("S18 is restored on a clean start: the run goes on, and adds no row twice", async () => {
    const local = machineFor(await create());
    await local.pipeline().run(numbers(3));
    local.wipe();
    const p = local.pipeline();
    expect(p.firstRun).toBe(true);
    expect((await p.run(numbers(5))).firstRun).toBe(false);
    expect(p.firstRun).toBe(false);
    expect(await loaded(p)).toEqual([1, 2, 3, 4, 5]);
  });

  test("S18 of a package that was never loaded is not restored", async () => {
    const local = machineFor(await create());
    await local.pipeline().run(numbers(3));
    const p = local.pipeline();
    await p.extract(numbers(5));
    await p.normalize();
    local.wipe();
    await local.pipeline().run(numbers(6));
    expect(await loaded(p)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("S19 is another one under another pipeline name, in another dataset, in another database", async () => {
    const local = machineFor(await create());
    await local.pipeline().run(numbers(3));
    local.wipe();
    const elsewhere = await create();
    for (const other of [{ name: "other" }, { datasetName: "elsewhere" }, { destination: elsewhere.destination() }]) {
      const p = local.pipeline(other);
      await p.sync();
      expect(p.firstRun).toBe(true);
      expect(p.state.sources).toBeUndefined();
    }
  });

  test("S20 goes on on a second machine with the same name, destination and dataset, and back on the first", async () => {
    const database = await create();
    const [a, b] = [machineFor(database).pipeline(), machineFor(database).pipeline()];
    await a.run(numbers(1));
    await b.run(numbers(2));
    await a.run(numbers(3));
    await b.run(numbers(4));
    expect(await loaded(a)).toEqual([1, 2, 3, 4]);
  });

  test("S22 comes back by sync(), with the schemas", async () => {
    const local = machineFor(await create());
    const before = local.pipeline();
    await before.run([numbers(3), source("crm", () => resource("deals", [{ id: 1 }]))()]);
    const { state, schemas } = before;
    local.wipe();
    const p = local.pipeline();
    await p.sync();
    expect({ ...p.state, _local: undefined }).toEqual({ ...state, _local: undefined });
    expect(p.schemas).toEqual(schemas);
    expect(p.defaultSchema?.name).toBe("shop");
  });

  test("S23 is neither written nor read with restoreFromDestination: false, and kept on this machine", async () => {
    const local = machineFor(await create());
    const open = () => local.pipeline({ restoreFromDestination: false });
    await open().run(numbers(2));
    await open().run(numbers(3));
    expect(await loaded(open())).toEqual([1, 2, 3]);
    expect(await values(open(), "SELECT count(*) FROM information_schema.tables WHERE table_name = '_dlt_pipeline_state'")).toEqual([0]);
    local.wipe();
    await open().run(numbers(1));
    expect(await loaded(open())).toEqual([1, 1, 2, 3]);
  });

  test("S23 is written on the next change when it is turned on again", async () => {
    const local = machineFor(await create());
    await local.pipeline({ restoreFromDestination: false }).run(numbers(2));
    await local.pipeline().run(numbers(3));
    local.wipe();
    const p = local.pipeline();
    await p.run(numbers(4));
    expect(await loaded(p)).toEqual([1, 2, 3, 4]);
  });
});

describe("S23 restore_from_destination = false in the configuration", () => {
  /** A project folder with that configuration, and no variables. */
  function inProject({ toml, env = {} }: { readonly toml?: string; readonly env?: Readonly<Record<string, string>> }): void {
    const [before, folder] = [process.cwd(), tempDir()];
    if (toml !== undefined) {
      mkdirSync(join(folder, ".leat"));
      writeFileSync(join(folder, ".leat", "config.toml"), toml);
    }
    process.chdir(folder);
    Object.assign(process.env, env);
    onTestFinished(() => {
      process.chdir(before);
      for (const name of Object.keys(env)) delete process.env[name];
    });
  }

  const stateTables = (p: Pipeline): Promise<unknown[]> =>
    values(p, "SELECT table_name FROM information_schema.tables WHERE table_name = '_dlt_pipeline_state'");

  test.for([
    ["for all pipelines", { toml: "restore_from_destination = false" }, "restore_from_destination", "config.toml"],
    ["for one", { toml: "[shop]\nrestore_from_destination = false" }, "shop.restore_from_destination", "config.toml"],
    [
      "for one, in dlt's own section",
      { toml: "[pipelines.shop]\nrestore_from_destination = false" },
      "pipelines.shop.restore_from_destination",
      "config.toml",
    ],
    ["in the environment", { env: { RESTORE_FROM_DESTINATION: "false" } }, "RESTORE_FROM_DESTINATION", "environment"],
    ["in the environment, for one", { env: { SHOP__RESTORE_FROM_DESTINATION: "false" } }, "SHOP__RESTORE_FROM_DESTINATION", "environment"],
  ] as const)("%s", async ([, project, key, provider]) => {
    inProject(project);
    const p = machine().pipeline();
    await p.run(numbers(2));
    expect(await stateTables(p)).toEqual([]);
    expect(p.lastTrace?.resolvedConfig).toContainEqual({ key, value: false, provider });
  });

  test("is not that of another pipeline", async () => {
    inProject({ toml: "[other]\nrestore_from_destination = false" });
    const p = machine().pipeline();
    await p.run(numbers(2));
    expect(await stateTables(p)).toEqual(["_dlt_pipeline_state"]);
  });

  test("loses against the option in code", async () => {
    inProject({ toml: "restore_from_destination = false", env: { SHOP__RESTORE_FROM_DESTINATION: "false" } });
    const p = machine().pipeline({ restoreFromDestination: true });
    await p.run(numbers(2));
    expect(await stateTables(p)).toEqual(["_dlt_pipeline_state"]);
    expect(p.lastTrace?.resolvedConfig).toContainEqual({ key: "pipelines.shop.restore_from_destination", value: true, provider: "code" });
  });

  test("has to be a flag", async () => {
    inProject({ env: { RESTORE_FROM_DESTINATION: "sometimes" } });
    const error = await failure(() => machine().pipeline().run(numbers(1)));
    expect(error).toMatchObject({ code: "config" });
    expect(String(error)).toContain("restoreFromDestination");
  });

  test("asks nothing of the destination before the load", async () => {
    inProject({ toml: "restore_from_destination = false" });
    const local = machine();
    const p = local.pipeline({ destination: duckdb(join(local.dir, "not mounted yet", "x.duckdb")) });
    await p.extract(numbers(2));
    expect(p.hasPendingData).toBe(true);
    expect(
      await failure(() =>
        local.pipeline({ destination: duckdb(join(local.dir, "not mounted yet", "x.duckdb")), restoreFromDestination: true }).sync(),
      ),
    ).toMatchObject({
      code: "connection",
    });
  });
});

describe("what the code says wins over what is restored:", () => {
  /** The same state, in a copy of the dataset or under another name of the destination. */
  async function movedTo(there: PipelineOptions, prepare: (local: Machine) => Promise<unknown> | unknown = () => {}): Promise<Pipeline> {
    const local = machine();
    await local.pipeline().run([numbers(2), source("crm", () => resource("BigDeals", [{ dealId: 1 }]))()]);
    await prepare(local);
    local.wipe();
    const p = local.pipeline(there);
    await p.sync();
    expect(p.state.dataset_name).toBe(p.datasetName);
    await p.run([numbers(3), source("new", () => resource("NewDeals", [{ dealId: 1 }]))()]);
    return p;
  }

  test("the dataset, when it is a copy of another one", async () => {
    const p = await movedTo({ datasetName: "copied" }, async (local) => {
      await using client = local.pipeline().sqlClient();
      await client.execute("CREATE SCHEMA copied");
      for (const { name } of await client.query<{ name: string }>(
        "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'data'",
      ))
        await client.execute(`CREATE TABLE copied."${name}" AS FROM "${name}"`);
    });
    expect([p.datasetName, p.state.dataset_name]).toEqual(["copied", "copied"]);
    expect(await loaded(p)).toEqual([1, 2, 3]);
    expect(await values(p, "SELECT n FROM data.data.numbers ORDER BY n")).toEqual([1, 2]);
    const back = machine();
    await back.pipeline({ destination: duckdb(await pathOf(p)), datasetName: "copied" }).sync();
    expect(back.pipeline().state.dataset_name).toBe("copied");
  });

  test("the name of the destination", async () => {
    const local = machine();
    await local.pipeline().run(numbers(2));
    local.wipe();
    const named = () => local.pipeline({ destination: duckdb({ path: local.databasePath, name: "warehouse" }) });
    await named().sync();
    expect(named().state.destination_name).toBe("warehouse");
    expect((await named().run(numbers(3))).destinationName).toBe("warehouse");
    expect(named().state.destination_name).toBe("warehouse");
    expect(await loaded(named())).toEqual([1, 2, 3]);
    local.wipe();
    const plain = local.pipeline();
    await plain.run(numbers(4));
    expect([plain.state.destination_name, await loaded(plain)]).toEqual([null, [1, 2, 3, 4]]);
  });

  test("the naming, for schemas that are new; one that is stored keeps the names of its tables", async () => {
    const p = await movedTo({ naming: "direct" });
    expect(p.schemas["crm"]?.normalizers.names).toBe("snake_case");
    expect(p.schemas["new"]?.normalizers.names).toBe("direct");
    expect(await tables(p)).toEqual(expect.arrayContaining(["big_deals", "NewDeals"]));
  });

  test("the folder of the working directories", async () => {
    const elsewhere = tempDir();
    const p = await movedTo({ pipelinesDir: elsewhere });
    expect(p.workingDir).toBe(join(elsewhere, "shop"));
    expect(readdirSync(elsewhere)).toEqual(["shop"]);
    expect(await loaded(p)).toEqual([1, 2, 3]);
  });

  async function pathOf(p: Pipeline): Promise<string> {
    const [path] = await values(p, "SELECT path FROM duckdb_databases() WHERE NOT internal");
    return String(path);
  }
});
