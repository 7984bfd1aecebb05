import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { pipeline as pipelineOfSources } from "../../src/index.ts";
import { WorkerThread } from "../../src/normalize/worker-thread.ts";
import { tempDir } from "../temp-dir.ts";
import { failure, localPipeline } from "./local-pipeline.ts";

// Threads run files of the built package: Node 20 runs no TypeScript.
const dist = resolve(process.env["LEAT_DIST"] ?? fileURLToPath(new URL("../../dist", import.meta.url)));
const built = (path: string): string => pathToFileURL(join(dist, path)).href;
const { pipeline, resource }: typeof import("../../src/index.ts") = await import(built("index.js"));
const { duckdb }: typeof import("../../src/destinations/duckdb/index.ts") = await import(built("destinations/duckdb/index.js"));

type Options = Parameters<typeof pipeline>[0] & object;

beforeEach(() => {
  // Several units of little data.
  vi.stubEnv("SOURCES__DATA_WRITER__FILE_MAX_BYTES", "1000000");
});

const open = (dir: string, options: Options = {}) =>
  pipeline({
    name: "shop",
    destination: duckdb(join(dir, "data.duckdb")),
    datasetName: "data",
    pipelinesDir: join(dir, "pipelines"),
    progress: "none",
    ...options,
  });

const text = (seed: string, length: number): string => {
  let all = "";
  while (all.length < length) all += createHash("sha512").update(`${seed} ${all.length}`).digest("base64");
  return all.slice(0, length);
};

/** About 10 kB each: late columns, values of other types, lists and objects that come and go, the same column met in several units. */
const orders = resource("orders", function* () {
  for (let id = 0; id < 1200; id += 1) {
    yield {
      _dlt_id: `order ${id}`,
      id,
      note: text(`note ${id}`, 10_000),
      amount: id % 97 === 96 ? `about ${id}` : id % 5 === 0 ? id / 4 : id,
      ...(id > 400 && id % 50 === 0 ? { discount: id % 100 === 0 ? "10 %" : 10 } : {}),
      ...(id > 700 ? { [`late_${Math.floor(id / 100)}`]: id } : {}),
      ...(id % 2 === 0 ? { lines: [{ sku: `sku ${id}`, parts: [id, id + 1] }, { sku: id }] } : {}),
      ...(id > 900 ? { customer: { name: `customer ${id}`, tags: ["a", null, { deep: id }] } } : { customer: null }),
      ...(id === 1100 ? { Customer: "someone" } : {}),
      nothing: null,
    };
  }
});

/** All that the normalized package has, but for what the clock says. */
function packageOf(dir: string): Record<string, string> {
  const [folder] = readdirSync(join(dir, "pipelines", "shop", "load", "normalized"));
  const root = join(dir, "pipelines", "shop", "load", "normalized", folder!);
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter(
    // The id of its one row is random.
    (entry) => entry.isFile() && !entry.name.startsWith("_dlt_pipeline_state"),
  );
  return Object.fromEntries(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const bytes = readFileSync(path);
      return [
        path.slice(root.length),
        bytes.length < 100_000 ? bytes.toString("latin1") : createHash("sha256").update(bytes).digest("hex"),
      ];
    }),
  );
}

describe("two and three workers", () => {
  test("make the package that one makes, to the byte", { timeout: 180_000 }, async () => {
    const before = tempDir();
    await open(before).extract([orders, resource("small", () => [{ _dlt_id: "one", id: 1 }])]);
    const outcomes = [];
    for (const workers of [1, 2, 3]) {
      const dir = tempDir();
      cpSync(before, dir, { recursive: true });
      let usedThreads = false;
      const warnings: string[] = [];
      const shown: number[] = [];
      const p = open(dir, {
        normalize: { workers },
        onEvent: (event) => {
          if (event.type === "warning") warnings.push(event.message);
          if (event.type !== "normalize-progress") return;
          shown.push(event.rows);
          usedThreads ||= existsSync(join(p.workingDir, "load", "new", event.loadId, "units"));
        },
      });
      const { rowCounts, schemaUpdates } = await p.normalize();
      expect(usedThreads).toBe(workers > 1);
      expect(shown).toEqual([...shown].sort((one, other) => one - other));
      outcomes.push({ package: packageOf(dir), rowCounts, updates: JSON.stringify(schemaUpdates), warnings, rows: shown.at(-1) });
      await p.load();
      expect(p.hasPendingData).toBe(false);
    }
    expect(Object.keys(outcomes[0]!.package).filter((path) => path.includes("/orders.")).length).toBeGreaterThan(8);
    expect(outcomes[0]!.warnings.length).toBeGreaterThan(0);
    expect(outcomes[1]).toEqual(outcomes[0]);
    expect(outcomes[2]).toEqual(outcomes[0]);
  });

  test("fail of what one fails of, with its class and fields, and leave the extracted package", { timeout: 120_000 }, async () => {
    const before = tempDir();
    const broken = resource("orders", { columns: { id: { nullable: false } } }, function* () {
      for (let id = 0; id < 1000; id += 1) yield { id: id === 777 ? null : id, note: text(`note ${id}`, 10_000) };
    });
    await open(before).extract(broken);
    const told = [];
    for (const workers of [1, 2]) {
      const dir = tempDir();
      cpSync(before, dir, { recursive: true });
      const p = open(dir, { normalize: { workers } });
      const error = (await failure(() => p.normalize())) as Error;
      expect(error).toMatchObject({ code: "contract-violation", table: "orders", column: "id", rowIndex: 777 });
      told.push(error.message);
      expect((await p.listPackages()).map((one) => one.state)).toEqual(["extracted"]);
      expect(readdirSync(join(p.workingDir, "load", "new"))).toEqual([]);
    }
    expect(told[1]).toBe(told[0]);
  });

  test("end when the run is cancelled, and the next one does it again", { timeout: 120_000 }, async () => {
    const dir = tempDir();
    await open(dir).extract(orders);
    const cancelled = new AbortController();
    const p = open(dir, {
      normalize: { workers: 2 },
      signal: cancelled.signal,
      onEvent: (event) => {
        if (event.type === "normalize-progress") cancelled.abort(new Error("Enough."));
      },
    });
    expect(await failure(() => p.normalize())).toMatchObject({ code: "cancelled" });
    expect(readdirSync(join(p.workingDir, "load", "new"))).toEqual([]);
    const { rowCounts } = await open(dir, { normalize: { workers: 2 } }).normalize();
    expect(rowCounts["orders"]).toBe(1200);
  });

  test("fail with what a listener throws", { timeout: 120_000 }, async () => {
    const dir = tempDir();
    await open(dir).extract(orders);
    const onEvent = (event: { type: string }): void => {
      if (event.type === "normalize-progress") throw new RangeError("No more.");
    };
    expect(await failure(() => open(dir, { normalize: { workers: 2 }, onEvent }).normalize())).toMatchObject({ message: "No more." });
    expect(readdirSync(join(dir, "pipelines", "shop", "load", "new"))).toEqual([]);
  });

  test("keep to contracts", { timeout: 120_000 }, async () => {
    const dir = tempDir();
    await open(dir).run([{ id: 1 }], { tableName: "orders", primaryKey: "id" });
    const info = await open(dir, { normalize: { workers: 2 } }).run(orders, { schemaContract: { columns: "discard_value" } });
    expect(info.rowCounts["orders"]).toBe(1200);
    await using client = open(dir).sqlClient();
    expect(await client.query("SELECT * FROM orders WHERE id = 5")).toHaveLength(1);
    expect(Object.keys((await client.query("SELECT * FROM orders LIMIT 1"))[0]!)).not.toContain("note");
  });

  test("normalize packages that are cut off a run", { timeout: 120_000 }, async () => {
    const dir = tempDir();
    const info = await open(dir, { normalize: { workers: 2 }, commitEvery: { rows: 850 } }).run(orders);
    expect(info.loadIds.length).toBe(2);
    await using client = open(dir).sqlClient();
    expect(await client.query("SELECT count(*) AS rows, count(DISTINCT id) AS ids FROM orders")).toEqual([{ rows: 1200, ids: 1200 }]);
  });
});

describe("the setting", () => {
  test("is looked up in config", async () => {
    vi.stubEnv("NORMALIZE__WORKERS", "2");
    const p = localPipeline();
    await p.run([{ id: 1 }], { tableName: "rows" });
    expect(p.lastTrace?.resolvedConfig).toContainEqual({ key: "NORMALIZE__WORKERS", value: 2, provider: "environment" });
    vi.stubEnv("NORMALIZE__WORKERS", "0");
    expect(await failure(() => localPipeline().run([{ id: 1 }], { tableName: "rows" }))).toMatchObject({ code: "config" });
  });

  test("is a whole number of 1 or more", () => {
    expect(() => pipelineOfSources({ name: "shop", normalize: { workers: 0 } })).toThrow("`normalize.workers`");
    expect(() => pipelineOfSources({ name: "shop", normalize: { threads: 2 } as object })).toThrow("threads");
  });

  test("says so where threads cannot be started", async () => {
    const thread = new WorkerThread({ schema: () => {} } as never);
    await expect(thread.run({} as never, () => {})).rejects.toMatchObject({
      code: "config",
      message: expect.stringContaining("Set it to 1"),
    });
    await thread.end();
  });
});
