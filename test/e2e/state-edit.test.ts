import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Decimal } from "decimal.js";
import { describe, expect, test } from "vitest";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { type Pipeline, type PipelineState, pipeline, type ResourceContext, resource, source, Timestamp } from "../../src/index.ts";
import { tempDir } from "../temp-dir.ts";
import { failure, localPipeline, machine, query, values } from "./local-pipeline.ts";

/** Yields the numbers after the one in its state, up to `until`. */
const numbers = (until: number) =>
  resource("numbers", function* ({ state }: ResourceContext<{ last?: number; at?: Date }>) {
    for (let n = (state.last ?? 0) + 1; n <= until; n += 1) {
      state.last = n;
      yield { n };
    }
  });

const numbersState = (state: PipelineState): { last?: number } =>
  state.sources!["shop"]!.resources!["numbers"] as unknown as { last?: number };

const loadedNumbers = (p: Pipeline): Promise<unknown[]> => values(p, "SELECT n FROM numbers ORDER BY n");
const versions = (p: Pipeline): Promise<unknown[]> => values(p, "SELECT version FROM _dlt_pipeline_state ORDER BY version");

describe("State: editState", () => {
  test("State: an edited cursor is where the next run starts, also on a clean machine", async () => {
    const local = machine();
    const p = local.pipeline();
    await p.run(numbers(4));
    await p.editState((state) => {
      numbersState(state).last = 2;
    });
    expect(p.state.sources).toEqual({ shop: { resources: { numbers: { last: 2 } } } });
    local.wipe();
    const elsewhere = local.pipeline();
    await elsewhere.run(numbers(5));
    expect(await loadedNumbers(elsewhere)).toEqual([1, 2, 3, 3, 4, 4, 5]);
  });

  test("State: an edit is one commit: a state row and a load record of its own", async () => {
    const p = localPipeline();
    const { loadIds } = await p.run(numbers(1));
    await p.editState((state) => void (numbersState(state).last = 7));
    const rows = await query<{ version: number; load: string }>(
      p,
      "SELECT s.version, s._dlt_load_id AS load FROM _dlt_pipeline_state s JOIN _dlt_loads l ON l.load_id = s._dlt_load_id AND l.status = 0 ORDER BY 1",
    );
    expect(rows).toEqual([
      { version: 1, load: loadIds[0] },
      { version: 2, load: expect.any(String) },
    ]);
    expect(await values(p, "SELECT count(*) FROM _dlt_version")).toEqual([1]);
    expect(p.hasPendingData).toBe(false);
  });

  test("State: an edit that changes nothing stores nothing", async () => {
    const p = localPipeline();
    await p.run(numbers(1));
    await p.editState((state) => {
      numbersState(state).last = 5;
      numbersState(state).last = 1;
    });
    expect(await versions(p)).toEqual([1]);
    expect(await values(p, "SELECT count(*) FROM _dlt_loads")).toEqual([1]);
  });

  test("State: typed values are there as what they are, and stay", async () => {
    const p = localPipeline();
    const at = Timestamp.from("2026-01-02T03:04:05.123456Z");
    const seen: unknown[] = [];
    await p.editState((state) => void (state.sources = { shop: { price: new Decimal("2.50"), resources: { orders: { at } } } }));
    await p.editState((state) => {
      const { price, resources } = state.sources!["shop"]!;
      seen.push(price, resources!["orders"]!["at"]);
      resources!["orders"]!["n"] = 2n ** 60n;
    });
    expect(seen).toEqual([new Decimal("2.5"), at]);
    expect(p.state.sources).toEqual({ shop: { price: new Decimal("2.5"), resources: { orders: { at, n: 2n ** 60n } } } });
  });

  test("State: what another machine has committed is there, and is kept", async () => {
    const local = machine();
    const a = local.pipeline();
    await a.run(numbers(1));
    await local.pipeline({ pipelinesDir: join(local.dir, "b") }).run(numbers(3));
    const seen: unknown[] = [];
    await a.editState((state) => {
      seen.push(numbersState(state).last);
      state.sources!["shop"]!["note"] = "edited";
    });
    expect(seen).toEqual([3]);
    expect(a.state.sources).toEqual({ shop: { note: "edited", resources: { numbers: { last: 3 } } } });
  });

  test("State: an edit that another machine overtakes is refused, leaves no package, and can be done again", async () => {
    const local = machine();
    const [a, b] = [local.pipeline(), local.pipeline({ pipelinesDir: join(local.dir, "b") })];
    await a.run(numbers(1));
    const late = async (state: PipelineState): Promise<void> => {
      await b.run(numbers(3));
      numbersState(state).last = 9;
    };
    const error = await failure(() => a.editState(late as unknown as () => void));
    expect(error).toMatchObject({ code: "state-conflict", path: "sources.shop.resources.numbers" });
    expect(String(error)).toContain("Nothing was stored. Look at it, and edit it again.");
    expect([a.hasPendingData, numbersState(a.state as PipelineState)]).toEqual([false, { last: 1 }]);
    await a.editState((state) => void (numbersState(state).last = 9));
    expect((await a.stateHistory()).map(({ version, state }) => [version, numbersState(state)])).toEqual([
      [3, { last: 9 }],
      [2, { last: 3 }],
      [1, { last: 1 }],
    ]);
  });

  test("State: before the first run it makes the dataset, with the default schema, and the run goes on from there", async () => {
    const p = localPipeline();
    await p.editState((state) => void (state.sources = { shop: { resources: { numbers: { last: 2 } } } }));
    expect([p.firstRun, p.defaultSchema?.name]).toEqual([false, "shop"]);
    await p.run(numbers(4));
    expect(await loadedNumbers(p)).toEqual([3, 4]);
  });

  test("State: an async change is waited for", async () => {
    const p = localPipeline();
    const change = async (state: PipelineState): Promise<void> => {
      await Promise.resolve();
      state.sources = { shop: { n: 1 } };
    };
    await p.editState(change as unknown as () => void);
    expect(p.state.sources).toEqual({ shop: { n: 1 } });
  });

  test("State: a change that throws changes nothing", async () => {
    const p = localPipeline();
    await p.run(numbers(1));
    const change = (state: PipelineState): void => {
      numbersState(state).last = 9;
      throw new Error("never mind");
    };
    expect(await failure(() => p.editState(change))).toEqual(new Error("never mind"));
    expect([p.state.sources, await versions(p)]).toEqual([{ shop: { resources: { numbers: { last: 1 } } } }, [1]]);
  });

  test.each<[path: string, change: (state: PipelineState) => void]>([
    ["_state_version", (state) => void (state._state_version = 9)],
    ["_version_hash", (state) => void (state._version_hash = "x")],
    ["pipeline_name", (state) => void (state.pipeline_name = "other")],
    ["dataset_name", (state) => void (state.dataset_name = "other")],
    ["schema_names", (state) => void state.schema_names.push("other")],
    ["default_schema_name", (state) => void (state.default_schema_name = null)],
    ["destination_type", (state) => void (state.destination_type = null)],
    ["_local", (state) => void (state._local!["mine"] = 1)],
    ["more", (state) => void Object.assign(state, { more: 1 })],
    ["sources", (state) => void Object.assign(state, { sources: [] })],
    ["sources.shop", (state) => void Object.assign(state.sources!, { shop: 1 })],
    ["sources.shop.resources", (state) => void Object.assign(state.sources!["shop"]!, { resources: "none" })],
    ["sources.shop.resources.numbers", (state) => void Object.assign(state.sources!["shop"]!.resources!, { numbers: null })],
    ["sources.shop.f", (state) => void (state.sources!["shop"]!["f"] = () => 1)],
    ["sources.shop.map", (state) => void (state.sources!["shop"]!["map"] = new Map())],
  ])("State: a change of %s is refused", async (path, change) => {
    const p = localPipeline();
    await p.run(numbers(1));
    const before = p.state;
    expect(await failure(() => p.editState(change))).toMatchObject({ code: "state-invalid", path });
    expect(p.state).toEqual(before);
    expect(await versions(p)).toEqual([1]);
  });

  test("State: packages that wait refuse it, until they are loaded or given up", async () => {
    const p = localPipeline();
    await p.run(numbers(1));
    const { loadIds } = await p.extract(numbers(2));
    const edit = () => p.editState((state) => void (numbersState(state).last = 9));
    expect(await failure(edit)).toMatchObject({ code: "package-pending", loadIds });
    expect(await failure(() => p.rollbackState("1.0"))).toMatchObject({ code: "package-pending" });
    await p.run();
    await edit();
    expect(await versions(p)).toEqual([1, 2, 3]);
  });

  test("State: a pipeline that runs refuses it", async () => {
    const p = localPipeline();
    const errors: unknown[] = [];
    const editing = resource("editing", async function* () {
      errors.push(await failure(() => p.editState(() => {})), await failure(() => p.setLocalState("n", 1)));
      yield { id: 1 };
    });
    await p.run(editing);
    expect(errors).toMatchObject([{ code: "pipeline-locked" }, { code: "pipeline-locked" }]);
  });

  test("State: an edit that cannot be loaded waits as a package, and the next run finishes it", async () => {
    const p = localPipeline();
    await p.run(numbers(1));
    {
      await using client = p.sqlClient();
      await client.execute("ALTER TABLE _dlt_loads RENAME TO aside");
      await client.execute(
        "CREATE VIEW _dlt_loads AS SELECT load_id, schema_name, status + 0 AS status, inserted_at, schema_version_hash FROM aside",
      );
    }
    const error = await failure(() => p.editState((state) => void (numbersState(state).last = 5)));
    expect([error, p.hasPendingData]).toMatchObject([{ code: expect.any(String) }, true]);
    {
      await using client = p.sqlClient();
      await client.execute("DROP VIEW _dlt_loads");
      await client.execute("ALTER TABLE aside RENAME TO _dlt_loads");
    }
    await p.run(numbers(6));
    expect(await loadedNumbers(p)).toEqual([1, 6]);
  });

  test("State: without restoreFromDestination it changes the state of this machine alone", async () => {
    const p = localPipeline({ restoreFromDestination: false });
    await p.run(numbers(3));
    await p.editState((state) => void (numbersState(state).last = 2));
    expect(await values(p, "SELECT count(*) FROM _dlt_loads")).toEqual([1]);
    await p.run(numbers(3));
    expect(await loadedNumbers(p)).toEqual([1, 2, 3, 3]);
  });
});

describe("State: values of this machine", () => {
  test("State: a local value is kept between processes, is never synced and makes no new version", async () => {
    const local = machine();
    const p = local.pipeline();
    await p.run(numbers(1));
    const before = p.state;
    p.setLocalState("seen", { at: new Date(0), list: [1n] });
    expect(local.pipeline().getLocalState("seen")).toEqual({ at: Timestamp.fromMicros(0), list: [1] });
    expect([p.state._state_version, p.state._version_hash]).toEqual([before._state_version, before._version_hash]);
    await p.run(numbers(2));
    expect(p.getLocalState("seen")).toBeDefined();
    expect(Object.keys((await p.stateHistory())[0]!.state)).not.toContain("_local");
    local.wipe();
    await local.pipeline().sync();
    expect(local.pipeline().getLocalState("seen")).toBeUndefined();
  });

  test("State: a local value may be set before the first run, and be taken away", async () => {
    const p = localPipeline();
    p.setLocalState("machine", "blue");
    expect([p.firstRun, p.getLocalState("machine")]).toEqual([true, "blue"]);
    const { firstRun } = await p.run(numbers(1));
    expect([firstRun, p.getLocalState("machine"), p.state.destination_type]).toEqual([true, "blue", expect.stringContaining("dlt.")]);
    p.setLocalState("machine", undefined);
    expect(p.getLocalState("machine")).toBeUndefined();
    expect(Object.keys(p.state._local!)).not.toContain("machine");
  });

  test("State: a local value survives an abort", async () => {
    const p = localPipeline();
    await p.run(numbers(1));
    await p.extract(numbers(2));
    p.setLocalState("machine", "blue");
    await p.abortPackages();
    expect([p.getLocalState("machine"), p.state.sources]).toEqual(["blue", { shop: { resources: { numbers: { last: 1 } } } }]);
  });

  test.each([
    "first_run",
    "initial_cwd",
    "last_run_context",
    "_dev_mode",
    "_last_extracted_hash",
    "_last_extracted_at",
    "leat_destination_place",
    "",
  ])("State: the key %j of leat and dlt can be read, not set", async (key) => {
    const p = localPipeline();
    await p.run(numbers(1));
    const before = p.getLocalState(key);
    expect(await failure(() => p.setLocalState(key, "x"))).toMatchObject({ code: "config" });
    expect(p.getLocalState(key)).toEqual(before);
  });

  test("State: a local value that state cannot hold is refused with its path", async () => {
    const p = localPipeline();
    expect(await failure(() => p.setLocalState("odd", { f: (() => 1) as never }))).toMatchObject({
      code: "state-invalid",
      path: "_local.odd.f",
    });
    expect(p.getLocalState("odd")).toBeUndefined();
  });
});

describe("State: history", () => {
  test("State: all versions are there, the newest first, each with its load and its content", async () => {
    const p = localPipeline();
    const loads: string[] = [];
    for (const until of [1, 2, 2, 5]) loads.push(...(await p.run(numbers(until))).loadIds);
    const history = await p.stateHistory();
    expect(history.map(({ version, loadId }) => [version, loadId])).toEqual([
      [3, loads[2]],
      [2, loads[1]],
      [1, loads[0]],
    ]);
    expect(history.map(({ state }) => state.sources!["shop"]!.resources!["numbers"])).toEqual([{ last: 5 }, { last: 2 }, { last: 1 }]);
    expect(history[0]!.createdAt).toBeInstanceOf(Date);
    expect(Math.abs(history[0]!.createdAt.getTime() - Date.now())).toBeLessThan(60_000);
  });

  test("State: a rollback makes an older state the newest version, and the next run starts there", async () => {
    const local = machine();
    const p = local.pipeline();
    const { loadIds } = await p.run(numbers(2));
    await p.run(numbers(4));
    p.setLocalState("machine", "blue");
    await p.run([{ id: 1 }], { tableName: "others" });
    await p.rollbackState(loadIds[0]!);
    expect((await p.stateHistory()).map(({ version }) => version)).toEqual([3, 2, 1]);
    expect([p.state.sources, p.state._state_version]).toEqual([{ shop: { resources: { numbers: { last: 2 } } } }, 3]);
    expect(p.getLocalState("machine")).toBe("blue");
    expect(await loadedNumbers(p)).toEqual([1, 2, 3, 4]);
    local.wipe();
    const elsewhere = local.pipeline();
    await elsewhere.run(numbers(4));
    expect(await loadedNumbers(elsewhere)).toEqual([1, 2, 3, 3, 4, 4]);
  });

  test("State: a rollback keeps what belongs to the pipeline: its schemas, its dataset", async () => {
    const p = localPipeline();
    const { loadIds } = await p.run(numbers(1));
    const deals = resource("deals", function* ({ state }) {
      state["n"] = 1;
      yield { id: 1 };
    });
    await p.run(source("crm", () => deals)());
    await p.run(numbers(2));
    await p.rollbackState(loadIds[0]!);
    expect(p.state).toMatchObject({ schema_names: ["crm", "shop"], dataset_name: "data", default_schema_name: "shop" });
    expect(p.state.sources).toEqual({ shop: { resources: { numbers: { last: 1 } } } });
  });

  test("State: a rollback to a load that stored no state names those that did", async () => {
    const p = localPipeline();
    const { loadIds } = await p.run(numbers(1));
    const error = await failure(() => p.rollbackState("1.5"));
    expect(error).toMatchObject({ code: "config" });
    expect(String(error)).toContain(`no state of pipeline \`shop\` of load \`1.5\`. There are ${loadIds[0]} (v1).`);
    expect(await versions(p)).toEqual([1]);
  });

  test("State: a rollback to where it is stores nothing", async () => {
    const p = localPipeline();
    const { loadIds } = await p.run(numbers(1));
    await p.rollbackState(loadIds[0]!);
    expect(await versions(p)).toEqual([1]);
  });

  test("State: a damaged version is an error when it is looked at, and does not hide the others", async () => {
    const p = localPipeline();
    await p.run(numbers(1));
    await p.run(numbers(2));
    {
      await using client = p.sqlClient();
      await client.execute("UPDATE _dlt_pipeline_state SET state = 'damaged' WHERE version = 1");
    }
    const [newer, older] = await p.stateHistory();
    expect(newer!.state.sources).toEqual({ shop: { resources: { numbers: { last: 2 } } } });
    expect(await failure(() => older!.state)).toMatchObject({ code: "state-invalid" });
  });

  test("State: without a database there is no history, and none is made", async () => {
    const dir = tempDir();
    const p = pipeline({
      name: "never",
      destination: duckdb(join(dir, "data.duckdb")),
      pipelinesDir: join(dir, "pipelines"),
      progress: "none",
    });
    expect(await failure(() => p.stateHistory())).toMatchObject({ code: "connection" });
    expect(readdirSync(dir)).toEqual([]);
  });
});
