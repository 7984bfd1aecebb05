import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { pipeline, type ResourceContext, resource, source } from "../../src/index.ts";
import { type TestDatabase, typedDestinations } from "../destinations.ts";
import { tempDir } from "../temp-dir.ts";
import { runPython } from "./python.ts";

const script = fileURLToPath(new URL("./schema_datasets_with_dlt.py", import.meta.url));

const tables = { one: "first", two: "second" } as const;
type Sources = readonly (keyof typeof tables)[];

const counted = (name: keyof typeof tables) =>
  source(name, () => [
    resource(tables[name], function* ({ state }: ResourceContext<{ n?: number }>) {
      state.n = (state.n ?? 0) + 1;
      yield { n: state.n };
    }),
  ])();

/** A turn gives the state after it. */
type Turn = (database: TestDatabase, pipelinesDir: string, sources: Sources) => Promise<unknown>;

const turns: { readonly [tool: string]: Turn } = {
  dlt: async (database, pipelinesDir, sources) => {
    const plan = { database: database.url, pipelinesDir, sources: sources.map((name) => [name, tables[name]]) };
    return JSON.parse((await runPython(script, JSON.stringify(plan), tempDir())).trim().split("\n").at(-1)!);
  },
  leat: async (database, pipelinesDir, sources) => {
    const destination = database.destination();
    await using p = pipeline({
      name: "counts",
      destination,
      datasetName: "counts_data",
      pipelinesDir,
      useSingleDataset: false,
      progress: "none",
    });
    await p.run(sources.map(counted));
    return p.state.sources;
  },
};

const slots = (one: number, two: number) => ({ one: { resources: { first: { n: one } } }, two: { resources: { second: { n: two } } } });

describe.each(typedDestinations)("a pipeline with a dataset per schema, on $name", ({ create }) => {
  const rows = async (database: TestDatabase, table: string): Promise<unknown[]> =>
    (await database.query<{ n: number | bigint }>(`SELECT n FROM ${table} ORDER BY n`)).map(({ n }) => Number(n));

  test.each([
    ["dlt", "leat"],
    ["leat", "dlt"],
  ])("is gone on with in turn, %s first, and no run is counted twice", { timeout: 300_000 }, async (first, second) => {
    const [database, pipelinesDir] = [await create(), join(tempDir(), "pipelines")];
    expect(await turns[first]!(database, pipelinesDir, ["one", "two"])).toEqual(slots(1, 1));
    expect(await turns[second]!(database, pipelinesDir, ["one", "two"])).toEqual(slots(2, 2));
    expect(await turns[first]!(database, pipelinesDir, ["two"])).toEqual(slots(2, 3));
    expect(await turns[second]!(database, pipelinesDir, ["one", "two"])).toEqual(slots(3, 4));
    expect(await turns[first]!(database, pipelinesDir, ["one"])).toEqual(slots(4, 4));
    expect(await rows(database, "counts_data.first")).toEqual([1, 2, 3, 4]);
    expect(await rows(database, "counts_data_two.second")).toEqual([1, 2, 3, 4]);
  });

  test("is restored by leat from what dlt loaded, also the state that dlt leaves in the other dataset", { timeout: 300_000 }, async () => {
    const [database, dir] = [await create(), tempDir()];
    // What dlt stores with the first source does not name the second before the second run.
    for (const _ of [1, 2]) await turns["dlt"]!(database, join(dir, "1"), ["one", "two"]);
    expect(await turns["leat"]!(database, join(dir, "2"), ["two"])).toEqual(slots(2, 3));
    expect(await turns["leat"]!(database, join(dir, "3"), ["one", "two"])).toEqual(slots(3, 4));
    expect(await turns["dlt"]!(database, join(dir, "4"), ["one", "two"])).toEqual(slots(4, 5));
    expect(await rows(database, "counts_data_two.second")).toEqual([1, 2, 3, 4, 5]);
  });
});
