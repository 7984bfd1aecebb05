import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { type Pipeline, type ResourceContext, resource } from "../../src/index.ts";
import { failure, machine, values } from "./local-pipeline.ts";

/** Loads each archive once: it remembers the ones it knows. */
function archives(...urls: string[]) {
  return resource("archives", function* ({ state }: ResourceContext<{ known?: string[] }>) {
    const known = (state.known ??= []);
    for (const url of urls) {
      if (known.includes(url)) continue;
      known.push(url);
      yield { url };
    }
  });
}

const urls = (p: Pipeline): Promise<unknown[]> => values(p, "SELECT url FROM archives ORDER BY url");

describe("state is never ahead of the data:", () => {
  test("a dataset that another pipeline made gets all rows", async () => {
    const local = machine();
    await local.pipeline({ name: "t", datasetName: "dev" }).run(archives("a", "b"));
    await local.pipeline({ name: "other", datasetName: "prod" }).run([{ id: 1 }], { tableName: "others" });
    const prod = local.pipeline({ name: "t", datasetName: "prod" });
    const { firstRun } = await prod.run(archives("a", "b"));
    expect(await urls(prod)).toEqual(["a", "b"]);
    expect(firstRun).toBe(true);
  });

  test("each of two datasets has its own, also when one is further", async () => {
    const local = machine();
    const [dev, prod] = ["dev", "prod"].map((datasetName) => local.pipeline({ datasetName })) as [Pipeline, Pipeline];
    await prod.run(archives("a"));
    await dev.run(archives("a"));
    await dev.run(archives("b"));
    await dev.run(archives("c"));
    await prod.run(archives("a", "b", "c"));
    expect([await urls(dev), await urls(prod)]).toEqual([
      ["a", "b", "c"],
      ["a", "b", "c"],
    ]);
  });

  test("another file with a dataset of that name gets all rows", async () => {
    const local = machine();
    const [a, b] = ["a.duckdb", "b.duckdb"].map((file) => join(local.dir, file)) as [string, string];
    await local.pipeline({ name: "other", destination: duckdb(b) }).run([{ id: 1 }], { tableName: "others" });
    await local.pipeline({ destination: duckdb(a) }).run(archives("a"));
    const moved = local.pipeline({ destination: duckdb(b) });
    await moved.run(archives("a"));
    expect(await urls(moved)).toEqual(["a"]);
  });

  test("a local state of dlt, which does not say where its data is, stays", async () => {
    const local = machine();
    const p = local.pipeline();
    await p.run(archives("a"));
    const path = join(p.workingDir, "state.json");
    const state = JSON.parse(readFileSync(path, "utf8"));
    expect(state._local.leat_destination_place).toBe(local.databasePath);
    delete state._local.leat_destination_place;
    writeFileSync(path, JSON.stringify(state));
    await using client = p.sqlClient();
    await client.execute(`DELETE FROM _dlt_pipeline_state`);
    await client.close();
    await p.run(archives("a"));
    expect(await urls(p)).toEqual(["a"]);
  });
});

test("the place of the data stays on this machine", async () => {
  const p = machine().pipeline();
  await p.run(archives("a"));
  expect(await values(p, "SELECT count(*)::INT FROM _dlt_pipeline_state WHERE state LIKE '%destination_place%'")).toEqual([0]);
});

test("packages that wait for one dataset are not loaded into another", async () => {
  const local = machine();
  await local.pipeline({ name: "t", datasetName: "dev" }).extract(archives("a", "b"));
  const prod = local.pipeline({ name: "t", datasetName: "prod" });
  const error = await failure(() => prod.run(archives("a", "b", "c")));
  expect(await failure(() => prod.load())).toMatchObject({ code: "package-pending" });
  expect(error).toMatchObject({ code: "package-pending" });
  expect((error as Error).message).toContain("they are for dataset `dev` of duckdb, not for dataset `prod` of duckdb");
  await prod.abortPackages();
  await prod.run(archives("a", "b", "c"));
  expect(await urls(prod)).toEqual(["a", "b", "c"]);
});
