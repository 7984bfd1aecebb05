import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { current, type PipelineOptions, pipeline, resource } from "../../src/index.ts";
import { tempDir } from "../temp-dir.ts";
import { failure, query } from "./local-pipeline.ts";

/** Counts its runs in its state. */
const counted = resource("items", function* ({ state }) {
  state["runs"] = ((state["runs"] as number | undefined) ?? 0) + 1;
  yield { run: state["runs"] as number };
});

function world() {
  const dir = tempDir();
  const path = (name: string) => join(dir, `${name}.duckdb`);
  const open = (options: PipelineOptions = {}) =>
    pipeline({
      name: "shop",
      destination: duckdb(path("own")),
      datasetName: "data",
      pipelinesDir: join(dir, "pipelines"),
      progress: "none",
      ...options,
    });
  const runs = async (name: string, dataset: string): Promise<unknown[]> => {
    const rows = await query(
      open({ destination: duckdb(path(name)), datasetName: dataset }),
      `SELECT run FROM ${dataset}.items ORDER BY run`,
    );
    return rows.map(({ run }) => run);
  };
  return { path, open, runs };
}

describe("one run goes elsewhere", () => {
  test("to another dataset, which has a state of its own", async () => {
    const { open, runs } = world();
    const p = open();
    await p.run(counted);
    await p.run(counted);
    const info = await p.run(counted, { datasetName: "other" });
    expect(info.datasetName).toBe("other");
    await p.run(counted, { datasetName: "other" });
    await p.run(counted);
    expect(await runs("own", "data")).toEqual([1, 2, 3]);
    expect(await runs("own", "other")).toEqual([1, 2]);
  });

  test("to another destination, by object or by name", async () => {
    const { open, runs, path } = world();
    const p = open();
    await p.run(counted);
    await p.run(counted, { destination: duckdb(path("second")) });
    await p.run(counted, { destination: "duckdb", credentials: path("third") });
    await p.run(counted);
    expect(await runs("own", "data")).toEqual([1, 2]);
    expect(await runs("second", "data")).toEqual([1]);
    expect(await runs("third", "data")).toEqual([1]);
  });

  test("to the place that credentials say, as a text or by name", async () => {
    const { open, runs, path } = world();
    const p = open();
    await p.run(counted, { credentials: path("second") });
    await p.run(counted, { credentials: { database: path("third") } });
    await p.run(counted, { credentials: path("second") });
    expect(await runs("second", "data")).toEqual([1, 2]);
    expect(await runs("third", "data")).toEqual([1]);
  });

  test("and what runs there reads from there", async () => {
    const { open } = world();
    const p = open();
    await p.run(resource("items", [{ run: 10 }]));
    const seen: unknown[] = [];
    const reading = resource("seen", async function* () {
      const here = current.pipeline();
      seen.push(here.datasetName, await here.dataset().table("items").count());
      yield { id: 1 };
    });
    await p.run(resource("items", [{ run: 1 }, { run: 2 }]), { datasetName: "other" });
    await p.run(reading, { datasetName: "other" });
    expect(seen).toEqual(["other", 2]);
    expect(p.datasetName).toBe("data");
    expect(await p.dataset().table("items").count()).toBe(1);
  });

  test("into a database in memory, which lasts as long as the pipeline", async () => {
    const { open } = world();
    const memory = duckdb(":memory:");
    await using p = open();
    await p.run(counted, { destination: memory });
    await p.run(counted, { destination: memory });
    const [rows] = await Promise.all([open({ destination: memory }).dataset().table("items").fetchAll()]);
    expect(rows.map(({ run }) => run)).toEqual([1, 2]);
  });

  test("extract too: what waits is finished by a run with the same target, and by no other", async () => {
    const { open, runs } = world();
    const p = open();
    await p.extract(counted, { datasetName: "other" });
    expect(p.hasPendingData).toBe(true);
    expect(await failure(() => p.load())).toMatchObject({ code: "package-pending" });
    expect(await failure(() => p.run(counted))).toMatchObject({ code: "package-pending", message: expect.stringContaining("`other`") });
    await p.run(undefined, { datasetName: "other" });
    expect(await runs("own", "other")).toEqual([1]);
    await p.run(counted);
    expect(await runs("own", "data")).toEqual([1]);
  });

  test("its trace is the last trace, its hints and signal count", async () => {
    const { open } = world();
    const p = open();
    const info = await p.run([{ id: 1 }], { datasetName: "other", tableName: "things", columns: { id: { dataType: "text" } } });
    expect(p.lastTrace!.runId).toBe(info.trace.runId);
    expect(p.defaultSchema!.tables["things"]!.columns["id"]).toMatchObject({ data_type: "text" });
    const error = await failure(() => p.run(counted, { datasetName: "other", signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ code: "cancelled" });
  });
});

describe("what cannot be is refused", () => {
  test("staging", async () => {
    const { open } = world();
    expect(await failure(() => open().run(counted, { staging: "filesystem" }))).toMatchObject({
      code: "unsupported",
      message: expect.stringContaining("staging"),
    });
  });

  test.each([
    ["an unknown destination", { destination: "nowhere" }, "no destination `nowhere`"],
    ["a blank dataset", { datasetName: " " }, "must not be blank"],
    ["credentials of another kind", { credentials: 5 as never }, "`credentials` of a run"],
    ["an unknown setting in them", { credentials: { user: "a" } }, "user"],
  ])("%s", async (_, options, message) => {
    const { open } = world();
    expect(await failure(() => open().run(counted, options))).toMatchObject({ code: "config", message: expect.stringContaining(message) });
  });

  test("unknown options of run, also without data, and of extract, normalize and load", async () => {
    const p = world().open();
    const unknown = { tablename: "x" } as never;
    for (const call of [
      () => p.run(counted, unknown),
      () => p.run(undefined, unknown),
      () => p.extract(counted, unknown),
      () => p.normalize(unknown),
      () => p.load(unknown),
    ])
      expect(await failure(call)).toMatchObject({ code: "config", message: expect.stringContaining("`tablename`") });
    expect(await failure(() => p.load({ refresh: "drop_data" } as never))).toMatchObject({ code: "config" });
    await p.run(counted, { datasetName: undefined, destination: undefined } as never);
  });
});

test("the properties of a pipeline follow what it does", async () => {
  const { open } = world();
  const p = open();
  expect([p.firstRun, p.hasPendingData, p.defaultSchema, p.schemas, p.lastTrace]).toEqual([true, false, undefined, {}, undefined]);
  expect(p.state).toMatchObject({ pipeline_name: "shop", dataset_name: "data", _state_version: 0 });
  await p.extract(counted);
  expect([p.firstRun, p.hasPendingData, Object.keys(p.schemas)]).toEqual([true, true, ["shop"]]);
  expect(p.lastTrace!.steps.map(({ step }) => step)).toEqual(["sync", "extract"]);
  expect(p.state.sources).toEqual({ shop: { resources: { items: { runs: 1 } } } });
  await p.normalize();
  expect([p.firstRun, p.hasPendingData]).toEqual([true, true]);
  expect(p.defaultSchema!.tables["items"]!.columns["run"]).toMatchObject({ data_type: "bigint" });
  const info = await p.load();
  expect(info.firstRun).toBe(true);
  expect([p.firstRun, p.hasPendingData]).toEqual([false, false]);
  expect((await p.run(counted)).firstRun).toBe(false);
  expect(open().firstRun).toBe(false);
  expect(open().state.sources).toEqual({ shop: { resources: { items: { runs: 2 } } } });
});
