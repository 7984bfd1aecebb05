import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type IncrementalOptions, type Pipeline, type PipelineEvent, type Resource, resource } from "../../src/index.ts";
import { failure, localPipeline, type Machine, machine, query, values } from "./local-pipeline.ts";

interface Row {
  readonly id: number;
  readonly at: number;
}

/** All with one value of the cursor. */
const atOnce = (count: number, at = 1, from = 1): readonly Row[] => Array.from({ length: count }, (_, index) => ({ id: from + index, at }));

function items(rows: readonly Row[], options: Partial<IncrementalOptions<Row, "at">> = {}): Resource<"items", Row> {
  return resource("items", { incremental: { cursorPath: "at", ...options } }, function* () {
    for (let from = 0; from < rows.length; from += 10) yield rows.slice(from, from + 10);
  });
}

const few = { state: { maxBorderHashes: 20 } };

function slot(p: Pipeline, name = "items"): Record<string, unknown> | undefined {
  return p.state.sources?.["shop"]?.resources?.[name]?.incremental?.["at"] as Record<string, unknown> | undefined;
}

const count = async (p: Pipeline): Promise<unknown> => (await query(p, "SELECT count(*) AS n, count(DISTINCT id) AS ids FROM items"))[0];
const entries = (p: Pipeline): Promise<unknown[]> => values(p, `SELECT "key" FROM _leat_keyed_state ORDER BY 1`);
const chunks = (p: Pipeline): readonly string[] => (slot(p)?.["leat_border"] as { chunks: string[] } | undefined)?.chunks ?? [];

function folder(m: Machine): string {
  return join(m.dir, "pipelines", "shop", "leat_border");
}

describe("more rows at the last value than the state is to hold", () => {
  test("are remembered beside the data, and not repeated", async () => {
    const p = localPipeline(few);
    await p.run(items(atOnce(50)));
    expect(slot(p)).toMatchObject({ last_value: 1, unique_hashes: [], leat_border: { last_value: 1, rows: 50 } });
    await p.run(items(atOnce(57)));
    expect(await count(p)).toEqual({ n: 57, ids: 57 });
    await p.run(items(atOnce(57)));
    expect(await count(p)).toEqual({ n: 57, ids: 57 });
  });

  test("up to the limit the state holds them, as dlt has it", async () => {
    const p = localPipeline(few);
    await p.run(items(atOnce(20)));
    expect(slot(p)?.["unique_hashes"]).toHaveLength(20);
    expect(Object.keys(slot(p)!)).toEqual(["initial_value", "last_value", "unique_hashes", "start_value"]);
    expect(await failure(() => entries(p))).toMatchObject({ code: "undefined-relation" });
    await p.run(items(atOnce(21)));
    expect(chunks(p)).toHaveLength(1);
    expect(await count(p)).toEqual({ n: 21, ids: 21 });
  });

  test("are forgotten, in the table too, when the cursor moves", async () => {
    const p = localPipeline(few);
    await p.run(items(atOnce(50)));
    expect(await entries(p)).toHaveLength(1);
    await p.run(items([...atOnce(50), ...atOnce(3, 2, 51)]));
    expect(slot(p)).not.toHaveProperty("leat_border");
    expect(slot(p)?.["unique_hashes"]).toHaveLength(3);
    expect(await entries(p)).toEqual([]);
    expect(await count(p)).toEqual({ n: 53, ids: 53 });
  });

  test("lie in few chunks, however many runs add to them", async () => {
    const p = localPipeline(few);
    for (let rows = 30; rows < 46; rows += 1) await p.run(items(atOnce(rows)));
    expect(chunks(p).length).toBeLessThan(6);
    expect(await entries(p)).toEqual([...chunks(p)].sort());
    expect(await count(p)).toEqual({ n: 45, ids: 45 });
  });

  test("are known to a clean machine", async () => {
    const m = machine();
    await m.pipeline(few).run(items(atOnce(50)));
    m.wipe();
    const p = m.pipeline(few);
    await p.run(items(atOnce(52)));
    expect(await count(p)).toEqual({ n: 52, ids: 52 });
  });

  test("and to a second one that was behind", async () => {
    const m = machine();
    const other = () => m.pipeline({ ...few, pipelinesDir: join(m.dir, "other") });
    await other().run(items(atOnce(30)));
    await m.pipeline(few).run(items(atOnce(40)));
    await m.pipeline(few).run(items([...atOnce(40), ...atOnce(30, 2, 41)]));
    await other().run(items([...atOnce(40), ...atOnce(31, 2, 41)]));
    expect(await count(other())).toEqual({ n: 71, ids: 71 });
  });

  test("also where the files on this machine are gone or damaged", async () => {
    const m = machine();
    await m.pipeline(few).run(items(atOnce(50)));
    const [name] = readdirSync(folder(m));
    writeFileSync(join(folder(m), name!), "nonsense");
    await m.pipeline(few).run(items(atOnce(51)));
    rmSync(folder(m), { recursive: true });
    await m.pipeline(few).run(items(atOnce(52)));
    expect(await count(m.pipeline())).toEqual({ n: 52, ids: 52 });
  });

  test("by key, too", async () => {
    const p = localPipeline(few);
    const keyed = (rows: readonly Row[]) => items(rows, { primaryKey: "id" } as never);
    await p.run(keyed(atOnce(50)));
    await p.run(keyed(atOnce(51)));
    expect(await count(p)).toEqual({ n: 51, ids: 51 });
  });

  test.each(["snake_case", "sql_cs_v1", "direct"] as const)("with the naming %s", async (naming) => {
    const m = machine();
    await m.pipeline({ ...few, naming }).run(items(atOnce(50)));
    m.wipe();
    const p = m.pipeline({ ...few, naming });
    await p.run(items(atOnce(51)));
    expect(await count(p)).toEqual({ n: 51, ids: 51 });
  });

  test("with names of one's own", async () => {
    const m = machine();
    const naming = { name: "shouted", normalizeIdentifier: (name: string) => name.toUpperCase() };
    await m.pipeline({ ...few, naming }).run(items(atOnce(50)));
    m.wipe();
    const p = m.pipeline({ ...few, naming });
    await p.run(items(atOnce(51)));
    expect(await query(p, 'SELECT count(*) AS n FROM "ITEMS"')).toEqual([{ n: 51 }]);
  });

  test("of each partition", async () => {
    const m = machine();
    const parted = (rows: readonly Row[]) =>
      resource("items", { incremental: { cursorPath: "at", partitionBy: "shop" } }, () =>
        rows.flatMap((row) => ["a", "b"].map((shop, index) => ({ ...row, shop, id: row.id + 1000 * index }))),
      );
    await m.pipeline(few).run(parted(atOnce(50)));
    m.wipe();
    await m.pipeline(few).run(parted(atOnce(51)));
    expect(await count(m.pipeline())).toEqual({ n: 102, ids: 102 });
  });
});

describe("a package that brings them", () => {
  test("and is given up takes them with it", async () => {
    const m = machine();
    const p = m.pipeline(few);
    await p.run(items(atOnce(30)));
    const before = chunks(p);
    await p.extract(items(atOnce(90)));
    expect(chunks(p)).not.toEqual(before);
    await p.abortPackages();
    expect(chunks(p)).toEqual(before);
    await p.run(items(atOnce(60)));
    expect(await count(p)).toEqual({ n: 60, ids: 60 });
  });

  test("and comes before one that is given up still has its own", async () => {
    const m = machine();
    for (const rows of [50, 60, 70]) await m.pipeline(few).extract(items(atOnce(rows)));
    const [, second] = await m.pipeline(few).listPackages();
    await m.opened(few).abortPackagesFrom(second!.loadId);
    await m.pipeline(few).extract(items(atOnce(60)));
    await m.pipeline(few).run(items(atOnce(70)));
    expect(await count(m.pipeline(few))).toEqual({ n: 70, ids: 70 });
  });

  test("and waits while another one is extracted", async () => {
    const p = localPipeline(few);
    await p.extract(items(atOnce(30)));
    await p.extract(items(atOnce(45)));
    await p.extract(items([...atOnce(45), ...atOnce(40, 2, 46)]));
    await p.normalize();
    await p.load();
    expect(await count(p)).toEqual({ n: 85, ids: 85 });
    expect(await entries(p)).toEqual([...chunks(p)].sort());
    await p.run(items(atOnce(41, 2, 46)));
    expect(await count(p)).toEqual({ n: 86, ids: 86 });
  });

  test("that fails leaves nothing", async () => {
    const p = localPipeline(few);
    await p.run(items(atOnce(30)));
    const failing = resource("items", { incremental: { cursorPath: "at" } }, async function* () {
      yield atOnce(90);
      throw new Error("the source is gone");
    });
    await failure(() => p.run(failing));
    await p.run(items(atOnce(90)));
    expect(await count(p)).toEqual({ n: 90, ids: 90 });
  });

  test("of a run in several ones", async () => {
    const m = machine();
    const p = m.pipeline(few);
    const ordered = (rows: readonly Row[]) => items(rows, { rowOrder: "asc" });
    await p.run(ordered([...atOnce(70), ...atOnce(70, 2, 71)]), { commitEvery: { rows: 20 } });
    expect(await entries(p)).toEqual([...chunks(p)].sort());
    m.wipe();
    await m.pipeline(few).run(ordered([...atOnce(70), ...atOnce(75, 2, 71)]), { commitEvery: { rows: 20 } });
    expect(await count(p)).toEqual({ n: 145, ids: 145 });
  });

  test("of a run in several ones whose resource goes whole into the last", async () => {
    const p = localPipeline(few);
    const others = resource("others", function* () {
      for (let id = 0; id < 60; id += 1) yield { id };
    });
    await p.run([items(atOnce(50)), others], { commitEvery: { rows: 10 } });
    await p.run([items(atOnce(51)), others], { commitEvery: { rows: 10 } });
    expect(await count(p)).toEqual({ n: 51, ids: 51 });
    expect(await entries(p)).toEqual([...chunks(p)].sort());
  });

  test("does not take away what another machine has committed meanwhile", async () => {
    const m = machine();
    const other = () => m.pipeline({ ...few, pipelinesDir: join(m.dir, "other") });
    const others = (rows: readonly Row[]) => items(rows.map((row) => ({ ...row, id: row.id + 1000 }))).withName("others");
    await m.pipeline(few).run(items(atOnce(30)));
    await m.pipeline(few).extract(items(atOnce(35)));
    await other().run(others(atOnce(40)));
    const p = m.pipeline(few);
    await p.run();
    await p.run([items(atOnce(36)), others(atOnce(41))]);
    m.wipe();
    await m.pipeline(few).run([items(atOnce(37)), others(atOnce(42))]);
    expect(await count(p)).toEqual({ n: 37, ids: 37 });
    expect(await query(p, "SELECT count(*) AS n, count(DISTINCT id) AS ids FROM others")).toEqual([{ n: 42, ids: 42 }]);
  });

  test("that meets another one for the same cursor is refused, and given up as any", async () => {
    const m = machine();
    const other = () => m.pipeline({ ...few, pipelinesDir: join(m.dir, "other") });
    await m.pipeline(few).run(items(atOnce(30)));
    await m.pipeline(few).extract(items(atOnce(35)));
    await other().run(items(atOnce(40)));
    const p = m.pipeline(few);
    expect(await failure(() => p.run())).toMatchObject({ code: "state-conflict" });
    await p.abortPackages();
    await p.run(items(atOnce(45)));
    expect(await count(p)).toEqual({ n: 45, ids: 45 });
  });

  test("goes into the dataset of its source", async () => {
    const m = machine();
    const options = { ...few, useSingleDataset: false };
    await m.pipeline(options).run(items(atOnce(30)));
    m.wipe();
    await m.pipeline(options).run(items(atOnce(31)));
    expect(await count(m.pipeline(options))).toEqual({ n: 31, ids: 31 });
  });
});

describe("what starts over", () => {
  test.each([
    ["a state path that is dropped", (p: Pipeline) => p.drop({ statePaths: ["resources.items.incremental"] }), 2],
    ["a resource that is dropped", (p: Pipeline) => p.drop("items"), 1],
  ] as const)("%s leaves no entry", async (_, startOver, times) => {
    const p = localPipeline(few);
    await p.run(items(atOnce(30)));
    await startOver(p);
    expect(await entries(p)).toEqual([]);
    await p.run(items(atOnce(30)));
    expect(await count(p)).toEqual({ n: 30 * times, ids: 30 });
    await p.run(items(atOnce(31)));
    expect(await count(p)).toEqual({ n: 30 * times + 1, ids: 31 });
  });

  test.each(["drop_sources", "drop_resources", "drop_data"] as const)("refresh %s leaves those of its run", async (refresh) => {
    const p = localPipeline(few);
    await p.run(items(atOnce(40)));
    await p.run(items(atOnce(30)), { refresh });
    expect(await entries(p)).toEqual([...chunks(p)].sort());
    await p.run(items(atOnce(31)));
    expect(await count(p)).toEqual({ n: 31, ids: 31 });
  });

  test("and a destination that is synced", async () => {
    const m = machine();
    const p = m.pipeline(few);
    await p.run(items(atOnce(30)));
    await p.sync();
    await p.run(items(atOnce(31)));
    expect(await count(p)).toEqual({ n: 31, ids: 31 });
  });

  test("a state that is set back to one whose rows are not known any more says so", async () => {
    const m = machine();
    const warnings: string[] = [];
    const onEvent = (event: PipelineEvent) => void (event.type === "warning" && warnings.push(event.code));
    const p = m.opened({ ...few, onEvent });
    await p.run(items(atOnce(30)));
    const before = structuredClone(slot(p));
    await p.run(items([...atOnce(30), { id: 31, at: 2 }]));
    await p.editState((state) => {
      state.sources!["shop"]!.resources!["items"]!.incremental!["at"] = before as never;
    });
    m.wipe();
    await p.run(items(atOnce(30)));
    expect(warnings).toContain("cursor-border-lost");
    expect(await count(p)).toEqual({ n: 61, ids: 31 });
    warnings.length = 0;
    await p.run(items(atOnce(30)));
    expect(warnings).toEqual([]);
    expect(await count(p)).toEqual({ n: 61, ids: 31 });
  });
});

describe("where the state is on this machine alone", () => {
  test("it holds all of them", async () => {
    const m = machine();
    const p = m.pipeline({ ...few, restoreFromDestination: false });
    await p.run(items(atOnce(50)));
    expect(slot(p)?.["unique_hashes"]).toHaveLength(50);
    expect(existsSync(folder(m))).toBe(false);
    await p.run(items(atOnce(51)));
    expect(await count(p)).toEqual({ n: 51, ids: 51 });
  });

  test("also those that lie beside the data already", async () => {
    const m = machine();
    await m.pipeline(few).run(items(atOnce(50)));
    const p = m.pipeline({ ...few, restoreFromDestination: false });
    await p.run(items(atOnce(51)));
    expect(slot(p)?.["unique_hashes"]).toHaveLength(51);
    expect(slot(p)).not.toHaveProperty("leat_border");
    expect(await count(p)).toEqual({ n: 51, ids: 51 });
  });
});

describe("a state of dlt", () => {
  test("with more hashes than the limit is taken over, and stays as it is until something is added", async () => {
    const m = machine();
    await m.pipeline({ state: { maxBorderHashes: 1000 } }).run(items(atOnce(500)));
    const p = m.pipeline(few);
    await p.run(items(atOnce(500)));
    expect(slot(p)?.["unique_hashes"]).toHaveLength(500);
    await p.run(items(atOnce(501)));
    expect(slot(p)).toMatchObject({ unique_hashes: [], leat_border: { rows: 501 } });
    expect(await count(p)).toEqual({ n: 501, ids: 501 });
  });

  test("that went on from one of leat is believed: what it read at the same value is known, what it passed is forgotten", async () => {
    const m = machine();
    const p = m.opened(few);
    await p.run(items(atOnce(30)));
    const known = localPipeline();
    await known.run(items([{ id: 31, at: 1 }]));
    const hashes = slot(known)!["unique_hashes"] as string[];
    const edit = (change: (at: Record<string, unknown>) => void) =>
      p.editState((state) => change(state.sources!["shop"]!.resources!["items"]!.incremental!["at"] as never));
    await edit((at) => {
      at["unique_hashes"] = hashes;
    });
    await p.run(items(atOnce(32)));
    expect(await values(p, "SELECT id FROM items WHERE id > 30")).toEqual([32]);
    await edit((at) => {
      at["last_value"] = 2;
      at["unique_hashes"] = [];
    });
    await p.run(items(atOnce(30, 2, 1)));
    expect(await query(p, 'SELECT count(*) AS n FROM items WHERE "at" = 2')).toEqual([{ n: 30 }]);
  });
});
