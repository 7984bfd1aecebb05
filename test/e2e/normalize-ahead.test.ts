import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { tempDir } from "../temp-dir.ts";
import { failure } from "./local-pipeline.ts";

// Threads run files of the built package: Node 20 runs no TypeScript.
const dist = resolve(process.env["LEAT_DIST"] ?? fileURLToPath(new URL("../../dist", import.meta.url)));
const built = (path: string): string => pathToFileURL(join(dist, path)).href;
const { pipeline, resource, withHints }: typeof import("../../src/index.ts") = await import(built("index.js"));
const { duckdb }: typeof import("../../src/destinations/duckdb/index.ts") = await import(built("destinations/duckdb/index.js"));

type Pipeline = import("../../src/index.ts").Pipeline;
type Options = Parameters<typeof pipeline>[0] & object;
type Row = Record<string, unknown>;

beforeEach(() => {
  // Several units of little data.
  vi.stubEnv("SOURCES__DATA_WRITER__FILE_MAX_BYTES", "1000000");
});

const open = (options: Options = {}): Pipeline => {
  const dir = tempDir();
  return pipeline({
    name: "shop",
    destination: duckdb(join(dir, "data.duckdb")),
    datasetName: "data",
    pipelinesDir: join(dir, "pipelines"),
    progress: "none",
    ...options,
  });
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
  ...(id > 700 ? { [`late_${Math.floor(id / 100)}`]: id } : {}),
  ...(id % 2 === 0 ? { lines: [{ sku: `sku ${id}`, parts: [id, id + 1] }, { sku: id }] } : {}),
});

/** Job files that were written while their package is extracted. */
const filesAhead = (p: Pipeline): string[] =>
  readdirSync(join(p.workingDir, "normalize"), { recursive: true })
    .map(String)
    .filter((path) => /^[0-9a-f]{16}\/\d+\/new_jobs\/.+\.parquet$/.test(path));

/** Waits until there are some, at most a minute. */
async function untilAhead(p: Pipeline): Promise<void> {
  for (let time = 0; filesAhead(p).length === 0 && time < 6000; time += 1) await sleep(10);
  expect(filesAhead(p)).not.toEqual([]);
}

/** `ends`: what the generator waits for before its last rows. */
const orders = (ends: () => Promise<void> = async () => {}, name = "orders") =>
  resource(name, async function* () {
    for (let id = 0; id < 1200; id += 1) {
      yield order(id);
      if (id === 1100) await ends();
    }
  });

/** All rows of all tables without what each load makes anew, and the schema. */
async function contentOf(p: Pipeline): Promise<unknown> {
  await using client = p.sqlClient();
  const names = await client.query<{ name: string }>(
    "SELECT table_name AS name FROM duckdb_tables() WHERE schema_name = 'data' AND NOT starts_with(table_name, '_dlt') ORDER BY ALL",
  );
  const tables: Record<string, unknown> = {};
  for (const { name } of names) {
    const columns = (await client.query<{ name: string }>(`DESCRIBE ${client.qualifiedName(name)}`)) as readonly Row[];
    const kept = columns.map((column) => column["column_name"]).filter((column) => column !== "_dlt_load_id");
    const rows = await client.query(
      `SELECT md5(string_agg(all_of::VARCHAR, '' ORDER BY all_of)) AS sum, count(*) AS rows FROM (SELECT ROW(${kept.map((column) => `"${column}"`).join()}) AS all_of FROM ${client.qualifiedName(name)})`,
    );
    tables[name] = { columns, rows };
  }
  return { tables, schema: p.defaultSchema?.version_hash };
}

const withoutAhead = async (run: (p: Pipeline) => Promise<unknown>): Promise<unknown> => {
  vi.stubEnv("NORMALIZE__AHEAD", "false");
  const p = open();
  await run(p);
  vi.stubEnv("NORMALIZE__AHEAD", undefined);
  return contentOf(p);
};

describe("raw files that are normalized while others are extracted", () => {
  test("become what they become afterwards", { timeout: 180_000 }, async () => {
    const p = open();
    const info = await p.run(orders(() => untilAhead(p)));
    expect(info.rowCounts["orders"]).toBe(1200);
    expect(readdirSync(join(p.workingDir, "normalize")).sort()).toEqual([".version", "extracted"]);
    expect(info.trace.steps.map(({ step }) => step)).toEqual(["sync", "extract", "normalize", "load"]);
    // Once more, on tables that are there.
    await p.run(orders(() => untilAhead(p)));

    const expected = await withoutAhead(async (other) => {
      await other.run(orders());
      await other.run(orders());
    });
    expect(await contentOf(p)).toEqual(expected);
  });

  test("are done again where the table was declared in another way afterwards", { timeout: 180_000 }, async () => {
    const changing = (ends: () => Promise<void>) =>
      resource("orders", async function* () {
        for (let id = 0; id < 1200; id += 1) {
          yield id === 1150 ? withHints([order(id)], { columns: { amount: { dataType: "text" } } }) : order(id);
          if (id === 1100) await ends();
        }
      });
    const p = open();
    await p.run(changing(() => untilAhead(p)));
    expect(await contentOf(p)).toEqual(await withoutAhead((other) => other.run(changing(async () => {}))));
  });

  test("may be of several resources", { timeout: 180_000 }, async () => {
    const p = open();
    await p.run([orders(undefined, "zebras"), orders(() => untilAhead(p)), orders(undefined, "lines")]);
    const expected = await withoutAhead((other) => other.run([orders(undefined, "zebras"), orders(), orders(undefined, "lines")]));
    expect(await contentOf(p)).toEqual(expected);
  });

  test("leave nothing when the extract fails, or the run is cancelled", { timeout: 180_000 }, async () => {
    const cancelled = new AbortController();
    const p = open({ signal: cancelled.signal });
    const failing = orders(async () => {
      await untilAhead(p);
      throw new RangeError("No more.");
    });
    expect(await failure(() => p.run(failing))).toMatchObject({ cause: { message: "No more." } });
    expect(readdirSync(join(p.workingDir, "normalize")).sort()).toEqual([".version", "extracted"]);

    const cancelling = orders(async () => {
      await untilAhead(p);
      cancelled.abort(new Error("Enough."));
    });
    expect(await failure(() => p.run(cancelling))).toMatchObject({ code: "cancelled" });
    expect(readdirSync(join(p.workingDir, "normalize")).sort()).toEqual([".version", "extracted"]);
    expect(p.hasPendingData).toBe(false);
  });

  test("are none where that is not wanted, or a contract refuses something", { timeout: 180_000 }, async () => {
    const p = open();
    const none = orders(async () => {
      await sleep(500);
      expect(filesAhead(p)).toEqual([]);
    });
    await p.run(none, { schemaContract: { dataType: "discard_row" } });
    vi.stubEnv("NORMALIZE__AHEAD", "false");
    await p.run(none, { schemaContract: "evolve" });
  });
});
