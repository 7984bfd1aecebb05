import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { type Pipeline, pipeline, resource } from "../../src/index.ts";
import { tempDir } from "../temp-dir.ts";
import { localPipeline, machine, query, values } from "./local-pipeline.ts";

/** Counts its runs in its state. */
const counted = resource("counted", function* ({ state }) {
  state["runs"] = ((state["runs"] as number | undefined) ?? 0) + 1;
  yield [{ run: state["runs"] }];
});

test("two lines make the table of the rows, and the three tables of the loader", async () => {
  const p = localPipeline();
  await p.run([{ id: 1 }], { tableName: "items" });
  const all = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'data' ORDER BY 1";
  expect(await values(p, all)).toEqual(["_dlt_loads", "_dlt_pipeline_state", "_dlt_version", "items"]);
  expect(await query(p, "SELECT id FROM items")).toEqual([{ id: 1 }]);
});

describe("the folder of the working directories", () => {
  afterEach(() => void delete process.env["DLT_DATA_DIR"]);

  const inDefaultFolder = (database: string): Pipeline =>
    pipeline({ name: "shop", destination: duckdb(database), datasetName: "data", progress: "none", restoreFromDestination: false });

  test("two of them, by DLT_DATA_DIR or by option, hold two pipelines of one name, each with a state of its own", async () => {
    const [first, second] = [tempDir(), tempDir()];
    process.env["DLT_DATA_DIR"] = first;
    const p = inDefaultFolder(join(first, "data.duckdb"));
    expect(p.workingDir).toBe(join(first, "pipelines", "shop"));
    await p.run(counted);
    await p.run(counted);

    process.env["DLT_DATA_DIR"] = second;
    const other = inDefaultFolder(join(second, "data.duckdb"));
    expect(other.workingDir).toBe(join(second, "pipelines", "shop"));
    await other.run(counted);
    expect([p, other].map(({ state }) => state.sources)).toEqual([
      { shop: { resources: { counted: { runs: 2 } } } },
      { shop: { resources: { counted: { runs: 1 } } } },
    ]);

    const third = pipeline({ name: "shop", destination: duckdb(":memory:"), pipelinesDir: join(second, "own"), progress: "none" });
    expect(third.workingDir).toBe(join(second, "own", "shop"));
    expect(third.state.sources).toBeUndefined();
  });
});

describe("load packages", () => {
  test("are folders named by their load ids, which every step and the list of packages tell", async () => {
    const p = localPipeline();
    const folder = (path: string): string[] => readdirSync(join(p.workingDir, path)).filter((name) => /^\d/.test(name));
    const listed = async (): Promise<unknown[]> => (await p.listPackages()).map(({ loadId, state }) => [loadId, state]);

    const { loadIds } = await p.extract(counted);
    expect(loadIds).toHaveLength(1);
    expect(folder("normalize/extracted")).toEqual(loadIds);
    expect(await listed()).toEqual([[loadIds[0], "extracted"]]);

    expect((await p.normalize()).loadIds).toEqual(loadIds);
    expect([folder("normalize/extracted"), folder("load/normalized")]).toEqual([[], loadIds]);
    expect(readdirSync(join(p.workingDir, "load/normalized", loadIds[0]!))).toEqual(
      expect.arrayContaining(["new_jobs", "started_jobs", "completed_jobs", "failed_jobs", "schema.json", "schema_updates.json"]),
    );
    expect(await listed()).toEqual([[loadIds[0], "normalized"]]);

    expect((await p.load()).loadIds).toEqual(loadIds);
    expect([folder("load/normalized"), folder("load/loaded")]).toEqual([[], loadIds]);
    expect(readdirSync(join(p.workingDir, "load/loaded", loadIds[0]!, "completed_jobs")).some((name) => name.startsWith("counted."))).toBe(
      true,
    );
    expect(await listed()).toEqual([[loadIds[0], "loaded"]]);
    expect(await values(p, "SELECT load_id FROM _dlt_loads")).toEqual(loadIds);
  });
});

test("sync() after the dataset was dropped empties state and schemas of this machine", async () => {
  const local = machine();
  const p = local.pipeline();
  await p.run(counted);
  await p.run(counted);
  expect(p.state.sources).toEqual({ shop: { resources: { counted: { runs: 2 } } } });
  rmSync(local.databasePath);

  await p.sync();
  for (const one of [p, local.pipeline()]) expect([one.state.sources, one.schemas, one.firstRun]).toEqual([undefined, {}, true]);
  await p.run(counted);
  expect(await query(p, "SELECT run FROM counted")).toEqual([{ run: 1 }]);
});
