import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { attach, type ResourceContext, resource } from "../../src/index.ts";
import { testDestinations } from "../destinations.ts";
import { failure, type Machine, machine, values } from "./local-pipeline.ts";

/** Counts its runs in its state, and yields the number. */
const counter = resource("counter", function* ({ state }: ResourceContext<{ runs?: number }>) {
  state.runs = (state.runs ?? 0) + 1;
  yield { run: state.runs };
});

const folders = ({ dir }: Machine) => ({ pipelinesDir: join(dir, "pipelines"), progress: "none" as const });

describe.for(testDestinations)("attach in $name", ({ name, create }) => {
  test("takes the destination from the local copy; the credentials of a server, which are not in it, are looked up", async () => {
    const [local, database] = [machine(), await create()];
    await local.pipeline({ destination: database.destination() }).run(counter);
    const variable = "DESTINATION__POSTGRES__CREDENTIALS";
    if (name === "postgres") process.env[variable] = database.url;
    onTestFinished(() => void delete process.env[variable]);
    const p = await attach("shop", folders(local));
    await p.run(counter);
    expect(await values(p, "SELECT run FROM counter ORDER BY 1")).toEqual([1, 2]);
  });

  test("restores from the destination where there is no local copy", async () => {
    const [local, database] = [machine(), await create()];
    await local.pipeline({ destination: database.destination() }).run(counter);
    local.wipe();
    const p = await attach("shop", { ...folders(local), destination: database.destination(), datasetName: "data" });
    expect(p.firstRun).toBe(false);
    await p.run(counter);
    expect(await values(p, "SELECT run FROM counter ORDER BY 1")).toEqual([1, 2]);
  });

  test("throws and leaves nothing behind where the destination holds nothing of the pipeline", async () => {
    const [local, database] = [machine(), await create()];
    await local.pipeline({ name: "other", destination: database.destination() }).run(counter);
    const error = await failure(() => attach("shop", { ...folders(local), destination: database.destination(), datasetName: "data" }));
    expect(error).toMatchObject({ code: "config" });
    expect(readdirSync(join(local.dir, "pipelines"))).toEqual(["other"]);
  });
});

describe("attach to a pipeline of this machine", () => {
  test("goes on where it stopped, with the destination and the dataset of its state", async () => {
    const local = machine();
    await local.pipeline({ datasetName: "of_the_state" }).run(counter);
    const p = await attach("shop", folders(local));
    expect(p.datasetName).toBe("of_the_state");
    expect(p.state.sources).toEqual({ shop: { resources: { counter: { runs: 1 } } } });
    await p.run(counter);
    expect(await values(p, "SELECT run FROM counter ORDER BY 1")).toEqual([1, 2]);
    expect(readdirSync(local.dir).sort()).toEqual(["data.duckdb", "pipelines"]);
  });

  test("keeps the name of its destination", async () => {
    const local = machine();
    await local.pipeline({ destination: duckdb({ path: local.databasePath, name: "warehouse" }) }).run(counter);
    const p = await attach("shop", folders(local));
    expect((await p.run(counter)).destinationName).toBe("warehouse");
    expect(p.state.destination_name).toBe("warehouse");
  });

  test("takes destination and dataset from the options where they are given", async () => {
    const local = machine();
    await local.pipeline().run(counter);
    const elsewhere = join(local.dir, "elsewhere.duckdb");
    const p = await attach("shop", { ...folders(local), destination: duckdb(elsewhere), datasetName: "other" });
    const { firstRun, datasetName, destinationPlace } = await p.run(counter);
    expect({ firstRun, datasetName, destinationPlace }).toEqual({ firstRun: true, datasetName: "other", destinationPlace: elsewhere });
    expect(await values(p, "SELECT run FROM counter")).toEqual([1]);
  });

  test("opens one that dlt made, whose state names no place: the file is where dlt made it", async () => {
    const local = machine();
    await local.pipeline({ destination: duckdb(join(local.dir, "shop.duckdb")) }).run(counter);
    const statePath = join(local.dir, "pipelines", "shop", "state.json");
    const state = JSON.parse(readFileSync(statePath, "utf8"));
    delete state._local.leat_destination_place;
    writeFileSync(statePath, JSON.stringify({ ...state, _local: { ...state._local, initial_cwd: local.dir } }));
    const p = await attach("shop", folders(local));
    const { firstRun, destinationPlace } = await p.run(counter);
    expect({ firstRun, destinationPlace }).toEqual({ firstRun: false, destinationPlace: join(local.dir, "shop.duckdb") });
    expect(await values(p, "SELECT run FROM counter ORDER BY 1")).toEqual([1, 2]);
  });

  test("refuses one whose destination is not there", async () => {
    const local = machine();
    await local.pipeline().run(counter);
    const statePath = join(local.dir, "pipelines", "shop", "state.json");
    writeFileSync(statePath, readFileSync(statePath, "utf8").replace("dlt.destinations.duckdb", "dlt.destinations.bigquery"));
    const error = await failure(() => attach("shop", folders(local)));
    expect(error).toMatchObject({ code: "config" });
    expect(String(error)).toMatch(/Pipeline `shop` loads into `dlt\.destinations\.bigquery`\. leat has .*duckdb.*: give a `destination`\./);
    const p = await attach("shop", { ...folders(local), destination: duckdb(local.databasePath) });
    expect(p.state.sources).toEqual({ shop: { resources: { counter: { runs: 1 } } } });
  });

  test("opens one that was killed before its first state was saved: its packages wait", async () => {
    const local = machine();
    const p = local.pipeline();
    await p.extract(counter);
    for (const name of ["state.json", "schemas"]) rmSync(join(p.workingDir, name), { recursive: true });
    const attached = await attach("shop", { ...folders(local), destination: duckdb(local.databasePath), datasetName: "data" });
    await attached.run(counter);
    expect(await values(attached, "SELECT run FROM counter ORDER BY 1")).toEqual([1, 2]);
  });
});

describe("attach without a local copy", () => {
  test("restores state and schemas from destination and dataset", async () => {
    const local = machine();
    await local.pipeline().run(counter);
    const { state: before, schemas } = local.pipeline();
    local.wipe();
    const p = await attach("shop", { ...folders(local), destination: duckdb(local.databasePath), datasetName: "data" });
    const { _local, ...restored } = p.state;
    expect({ ...restored, _local: before._local }).toEqual(before);
    expect(_local).toMatchObject({ first_run: false, leat_destination_place: local.databasePath });
    expect(p.schemas).toEqual(schemas);
    expect(p.firstRun).toBe(false);
    await p.run(counter);
    expect(await values(p, "SELECT run FROM counter ORDER BY 1")).toEqual([1, 2]);
  });

  test("looks into the dataset that is named after the pipeline", async () => {
    const local = machine();
    await local.pipeline({ datasetName: "shop_dataset" }).run(counter);
    local.wipe();
    const p = await attach("shop", { ...folders(local), destination: duckdb(local.databasePath) });
    expect(p.state.sources).toEqual({ shop: { resources: { counter: { runs: 1 } } } });
  });

  test("restores also where runs keep state on this machine alone: here it is asked for", async () => {
    const local = machine();
    await local.pipeline({ datasetName: "shop_dataset" }).run(counter);
    local.wipe();
    const p = await attach("shop", { ...folders(local), destination: duckdb(local.databasePath), restoreFromDestination: false });
    expect(p.state.sources).toEqual({ shop: { resources: { counter: { runs: 1 } } } });
  });

  test("says what to give when there is neither a copy nor a destination", async () => {
    const local = machine();
    const error = await failure(() => attach("shop", folders(local)));
    expect(error).toMatchObject({ code: "config" });
    expect(String(error)).toContain("Give `destination`, and `datasetName` unless it is `shop_dataset`");
    expect(existsSync(join(local.dir, "pipelines"))).toBe(false);
  });

  test.each([
    ["the dataset does not exist", { datasetName: "other" }, "config", "Dataset `other`"],
    ["the dataset holds another pipeline", { name: "other" }, "config", "holds no state of a pipeline `other`"],
    ["the file does not exist", { file: "typo.duckdb" }, "connection", "There is no database file"],
  ])("leaves nothing behind when %s", async (_, { name = "shop", datasetName = "data", file = "data.duckdb" }: Asked, code, message) => {
    const local = machine();
    await local.pipeline().run(counter);
    local.wipe();
    const error = await failure(() => attach(name, { ...folders(local), destination: duckdb(join(local.dir, file)), datasetName }));
    expect(error).toMatchObject({ code });
    expect(String(error)).toContain(message);
    expect(readdirSync(local.dir, { recursive: true }).sort()).toEqual(["data.duckdb", "pipelines"]);
  });

  test("leaves the database of others in the working directory alone", async () => {
    const local = machine();
    await local.pipeline({ name: "other", destination: duckdb(":pipeline:") }).run(counter);
    const workingDir = join(local.dir, "pipelines", "shop");
    mkdirSync(workingDir);
    writeFileSync(join(workingDir, "notes.txt"), "mine");
    const error = await failure(() => attach("shop", { ...folders(local), destination: duckdb(local.databasePath) }));
    expect(error).toMatchObject({ code: "connection" });
    expect(readdirSync(workingDir)).toEqual(["notes.txt"]);
  });
});

interface Asked {
  readonly name?: string;
  readonly datasetName?: string;
  readonly file?: string;
}

test("the name is no option of attach", async () => {
  const error = await failure(() => attach("shop", { name: "other" } as never));
  expect(error).toMatchObject({ code: "config" });
});
