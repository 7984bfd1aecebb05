import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Pipeline, type PipelineOptions, type ResourceContext, resource, source } from "../../src/index.ts";
import { countRows } from "../../src/pipeline/counted-rows.ts";
import { storedPackageRows } from "../../src/pipeline/package-rows.ts";
import type { OpenedPipeline } from "../../src/pipeline/pipeline-type.ts";
import { failure, type Machine, machine, query, values } from "./local-pipeline.ts";

interface Count {
  n?: number;
}

/** A source with one table; its state counts the runs. */
const counted = (name: string, table: string, rows: (n: number) => object = (n) => ({ n })) =>
  source(name, () => [
    resource(table, function* ({ state }: ResourceContext<Count>) {
      state.n = (state.n ?? 0) + 1;
      yield rows(state.n);
    }),
  ])();

const [one, two] = [() => counted("one", "first"), () => counted("two", "second")];

const separate = (m: Machine, options: PipelineOptions = {}): Pipeline => m.pipeline({ useSingleDataset: false, ...options });

const tables = (p: Pipeline, dataset: string): Promise<unknown[]> =>
  values(p, `SELECT table_name FROM information_schema.tables WHERE table_schema = '${dataset}' ORDER BY 1`);

const slots = (a: number, b: number) => ({ one: { resources: { first: { n: a } } }, two: { resources: { second: { n: b } } } });

describe("useSingleDataset: false", () => {
  test("loads the default schema and the state into the dataset, each other schema into one of its own", async () => {
    const p = separate(machine());
    await p.run([one(), two()]);
    expect(await tables(p, "data")).toEqual(["_dlt_loads", "_dlt_pipeline_state", "_dlt_version", "first"]);
    expect(await tables(p, "data_two")).toEqual(["_dlt_loads", "_dlt_version", "second"]);
    expect(await values(p, "SELECT schema_name FROM _dlt_version")).toEqual(["one"]);
    expect(await values(p, "SELECT schema_name FROM data_two._dlt_version")).toEqual(["two"]);
    // A state counts only with a load record beside it.
    expect(await values(p, "SELECT schema_name FROM _dlt_loads ORDER BY load_id")).toEqual(["one", "two"]);
    expect(await values(p, "SELECT schema_name FROM data_two._dlt_loads")).toEqual(["two"]);
  });

  test("restores state and schemas of all datasets on a machine that has nothing", async () => {
    const m = machine();
    await separate(m).run([one(), two()]);
    await separate(m).run(two());
    m.wipe();
    const p = separate(m);
    await p.sync();
    expect(p.state.sources).toEqual(slots(1, 2));
    expect(Object.keys(p.schemas)).toEqual(["one", "two"]);
    await p.run([one(), two()]);
    expect(p.state.sources).toEqual(slots(2, 3));
    expect(await values(p, "SELECT CAST(n AS INTEGER) FROM data_two.second ORDER BY n")).toEqual([1, 2, 3]);
  });

  test("begins again when the dataset with the state is gone", async () => {
    const m = machine();
    await separate(m).run([one(), two()]);
    const p = separate(m);
    await query(p, "DROP SCHEMA data CASCADE");
    await p.run([one(), two()]);
    expect(p.state.sources).toEqual(slots(1, 1));
  });

  test("stores the state also when the source of the default schema has nothing", async () => {
    const m = machine();
    const p = separate(m);
    await p.run([source("one", () => [resource("first", [])])(), two()]);
    m.wipe();
    await p.sync();
    expect(p.state.sources).toEqual({ two: { resources: { second: { n: 1 } } } });
    expect(p.defaultSchema?.name ?? "one").toBe("one");
    expect(await values(p, "SELECT CAST(n AS INTEGER) FROM data_two.second")).toEqual([1]);
  });

  test("two machines that load different sources at once end with both states", async () => {
    const m = machine();
    await separate(m).run([one(), two()]);
    const other = separate(m, { pipelinesDir: join(m.dir, "other") });
    await other.sync();
    const p = separate(m);
    for (const [pipeline, data] of [
      [p, one()],
      [other, two()],
    ] as const) {
      await pipeline.extract(data);
      await pipeline.normalize();
    }
    await Promise.all([p.load(), other.load()]);
    await p.sync();
    expect(p.state.sources).toEqual(slots(2, 2));
  });

  test("drops, starts over and counts in the dataset of the schema", async () => {
    const m = machine();
    const p = separate(m);
    await p.run([one(), two()]);
    const info = await p.run(two());
    const opened = p as OpenedPipeline;
    expect(await countRows(opened, "two", ["second"])).toEqual([{ table: "second", rows: 2, isMore: false }]);
    expect((await storedPackageRows(opened, info.loadIds[0]!)).rowCounts).toMatchObject({ second: 1 });
    await opened.drop("second", { schema: "two" });
    expect(await tables(p, "data_two")).toEqual(["_dlt_loads", "_dlt_version"]);
    await p.run(two());
    await p.run([one(), two()], { refresh: "drop_sources" });
    expect(await values(p, "SELECT CAST(n AS INTEGER) FROM data_two.second")).toEqual([1]);
    expect(await values(p, "SELECT CAST(n AS INTEGER) FROM first")).toEqual([1]);
  });

  test("finds a commit that succeeded before a crash in the dataset of the package", async () => {
    const m = machine();
    let fails = false;
    const p = separate(m, {
      onEvent: (event) => {
        if (fails && event.type === "job-completed") throw new Error("gone");
      },
    });
    await p.run([one(), two()]);
    fails = true;
    expect(await failure(() => p.run(two()))).toMatchObject({ message: "gone" });
    expect((await p.abortPackages()).loadIds).toHaveLength(1);
    expect(p.state.sources).toEqual(slots(1, 1));
  });

  test("reads the first dataset with dataset(), and says where other tables are", async () => {
    const m = machine();
    const p = separate(m);
    await p.run([one(), two()]);
    expect(await p.dataset().rowCounts()).toEqual({ first: 1 });
    expect(await failure(() => p.dataset().table("second").fetchAll())).toMatchObject({ message: expect.stringContaining("data_two") });
    const second = m.pipeline({ datasetName: "data_two" }).dataset().table("second");
    expect(await second.select("n").fetchAll()).toEqual([{ n: 1 }]);
  });

  test("gives every run in dev mode datasets of its own", async () => {
    const m = machine();
    const p = separate(m, { devMode: true });
    await p.run([one(), two()]);
    expect(p.datasetName).toMatch(/^data_\d{14}$/);
    expect(await tables(p, `${p.datasetName}_two`)).toEqual(["_dlt_loads", "_dlt_version", "second"]);
  });
});
