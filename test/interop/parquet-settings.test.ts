import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test, vi } from "vitest";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { Decimal, PlainDate, PlainDateTime, PlainTime, pipeline, Timestamp } from "../../src/index.ts";
import { tempDir } from "../temp-dir.ts";
import { runPython } from "./python.ts";

const script = fileURLToPath(new URL("parquet_with_dlt.py", import.meta.url));

afterEach(() => vi.unstubAllEnvs());

interface Facts {
  readonly types: object;
  readonly at: readonly string[];
  readonly naive: readonly string[];
  readonly rows: number;
  readonly version: string;
  readonly compression: string;
  readonly groups: readonly number[];
  readonly files: number;
}

test.each<[Record<string, string>, { readonly micros?: number; readonly rows?: number }]>([
  [{ compression: "snappy" }, {}],
  [{ compression: "gzip" }, {}],
  [{ compression: "brotli" }, {}],
  [{ compression: "none", version: "1.0" }, {}],
  [{ compression: "none", version: "2.6" }, {}],
  [{ compression: "none", data_page_size: "64", buffer_max_items: "1000" }, { rows: 500 }],
  [{ compression: "none", row_group_size: "100", buffer_max_items: "1000" }, { rows: 250 }],
  [{ compression: "none", coerce_timestamps: "us" }, { micros: 123_456 }],
  [{ compression: "none", coerce_timestamps: "ms" }, { micros: 123_000 }],
  [{ compression: "none", coerce_timestamps: "ms", allow_truncated_timestamps: "true" }, { micros: 123_456 }],
  [{ compression: "none", timestamp_timezone: "" }, {}],
  [{ compression: "none", timestamp_timezone: "UTC" }, {}],
  [{ compression: "none", file_max_items: "40", buffer_max_items: "20" }, { rows: 120 }],
])(
  "with %j pyarrow reads the types that it reads of dlt's file",
  { timeout: 120_000 },
  async (settings, { micros = 123_456, rows = 3 }) => {
    const folder = tempDir();
    for (const [key, value] of Object.entries(settings)) vi.stubEnv(`DATA_WRITER__${key.toUpperCase()}`, value);
    const files = await filesOfLeat(folder, micros, rows);
    const plan = { settings, micros, rows, files, folder: join(folder, "dlt"), database: join(folder, "dlt.duckdb") };
    const [byDlt, byLeat] = JSON.parse(await runPython(script, JSON.stringify(plan), folder)) as [Facts, Facts];
    expect(byLeat).toEqual(byDlt);
  },
);

async function filesOfLeat(folder: string, micros: number, count: number): Promise<readonly string[]> {
  const at = Timestamp.fromMicros(micros - 1_000_000);
  const fraction = String(micros).padStart(6, "0");
  const row = {
    text: "ä",
    fraction: 0.5,
    flag: true,
    at,
    naive: PlainDateTime.from(`1969-12-31T23:59:59.${fraction}`),
    day: PlainDate.from("1969-12-31"),
    time: PlainTime.from(`23:59:59.${fraction}`),
    amount: new Decimal("1.5"),
    exact: new Decimal("1.5"),
    bytes: Buffer.from("ab"),
    doc: { a: 1 },
  };
  const p = pipeline({
    name: "parquet",
    destination: duckdb(join(folder, "leat.duckdb")),
    datasetName: "data",
    pipelinesDir: join(folder, "pipelines"),
    progress: "none",
  });
  await p.run(
    Array.from({ length: count }, (_, id) => ({ id, ...row })),
    {
      tableName: "things",
      columns: {
        doc: { dataType: "json" },
        naive: { dataType: "timestamp", timezone: false },
        exact: { dataType: "decimal", precision: 10, scale: 2 },
      },
    },
  );
  const loaded = join(p.workingDir, "load", "loaded");
  const jobs = join(loaded, readdirSync(loaded)[0]!, "completed_jobs");
  return readdirSync(jobs)
    .filter((name) => name.startsWith("things."))
    .map((name) => join(jobs, name));
}
