import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Pipeline, type ResourceContext, resource, source } from "../../src/index.ts";
import { failure, localPipeline, machine, query, tables, values } from "./local-pipeline.ts";

/** Yields the numbers that were not yielded before, up to `until`. */
const numbers = (until: number) =>
  resource("numbers", async function* ({ state }: ResourceContext<{ last?: number }>) {
    for (let n = (state.last ?? 0) + 1; n <= until; n += 1) {
      state.last = n;
      yield { n };
    }
  });

const stateRows = (p: Pipeline): Promise<unknown[]> => values(p, "SELECT version FROM _dlt_pipeline_state ORDER BY version");

describe("a failed extract", () => {
  test("keeps neither rows nor state, after ten thousand rows", async () => {
    const local = machine();
    const p = local.pipeline();
    await p.run(numbers(2));
    const before = readFileSync(join(p.workingDir, "state.json"), "utf8");
    const throwing = resource("numbers", async function* ({ state }: ResourceContext<{ last?: number }>) {
      for (let n = 3; n <= 10_002; n += 1) {
        state.last = n;
        yield { n };
      }
      throw new Error("offline");
    });
    const error = await failure(() => p.run(throwing));
    expect(error).toMatchObject({ code: "resource-failed", resource: "numbers", cause: new Error("offline") });
    expect(readFileSync(join(p.workingDir, "state.json"), "utf8")).toBe(before);
    expect(p.hasPendingData).toBe(false);
    expect(readdirSync(join(p.workingDir, "normalize")).sort()).toEqual([".version", "extracted"]);
    expect(readdirSync(join(p.workingDir, "normalize", "extracted"))).toEqual([]);
    expect(await values(p, "SELECT n FROM numbers ORDER BY n")).toEqual([1, 2]);
    await local.pipeline().run(numbers(4));
    expect(await values(p, "SELECT n FROM numbers ORDER BY n")).toEqual([1, 2, 3, 4]);
  });

  test("of the first run leaves nothing at all", async () => {
    const p = localPipeline();
    await failure(() => p.run(resource("broken", () => Promise.reject(new Error("offline")))));
    expect(existsSync(join(p.workingDir, "schemas")) ? readdirSync(join(p.workingDir, "schemas")) : []).toEqual([]);
    expect(p.firstRun).toBe(true);
    expect(await tables(p)).toEqual([]);
  });

  test("of one resource discards those that were done", async () => {
    const p = localPipeline();
    const broken = resource("broken", async function* () {
      yield { id: 1 };
      await new Promise((resolve) => setTimeout(resolve, 5));
      throw new Error("offline");
    });
    await failure(() => p.run([numbers(3), source("other", () => resource("rows", [{ id: 1 }]))(), broken]));
    expect(p.hasPendingData).toBe(false);
    expect(p.state.sources).toBeUndefined();
    expect(await tables(p)).toEqual([]);
  });

  test("of a source function names the source", async () => {
    const broken = source("crm", async () => Promise.reject(new Error("boom")));
    const error = await failure(() => localPipeline().run(broken()));
    expect(error).toMatchObject({ code: "resource-failed", cause: new Error("boom") });
    expect(String(error)).toContain("source `crm`");
  });
});

describe("the state in the destination", () => {
  test("is committed with the rows of its package", async () => {
    const p = localPipeline();
    const info = await p.run(numbers(2));
    const [row] = await query(p, "SELECT pipeline_name, engine_version, _dlt_load_id AS load FROM _dlt_pipeline_state");
    expect(row).toEqual({ pipeline_name: "shop", engine_version: 4, load: info.loadIds[0] });
    expect(await query(p, "SELECT load_id, status FROM _dlt_loads")).toEqual([{ load_id: info.loadIds[0], status: 0 }]);
    expect(await values(p, "SELECT DISTINCT _dlt_load_id FROM numbers")).toEqual([info.loadIds[0]]);
  });

  test("gets a row only when the state changed", async () => {
    const local = machine();
    const rows = resource("rows", [{ id: 1 }]);
    for (let run = 0; run < 3; run += 1) await local.pipeline().run(rows);
    const p = local.pipeline();
    expect(await stateRows(p)).toHaveLength(1);
    await p.run(numbers(1));
    await p.run(numbers(1));
    expect(await stateRows(p)).toHaveLength(2);
    await p.run(numbers(2));
    expect(await stateRows(p)).toHaveLength(3);
    expect(await values(p, "SELECT count(*) FROM _dlt_loads")).toEqual([5]);
  });

  test("carries a change of state without rows", async () => {
    const local = machine();
    const silent = resource("silent", async function* ({ state }: ResourceContext<{ n?: number }>) {
      state.n = (state.n ?? 0) + 1;
    });
    await local.pipeline().run(silent);
    await local.pipeline().run(silent);
    local.wipe();
    const p = local.pipeline();
    await p.run(silent);
    expect(p.state.sources?.["shop"]?.resources?.["silent"]).toEqual({ n: 3 });
  });

  test("a run without rows and without a change makes no package", async () => {
    const p = localPipeline();
    await p.run(numbers(1));
    const info = await p.run(numbers(1));
    expect(info.loadIds).toEqual([]);
    expect(await values(p, "SELECT count(*) FROM _dlt_loads")).toEqual([1]);
  });
});

describe("a clean working directory", () => {
  test("goes on from the state in the destination, and adds no row twice", async () => {
    const local = machine();
    await local.pipeline().run(numbers(3));
    local.wipe();
    const p = local.pipeline();
    expect(p.firstRun).toBe(true);
    const info = await p.run(numbers(5));
    expect(info.firstRun).toBe(false);
    expect(p.firstRun).toBe(false);
    expect(await values(p, "SELECT n FROM numbers ORDER BY n")).toEqual([1, 2, 3, 4, 5]);
  });

  test("gets state and schemas by sync()", async () => {
    const local = machine();
    await local.pipeline().run([numbers(3), source("crm", () => resource("deals", [{ id: 1 }]))()]);
    local.wipe();
    const p = local.pipeline();
    await p.sync();
    expect(Object.keys(p.schemas).sort()).toEqual(["crm", "shop"]);
    expect(p.defaultSchema?.name).toBe("shop");
    expect(p.state.sources?.["shop"]?.resources?.["numbers"]).toEqual({ last: 3 });
    expect(Object.keys(p.schemas["crm"]?.tables["deals"]?.columns ?? {})).toContain("id");
  });

  test("finds no state under another pipeline name, dataset or database", async () => {
    const local = machine();
    await local.pipeline().run(numbers(3));
    local.wipe();
    for (const p of [local.pipeline({ name: "other" }), local.pipeline({ datasetName: "elsewhere" }), machine().pipeline()]) {
      await p.sync();
      expect(p.firstRun).toBe(true);
      expect(p.state.sources).toBeUndefined();
    }
  });

  test("does not take the state of a package that was never loaded", async () => {
    const local = machine();
    await local.pipeline().run(numbers(3));
    const p = local.pipeline();
    await p.extract(numbers(5));
    await p.normalize();
    local.wipe();
    await local.pipeline().run(numbers(6));
    expect(await values(p, "SELECT n FROM numbers ORDER BY n")).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe("two machines", () => {
  test("take over from each other", async () => {
    const local = machine();
    const a = local.pipeline();
    const b = local.pipeline({ pipelinesDir: join(local.dir, "other machine") });
    await a.run(numbers(1));
    await b.run(numbers(2));
    await a.run(numbers(3));
    await b.run(numbers(4));
    expect(await values(a, "SELECT n FROM numbers ORDER BY n")).toEqual([1, 2, 3, 4]);
  });
});

describe("a dataset that was dropped", () => {
  test("makes it a first run again", async () => {
    const p = localPipeline();
    await p.run(numbers(2));
    {
      await using client = p.sqlClient();
      await client.execute("DROP SCHEMA data CASCADE");
    }
    const info = await p.run(numbers(3));
    expect(info.firstRun).toBe(true);
    expect(await values(p, "SELECT n FROM numbers ORDER BY n")).toEqual([1, 2, 3]);
  });
});

describe("restoreFromDestination: false", () => {
  test("writes no state into the destination and reads none, and keeps it locally", async () => {
    const local = machine();
    const options = { restoreFromDestination: false };
    await local.pipeline(options).run(numbers(2));
    await local.pipeline(options).run(numbers(3));
    const p = local.pipeline(options);
    expect(await values(p, "SELECT n FROM numbers ORDER BY n")).toEqual([1, 2, 3]);
    expect(await values(p, "SELECT count(*) FROM information_schema.tables WHERE table_name = '_dlt_pipeline_state'")).toEqual([0]);
    local.wipe();
    await local.pipeline(options).run(numbers(1));
    expect(await values(p, "SELECT n FROM numbers ORDER BY n")).toEqual([1, 1, 2, 3]);
  });

  test("turned on again, the state is written with the next package", async () => {
    const local = machine();
    await local.pipeline({ restoreFromDestination: false }).run(numbers(2));
    await local.pipeline().run(numbers(3));
    local.wipe();
    const p = local.pipeline();
    await p.run(numbers(4));
    expect(await values(p, "SELECT n FROM numbers ORDER BY n")).toEqual([1, 2, 3, 4]);
  });
});
