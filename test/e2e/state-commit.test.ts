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
