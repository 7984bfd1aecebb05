import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { tempDir } from "../temp-dir.ts";
import { failure } from "./local-pipeline.ts";

// Threads run files of the built package: Node 20 runs no TypeScript.
const dist = resolve(process.env["LEAT_DIST"] ?? fileURLToPath(new URL("../../dist", import.meta.url)));
const built = (path: string): string => pathToFileURL(join(dist, path)).href;
const { pipeline, resource, source, current, withHints }: typeof import("../../src/index.ts") = await import(built("index.js"));
const { duckdb }: typeof import("../../src/destinations/duckdb/index.ts") = await import(built("destinations/duckdb/index.js"));
const { onCrashPoint }: typeof import("../../src/core/crash-point.ts") = await import(built("core/crash-point.js"));

type Pipeline = import("../../src/index.ts").Pipeline;
type Options = Parameters<typeof pipeline>[0] & object;
type Row = Record<string, unknown>;

const points: Record<string, number> = {};

beforeEach(() => {
  // Several units of little data.
  vi.stubEnv("SOURCES__DATA_WRITER__FILE_MAX_BYTES", "1000000");
  for (const name of Object.keys(points)) delete points[name];
  onCrashPoint((name) => {
    points[name] = (points[name] ?? 0) + 1;
  });
});

afterEach(() => {
  onCrashPoint(undefined);
  vi.stubEnv("LOAD__EARLY", undefined);
});

interface Machine {
  readonly database: string;
  open(options?: Options): Pipeline;
}

const machine = (): Machine => {
  const dir = tempDir();
  const database = join(dir, "data.duckdb");
  const fixed = { name: "shop", datasetName: "data", pipelinesDir: join(dir, "pipelines"), progress: "none" } as const;
  return { database, open: (options = {}) => pipeline({ destination: duckdb(database), ...fixed, ...options }) };
};

const text = (seed: string): string => {
  let all = "";
  while (all.length < 10_000) all += createHash("sha512").update(`${seed} ${all.length}`).digest("base64");
  return all;
};

/** About 10 kB each, with late columns, variants and nested rows. */
const order = (id: number): Row => ({
  _dlt_id: `order ${id}`,
  id,
  note: text(`note ${id}`),
  amount: id % 97 === 96 ? `about ${id}` : id,
  ...(id > 300 ? { [`late_${Math.floor(id / 100)}`]: id } : {}),
  ...(id % 2 === 0 ? { lines: [{ sku: `sku ${id}`, parts: [id, id + 1] }, { sku: id }] } : {}),
});

/** Waits until rows were added to a transaction, at most a minute. */
async function untilEarly(more = 2): Promise<void> {
  const enough = (points["load:early"] ?? 0) + more;
  for (let time = 0; (points["load:early"] ?? 0) < enough && time < 6000; time += 1) await sleep(10);
  expect(points["load:early"]).toBeGreaterThanOrEqual(enough);
}

/** `ends`: what the generator waits for before its last rows. */
const orders = (ends: () => Promise<void> = async () => {}, hints: Parameters<typeof withHints>[1] = {}) =>
  resource("orders", async function* () {
    for (let id = 0; id < 1300; id += 1) {
      yield order(id);
      if (id === 1200) await ends();
    }
  }).applyHints(hints);

const small = resource("small", { writeDisposition: "merge", primaryKey: "id" }, () => [
  { _dlt_id: "one", id: 1, at: 2 },
  { _dlt_id: "two", id: 2 },
]);

/** All rows of all tables in their order, without what each load makes anew; the columns, the schema, and how many records there are. */
async function contentOf(p: Pipeline): Promise<unknown> {
  await using client = p.sqlClient();
  const names = await client.query<{ name: string }>(
    "SELECT table_name AS name FROM duckdb_tables() WHERE schema_name = 'data' ORDER BY ALL",
  );
  const tables: Record<string, unknown> = {};
  for (const { name } of names) {
    const table = client.qualifiedName(name);
    const columns = (await client.query(`DESCRIBE ${table}`)).map((column) => String((column as Row)["column_name"]));
    const kept = columns.filter((column) => column !== "_dlt_load_id").map((column) => `"${column}"`);
    const isOwn = name.startsWith("_dlt");
    const hash = isOwn ? "" : `md5(string_agg(ROW(${kept.join()})::VARCHAR, '' ORDER BY rowid)) AS hash, `;
    tables[name] = { columns, rows: await client.query(`SELECT ${hash}count(*) AS rows FROM ${table}`) };
  }
  return { tables, schema: p.defaultSchema?.version_hash };
}

async function withoutEarly(run: (p: Pipeline) => Promise<unknown>): Promise<unknown> {
  vi.stubEnv("LOAD__EARLY", "false");
  const p = machine().open();
  await run(p);
  vi.stubEnv("LOAD__EARLY", undefined);
  return contentOf(p);
}

describe("rows that are loaded while others are extracted", () => {
  test("are those of a package that is loaded in the end, in one commit", { timeout: 180_000 }, async () => {
    const events: string[] = [];
    const p = machine().open({
      onEvent: (event) => events.push(event.type === "job-completed" ? `${event.type} ${event.job.table}` : event.type),
    });
    await p.run([orders(untilEarly), small]);
    // Also of the last raw file, which is normalized when all are extracted.
    expect(points["load:early"]).toBe(events.filter((event) => event === "job-completed orders").length);
    // On tables that are there.
    const info = await p.run([orders(untilEarly), small]);
    expect(info.packages.every(({ state }) => state === "loaded")).toBe(true);
    expect(points["load:after-commit"]).toBe(2);

    const later: string[] = [];
    vi.stubEnv("LOAD__EARLY", "false");
    const other = machine().open({
      onEvent: (event) => later.push(event.type === "job-completed" ? `${event.type} ${event.job.table}` : event.type),
    });
    for (let time = 0; time < 2; time += 1) await other.run([orders(), small]);
    vi.stubEnv("LOAD__EARLY", undefined);
    expect(await contentOf(p)).toEqual(await contentOf(other));
    const ofLoad = (all: readonly string[]): string[] => all.filter((type) => type.startsWith("job-") || type === "package-committed");
    expect(ofLoad(events)).toEqual(ofLoad(later));
  });

  test("are not seen by resources, which see the last commit", { timeout: 180_000 }, async () => {
    const { open } = machine();
    await open().run([{ id: 1 }], { tableName: "orders" });
    const seen: unknown[] = [];
    const looking = async (): Promise<void> => {
      await untilEarly();
      seen.push(await current.pipeline().dataset().table("orders").select("id").fetchAll());
    };
    await open().run(orders(looking));
    expect(seen).toEqual([[{ id: 1 }]]);
  });

  test("are gone when the extract fails", { timeout: 180_000 }, async () => {
    const { open } = machine();
    await open().run([{ id: 1 }], { tableName: "others" });
    const before = await contentOf(open());
    const failing = orders(async () => {
      await untilEarly();
      throw new RangeError("No more.");
    });
    expect(await failure(() => open().run(failing))).toMatchObject({ cause: { message: "No more." } });
    expect(await contentOf(open())).toEqual(before);
    await open().run(orders());
    await using client = open().sqlClient();
    expect(await client.query("SELECT count(*) AS rows, count(DISTINCT id) AS ids FROM orders")).toEqual([{ rows: 1300, ids: 1300 }]);
  });

  test("let others open the file when no more come for some seconds", { timeout: 180_000 }, async () => {
    const { open, database } = machine();
    const opening = `const { DuckDBInstance } = require("@duckdb/node-api"); DuckDBInstance.create(process.argv[1]).then((it) => it.closeSync(), (error) => { console.error(String(error)); process.exit(1); })`;
    const opens = (): number | null => spawnSync(process.execPath, ["-e", opening, database], { cwd: process.cwd() }).status;
    const found: (number | null)[] = [];
    const waiting = orders(async () => {
      await untilEarly();
      found.push(opens());
      for (let time = 0; time < 60 && found.at(-1) !== 0; time += 1) {
        await sleep(1000);
        found[1] = opens();
      }
    });
    await open().run(waiting);
    expect(found).toEqual([1, 0]);
    expect(await contentOf(open())).toEqual(await withoutEarly((p) => p.run(orders())));
  });

  test("are loaded again where somebody else has committed meanwhile", { timeout: 180_000 }, async () => {
    const { open } = machine();
    await open().run([{ id: 1 }], { tableName: "others" });
    const beside = orders(async () => {
      await untilEarly();
      await open({ name: "beside" }).run([{ id: 2 }], { tableName: "others" });
    });
    await open().run(beside);
    await using client = open().sqlClient();
    expect(await client.query("SELECT count(*) AS rows FROM orders")).toEqual([{ rows: 1300 }]);
    expect(await client.query("SELECT id FROM others ORDER BY id")).toEqual([{ id: 1 }, { id: 2 }]);
  });

  test("are none of tables that are merged or replaced", { timeout: 180_000 }, async () => {
    const { open, database } = machine();
    const waits = async (): Promise<void> => sleep(500);
    await open().run(orders(waits, { writeDisposition: "replace" }));
    await open().run(orders(waits, { writeDisposition: "merge", primaryKey: "id" }));
    expect(existsSync(database)).toBe(true);
    expect(points["load:early"]).toBeUndefined();
  });

  test("are inserted by one thread of the database, unless somebody set its threads", { timeout: 180_000 }, async () => {
    const asked = "SELECT current_setting('threads')::INTEGER AS threads";
    const seen: unknown[] = [];
    const asking = (p: () => Pipeline) => async (): Promise<void> => {
      await untilEarly();
      await using client = p().sqlClient();
      seen.push((await client.query<{ threads: number }>(asked))[0]!.threads);
    };
    const { open, database } = machine();
    await using client = open().sqlClient();
    const [before] = await client.query<{ threads: number }>(asked);
    await open().run(orders(asking(open)));
    expect(await client.query(asked)).toEqual([before]);
    const three = { destination: duckdb({ path: database, settings: { threads: 3 } }) };
    await open(three).run(orders(asking(() => open(three))));
    expect(seen).toEqual([1, 3]);
  });

  test("leave a database without anything where the first extract fails, and the next run begins as it would have", {
    timeout: 180_000,
  }, async () => {
    const { open, database } = machine();
    const failing = orders(async () => {
      await untilEarly();
      throw new RangeError("No more.");
    });
    await failure(() => open().run(failing));
    expect(existsSync(database)).toBe(true);
    await using client = open().sqlClient();
    expect(await client.query("SELECT count(*) AS n FROM duckdb_tables()")).toEqual([{ n: 0 }]);
    expect(await client.query("SELECT count(*) AS n FROM duckdb_schemas() WHERE schema_name = 'data'")).toEqual([{ n: 0 }]);
    expect(open()).toMatchObject({ firstRun: true, hasPendingData: false });
    await open().run(orders());
    expect(await contentOf(open())).toEqual(await withoutEarly((p) => p.run(orders())));
  });

  test("are none of a run that refreshes, and of an extract alone", { timeout: 180_000 }, async () => {
    const { open } = machine();
    const p = open();
    await p.extract(orders(async () => sleep(500)));
    await p.normalize();
    await p.load();
    for (const refresh of ["drop_sources", "drop_resources", "drop_data"] as const)
      await open().run(
        orders(async () => sleep(500)),
        { refresh },
      );
    expect(points["load:early"]).toBeUndefined();
    await using client = open().sqlClient();
    expect(await client.query("SELECT count(*) AS rows, count(DISTINCT id) AS ids FROM orders")).toEqual([{ rows: 1300, ids: 1300 }]);
  });

  test("are none where a contract keeps something out, which says so as ever", { timeout: 180_000 }, async () => {
    const { open } = machine();
    await open().run(orders());
    const { tables } = (await contentOf(open())) as { tables: unknown };
    const early = points["load:early"];
    const late = resource("orders", async function* () {
      for (let id = 0; id < 1300; id += 1) yield { ...order(id), ...(id === 1290 ? { surprise: 1 } : {}) };
      await sleep(500);
    });
    expect(await failure(() => open().run(late, { schemaContract: { columns: "freeze" } }))).toMatchObject({
      code: "contract-violation",
      table: "orders",
      column: "surprise",
      rowIndex: 1290,
    });
    expect(points["load:early"]).toBe(early);
    expect(await contentOf(open())).toMatchObject({ tables });
  });

  test("fail in the end as others do when the database refuses them", { timeout: 180_000 }, async () => {
    const told = async (): Promise<unknown> => {
      const { open, database } = machine();
      const destination = duckdb({ path: database, createIndexes: true });
      const twice = resource("orders", { columns: { key: { dataType: "bigint", unique: true } } }, async function* () {
        for (let id = 0; id < 1300; id += 1) yield { ...order(id), key: id === 700 ? 3 : id };
        await sleep(500);
      });
      const error = await failure(() => open({ destination }).run(twice));
      await using client = open({ destination }).sqlClient();
      expect(await client.query("SELECT count(*) AS n FROM duckdb_tables()")).toEqual([{ n: 0 }]);
      const { code, message } = error as { code: string; message: string };
      return { code, isOfKey: message.includes('duplicate key "3"') };
    };
    const early = await told();
    expect(points["load:early"]).toBeGreaterThan(0);
    vi.stubEnv("LOAD__EARLY", "false");
    expect(await told()).toEqual(early);
    expect(early).toEqual({ code: "load-job-failed", isOfKey: true });
  });

  test("go to the dataset of the run in dev mode, and none go early where each source has its own", { timeout: 180_000 }, async () => {
    const dev = machine().open({ devMode: true });
    await dev.run(orders(untilEarly));
    await using reader = dev.sqlClient();
    expect(await reader.query("SELECT count(*) AS rows FROM orders")).toEqual([{ rows: 1300 }]);
    expect(await reader.query("SELECT count(*) AS n FROM duckdb_schemas() WHERE schema_name = 'data'")).toEqual([{ n: 0 }]);

    const early = points["load:early"];
    const other = source("other", () => [small]);
    const shop = source("shop", () => [orders(async () => sleep(500))]);
    const { open } = machine();
    await open({ useSingleDataset: false }).run([other(), shop()]);
    expect(points["load:early"]).toBe(early);
    await using client = open().sqlClient();
    expect(await client.query("SELECT count(*) AS rows FROM data_shop.orders")).toEqual([{ rows: 1300 }]);
    expect(await client.query("SELECT count(*) AS rows FROM small")).toEqual([{ rows: 2 }]);
  });
});
