import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ResourceContext, resource, source } from "../../src/index.ts";
import { Project } from "../cli/project.ts";
import { failure, localPipeline, machine, query, tables, values } from "./local-pipeline.ts";
import { takeAway } from "./take-away.ts";

const numbers = (until: number) =>
  resource("numbers", async function* ({ state }: ResourceContext<{ last?: number }>) {
    for (let n = (state.last ?? 0) + 1; n <= until; n += 1) {
      state.last = n;
      yield { n };
    }
  });

describe("extract, normalize and load", () => {
  test("one by one, each by a new pipeline object, give what run() gives", async () => {
    const local = machine();
    const extracted = await local.pipeline().extract(numbers(3));
    expect(extracted.resources).toEqual({ numbers: { items: 3, bytes: expect.any(Number), files: 1 } });
    expect((await local.pipeline().listPackages()).map((one) => one.state)).toEqual(["extracted"]);
    const normalized = await local.pipeline().normalize();
    expect(normalized.rowCounts).toMatchObject({ numbers: 3 });
    expect((await local.pipeline().listPackages()).map((one) => one.state)).toEqual(["normalized"]);
    const p = local.pipeline();
    expect(await tables(p)).toEqual([]);
    const loaded = await p.load();
    expect(loaded.loadIds).toEqual(extracted.loadIds);
    expect(loaded.rowCounts).toMatchObject({ numbers: 3 });
    expect((await local.pipeline().listPackages()).map((one) => one.state)).toEqual(["loaded"]);
    await local.pipeline().run(numbers(4));
    expect(await values(p, "SELECT n FROM numbers ORDER BY n")).toEqual([1, 2, 3, 4]);
  });

  test("in three processes give what run() gives", async () => {
    const project = new Project();
    const step = (call: string) => `
      import { pipeline, resource } from "leat";
      const p = pipeline({ name: "steps", datasetName: "data", pipelinesDir: "pipelines", progress: "none" });
      const rows = resource("rows", function* ({ state }) { state.n = 2; yield [{ id: 1, tags: ["a"] }, { id: 2 }]; });
      console.log(process.pid, JSON.stringify(await p.${call}));`;
    const pids = ["extract(rows)", "normalize()", "load()"].map((call) => {
      project.write("step.mjs", step(call));
      const child = spawnSync(process.execPath, ["step.mjs"], { cwd: project.dir, encoding: "utf8" });
      expect(child.stderr).toBe("");
      return child.stdout.split(" ")[0];
    });
    expect(new Set(pids).size).toBe(3);
    expect(await project.values("steps.duckdb", "SELECT id FROM data.rows ORDER BY id")).toEqual(["1", "2"]);
    expect(await project.values("steps.duckdb", "SELECT value FROM data.rows__tags")).toEqual(["a"]);
    expect(await project.values("steps.duckdb", "SELECT count(*) FROM data._dlt_pipeline_state")).toEqual(["1"]);
  });

  test("of nothing do nothing", async () => {
    const p = localPipeline();
    expect((await p.normalize()).loadIds).toEqual([]);
    expect((await p.load()).loadIds).toEqual([]);
    expect((await p.run()).loadIds).toEqual([]);
  });

  test("of several extracts load them in order", async () => {
    const p = localPipeline();
    for (const until of [1, 2, 3]) await p.extract(numbers(until));
    expect((await p.normalize()).loadIds).toHaveLength(3);
    expect((await p.load()).loadIds).toHaveLength(3);
    expect(await values(p, "SELECT n FROM numbers ORDER BY _dlt_load_id")).toEqual([1, 2, 3]);
    expect(await values(p, "SELECT version FROM _dlt_pipeline_state ORDER BY version")).toHaveLength(3);
  });
});

describe("pending packages", () => {
  test("are finished first, and then the new data is loaded too", async () => {
    const local = machine();
    await local.pipeline().extract(numbers(2));
    const p = local.pipeline();
    expect(p.hasPendingData).toBe(true);
    const info = await p.run(numbers(3));
    expect(info.loadIds).toHaveLength(2);
    expect(await values(p, "SELECT n FROM numbers ORDER BY n")).toEqual([1, 2, 3]);
    expect(p.hasPendingData).toBe(false);
  });

  test("are finished by run() without data", async () => {
    const local = machine();
    await local.pipeline().extract([numbers(2), source("crm", () => resource("deals", [{ id: 1 }]))()]);
    await local.pipeline().normalize();
    const info = await local.pipeline().run();
    expect(info.packages.map((one) => one.schemaName)).toEqual(["shop", "crm"]);
    expect(info.rowCounts).toMatchObject({ numbers: 2, deals: 1 });
  });

  test("in any step are finished together", async () => {
    const local = machine();
    const p = local.pipeline();
    await p.extract(numbers(1));
    await p.normalize();
    await p.extract(numbers(2));
    await p.run(numbers(3));
    expect(await values(p, "SELECT n FROM numbers ORDER BY _dlt_load_id")).toEqual([1, 2, 3]);
  });

  test("stay when the new data cannot be extracted", async () => {
    const local = machine();
    await local.pipeline().extract(numbers(2));
    const p = local.pipeline();
    await failure(() => p.run(resource("broken", () => Promise.reject(new Error("offline")))));
    expect(await values(p, "SELECT n FROM numbers ORDER BY n")).toEqual([1, 2]);
  });

  test("stay when the destination is out of reach, and the error names them", async () => {
    const local = machine();
    const p = local.pipeline();
    await p.run(numbers(1));
    const { loadIds } = await p.extract(numbers(2));
    await p.normalize();
    const giveBack = await takeAway("numbers", local);
    const error = await p.load().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "step-failed", step: "load", pipelineName: "shop", loadId: loadIds[0] });
    expect(String(error)).toContain(`Pending packages (${loadIds[0]}) are kept`);
    await giveBack();
    await local.pipeline().run();
    expect(await values(p, "SELECT n FROM numbers ORDER BY n")).toEqual([1, 2]);
    expect(await query(p, "SELECT count(*) AS loads FROM _dlt_loads")).toEqual([{ loads: 2 }]);
  });
});

test("two pipelines of one name in two folders know nothing of each other's packages", async () => {
  const local = machine();
  const [a, b] = [local.pipeline(), local.pipeline({ pipelinesDir: join(local.dir, "elsewhere") })];
  await a.extract(numbers(1));
  expect(b.hasPendingData).toBe(false);
});
