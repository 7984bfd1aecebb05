import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import {
  Decimal,
  type FileFormat,
  type Pipeline,
  PlainDate,
  PlainDateTime,
  PlainTime,
  pipeline,
  resource,
  source,
  Timestamp,
} from "../../src/index.ts";
import { testDestinations } from "../destinations.ts";
import { tempDir } from "../temp-dir.ts";
import { failure, localPipeline, query, values } from "./local-pipeline.ts";

const formatsOf = { duckdb: ["parquet", "csv", "jsonl", "insert_values"], postgres: ["csv", "insert_values"], sqlite: ["jsonl"] } as const;

const awkward = [
  {
    id: 0,
    text: `quote " and ' , ; \\ \\. {} \r\n\t😀 \ud83d é`,
    empty: "",
    whole: 9223372036854775807n,
    fraction: 5e-324,
    flag: true,
    amount: new Decimal("12345678901234567890.123456789"),
    at: new Timestamp(Date.UTC(2024, 0, 2, 3, 4, 5), 6),
    naive: PlainDateTime.from("0001-01-01T00:00:00.000001"),
    day: PlainDate.from("9999-12-31"),
    time: PlainTime.from("23:59:59.999999"),
    bytes: new Uint8Array([0, 1, 92, 120, 255]),
    document: { a: [1.5, "quote \" ' \\ {}", null, { b: "é" }], half: "\ud83d \\ud83d \udc00 😀", "\ud800": 1 },
    tags: ["a", "", "b"],
  },
  { id: 1, text: "\\N", whole: -9223372036854775808n, fraction: -0, flag: false, bytes: new Uint8Array(0), tags: [] },
  { id: 2, text: "NULL", fraction: Number.MAX_VALUE, later: "only here" },
  { id: 3, text: null },
  { id: 4, fraction: 0.1, amount: new Decimal("-0.000000001"), document: [] },
  { id: 5, text: "x".repeat(3_000_000) },
];

for (const destination of testDestinations) {
  test(`awkward values are the same in every format on ${destination.name}`, async () => {
    const database = await destination.create();
    const [preferred, ...others] = formatsOf[destination.name];
    const expected = await loadedAs(preferred);
    expect(expected[0]).toMatchObject({ whole: 9223372036854775807n, fraction: 5e-324, empty: "", document: expect.anything() });
    expect(expected[0]?.["bytes"]).toEqual(awkward[0]?.bytes);
    for (const format of others) expect([format, await loadedAs(format)]).toEqual([format, expected]);

    async function loadedAs(format: FileFormat): Promise<Record<string, unknown>[]> {
      const datasetName = `as_${format}`;
      const p = pipeline({ name: "formats", destination: database.destination(), datasetName, pipelinesDir: tempDir(), progress: "none" });
      const columns = { document: { dataType: "json", nullable: true } } as const;
      await p.run(awkward as never, { tableName: "things", columns: columns as never, loaderFileFormat: format });
      expect(formatsOfFiles(p)).toEqual({ _dlt_pipeline_state: [preferredOf(destination.name)], things: [format], things__tags: [format] });
      const rows = await query(p, "SELECT * FROM things ORDER BY id");
      return rows.map(({ _dlt_id: _, _dlt_load_id: __, ...row }) => row);
    }
  });

  test(`a table without rows is emptied in every format on ${destination.name}`, async () => {
    const database = await destination.create();
    for (const format of formatsOf[destination.name]) {
      const p = pipeline({
        name: "formats",
        destination: database.destination(),
        datasetName: `as_${format}`,
        pipelinesDir: tempDir(),
        progress: "none",
        loaderFileFormat: format,
      });
      await p.run([{ id: 1 }], { tableName: "things", writeDisposition: "replace" });
      await p.run([], { tableName: "things", writeDisposition: "replace" });
      expect([format, await values(p, "SELECT id FROM things")]).toEqual([format, []]);
    }
  });
}

test("the format of a table wins over that of the run, that over the pipeline's, that over config; nested tables go with their table", async () => {
  vi.stubEnv("NORMALIZE__LOADER_FILE_FORMAT", "csv");
  try {
    const rows = [{ id: 1, list: [1] }];
    const shop = source("shop", () => [
      resource("plain", rows),
      resource("own", { fileFormat: "jsonl" }, rows),
      resource("preferred", { fileFormat: "preferred" }, rows),
    ]);
    const byConfig = localPipeline();
    await byConfig.run(shop());
    const named = {
      own: ["jsonl"],
      own__list: ["jsonl"],
      preferred: ["parquet"],
      preferred__list: ["parquet"],
      _dlt_pipeline_state: ["parquet"],
    };
    expect(formatsOfFiles(byConfig)).toEqual({ ...named, plain: ["csv"], plain__list: ["csv"] });
    const byPipeline = localPipeline({ loaderFileFormat: "insert_values" });
    await byPipeline.run(shop());
    expect(formatsOfFiles(byPipeline)).toEqual({ ...named, plain: ["insert_values"], plain__list: ["insert_values"] });
    const byRun = localPipeline({ loaderFileFormat: "insert_values" });
    await byRun.run(shop(), { loaderFileFormat: "parquet" });
    expect(formatsOfFiles(byRun)).toEqual({ ...named, plain: ["parquet"], plain__list: ["parquet"] });
    const byStep = localPipeline({ loaderFileFormat: "insert_values" });
    await byStep.extract(shop());
    await byStep.normalize({ loaderFileFormat: "jsonl" });
    await byStep.load();
    expect(formatsOfFiles(byStep)).toEqual({ ...named, plain: ["jsonl"], plain__list: ["jsonl"] });
    expect(await values(byStep, "SELECT value FROM plain__list")).toEqual([1]);
  } finally {
    vi.unstubAllEnvs();
  }
});

test("`file_max_items` ends job files, `buffer_max_items` and `file_max_bytes` too", async () => {
  for (const [name, value, files] of [
    ["FILE_MAX_ITEMS", "10", 3],
    ["FILE_MAX_BYTES", "1", 5],
  ] as const) {
    vi.stubEnv(`DATA_WRITER__${name}`, value);
    vi.stubEnv("DATA_WRITER__BUFFER_MAX_ITEMS", "5");
    try {
      const p = localPipeline();
      const rows = Array.from({ length: 25 }, (_, id) => ({ id }));
      const info = await p.run(rows, { tableName: "things" });
      expect(filesOf(p).filter((file) => file.startsWith("things."))).toHaveLength(files);
      expect(info.rowCounts).toMatchObject({ things: 25 });
      expect(await values(p, "SELECT id FROM things ORDER BY id")).toEqual(rows.map(({ id }) => id));
    } finally {
      vi.unstubAllEnvs();
    }
  }
});

test("job files of text are packed where `disable_compression` is false", async () => {
  vi.stubEnv("DATA_WRITER__DISABLE_COMPRESSION", "false");
  try {
    for (const destination of testDestinations) {
      const database = await destination.create();
      for (const format of formatsOf[destination.name]) {
        const datasetName = `as_${format}`;
        const p = pipeline({
          name: "formats",
          destination: database.destination(),
          datasetName,
          pipelinesDir: tempDir(),
          progress: "none",
        });
        const rows = Array.from({ length: 5000 }, (_, id) => ({ id, text: `text ${id}` }));
        await p.run(rows, { tableName: "things", loaderFileFormat: format });
        expect(filesOf(p).some((file) => file.endsWith(`${format}.gz`))).toBe(format !== "parquet");
        expect(await query(p, "SELECT id, text FROM things ORDER BY id")).toEqual(rows);
      }
    }
  } finally {
    vi.unstubAllEnvs();
  }
});

test("a format that the destination does not load is refused with those that it takes", async () => {
  for (const destination of testDestinations) {
    const p = pipeline({
      name: "formats",
      destination: (await destination.create()).destination(),
      pipelinesDir: tempDir(),
      progress: "none",
    });
    if (destination.name === "duckdb") {
      expect(await failure(() => p.run([{ id: 1 }], { tableName: "things", loaderFileFormat: "model" as never }))).toMatchObject({
        code: "config",
      });
      continue;
    }
    expect(await failure(() => p.run([{ id: 1 }], { tableName: "things", loaderFileFormat: "parquet" }))).toMatchObject({
      code: "unsupported",
    });
    expect(await failure(() => p.run([{ id: 1 }], { tableName: "things", fileFormat: "parquet" }))).toMatchObject({ code: "unsupported" });
    await p.run([{ id: 1 }], { tableName: "things" });
  }
});

function preferredOf(destination: keyof typeof formatsOf): FileFormat {
  return formatsOf[destination][0];
}

function formatsOfFiles(p: Pipeline): Record<string, string[]> {
  const formats: Record<string, string[]> = {};
  for (const file of filesOf(p)) {
    const [table, , , format] = file.split(".") as [string, string, string, string];
    formats[table] = [...new Set([...(formats[table] ?? []), format])];
  }
  return formats;
}

/** Of the last package that was loaded. */
function filesOf(p: Pipeline): string[] {
  const loaded = join(p.workingDir, "load", "loaded");
  return readdirSync(join(loaded, readdirSync(loaded).sort().at(-1)!, "completed_jobs"));
}
