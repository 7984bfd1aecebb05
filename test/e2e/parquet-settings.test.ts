import { readdirSync } from "node:fs";
import { join } from "node:path";
import * as zlib from "node:zlib";
import { afterEach, describe, expect, test, vi } from "vitest";
import { DuckDbReader } from "../../src/formats/parquet/__fixtures__/duckdb-reader.ts";
import { ConfigError, type Pipeline, Timestamp, TypeConflictError } from "../../src/index.ts";
import { failure, localPipeline, query, values } from "./local-pipeline.ts";

const hasZstd = "zstdCompressSync" in zlib;

afterEach(() => vi.unstubAllEnvs());

const rows = Array.from({ length: 3000 }, (_, id) => ({
  id,
  text: id % 7 === 0 ? null : `text ${id % 10} ${"x".repeat(id % 50)}`,
  flag: id % 3 === 0,
  at: Timestamp.fromMicros(1_700_000_000_000_000 + id * 1000),
  fraction: id + 0.25,
  bytes: new Uint8Array([id & 255]),
  late: id > 2500 ? id : null,
}));

interface Expected {
  readonly codec?: string;
  readonly groups?: number;
  readonly maxRows?: number;
}

describe("rows come back the same", () => {
  test.each<[Record<string, string>, Expected]>([
    [{ compression: "snappy" }, { codec: "SNAPPY" }],
    [{ compression: "gzip" }, { codec: "GZIP" }],
    [{ compression: "brotli" }, { codec: "BROTLI" }],
    ...(!hasZstd ? [] : [[{ compression: "zstd" }, { codec: "ZSTD" }] as [Record<string, string>, Expected]]),
    [{ row_group_size: "1000" }, { codec: "UNCOMPRESSED", groups: 3, maxRows: 1000 }],
    [{ data_page_size: "100" }, { codec: "UNCOMPRESSED", groups: 1 }],
    [
      { data_page_size: "1000", compression: "snappy", row_group_size: "2048" },
      { codec: "SNAPPY", groups: 2, maxRows: 2048 },
    ],
    [{ version: "1.0" }, { codec: "UNCOMPRESSED" }],
    [{ version: "2.6", coerce_timestamps: "ns" }, {}],
    [{ coerce_timestamps: "ms" }, {}],
    [{ timestamp_timezone: "" }, {}],
  ])("with %j", async (given, expected) => {
    set(given);
    const p = localPipeline();
    await p.run(rows, { tableName: "things" });
    const loaded = await query(p, "SELECT * EXCLUDE (_dlt_id, _dlt_load_id) FROM things ORDER BY id");
    expect(loaded).toHaveLength(rows.length);
    for (const [index, row] of rows.entries()) expect(loaded[index]).toEqual(row);
    const [codecs, groups, maxRows] = await fileFacts(p);
    if (expected.codec !== undefined) expect(codecs).toBe(expected.codec);
    if (expected.groups !== undefined) expect(Number(groups)).toBe(expected.groups);
    if (expected.maxRows !== undefined) expect(Number(maxRows)).toBe(expected.maxRows);
  });
});

test("a timestamp that milliseconds cannot hold is refused, or cut where that is allowed", async () => {
  set({ coerce_timestamps: "ms" });
  const given = [{ id: 1, at: Timestamp.from("2024-01-02T03:04:05.006007Z") }];
  const error = await failure(() => localPipeline().run(given, { tableName: "things" }));
  expect(error).toBeInstanceOf(TypeConflictError);
  expect(String(error)).toContain("allow_truncated_timestamps");
  set({ allow_truncated_timestamps: "true" });
  const p = localPipeline();
  await p.run(given, { tableName: "things" });
  expect(await values(p, 'SELECT "at" FROM things')).toEqual([Timestamp.from("2024-01-02T03:04:05.006Z")]);
});

test("a timestamp that nanoseconds cannot hold is refused", async () => {
  set({ coerce_timestamps: "ns", version: "2.6" });
  const error = await failure(() => localPipeline().run([{ at: Timestamp.from("2300-01-01T00:00:00Z") }], { tableName: "things" }));
  expect(error).toBeInstanceOf(TypeConflictError);
  expect(String(error)).toContain("2262");
});

test.each<[Record<string, string>, string]>([
  [{ compression: "lz4" }, "lz4"],
  [{ coerce_timestamps: "s" }, "coerce_timestamps"],
  [{ coerce_timestamps: "ns" }, "2.6"],
  [{ timestamp_timezone: "Europe/Berlin" }, "timestamp_timezone"],
  [{ flavor: "spark" }, "flavor"],
  [{ version: "3" }, "version"],
  [{ row_group_size: "0" }, "row_group_size"],
  [{ data_page_size: "0" }, "data_page_size"],
  [{ write_page_index: "true" }, "write_page_index"],
  [{ use_content_defined_chunking: "true" }, "use_content_defined_chunking"],
  ...(!hasZstd ? [[{ compression: "zstd" }, "22.15"] as [Record<string, string>, string]] : []),
])("%j is refused", async (given, word) => {
  set(given);
  const error = await failure(() => localPipeline().run([{ id: 1 }], { tableName: "things" }));
  expect(error).toBeInstanceOf(ConfigError);
  expect(String(error)).toContain(word);
});

function set(given: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(given)) vi.stubEnv(`DATA_WRITER__${key.toUpperCase()}`, value);
}

/** The codec, the number of row groups, and the rows of the largest. */
async function fileFacts(p: Pipeline): Promise<readonly unknown[]> {
  const loaded = join(p.workingDir, "load", "loaded");
  const jobs = join(loaded, readdirSync(loaded)[0]!, "completed_jobs");
  const file = readdirSync(jobs).find((name) => name.startsWith("things."))!;
  const reader = await DuckDbReader.open();
  try {
    const sql = `SELECT string_agg(DISTINCT compression, ','), count(DISTINCT row_group_id), max(row_group_num_rows) FROM parquet_metadata('${join(jobs, file)}')`;
    return (await reader.rows(sql))[0]!;
  } finally {
    reader.close();
  }
}
