import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { type FilesystemOptions, filesystem } from "../../src/destinations/filesystem/index.ts";
import {
  attach,
  ConfigError,
  Decimal,
  type Pipeline,
  type PipelineOptions,
  PlainDate,
  PlainTime,
  pipeline,
  resource,
  source,
  Timestamp,
  UndefinedRelationError,
  UnsupportedError,
} from "../../src/index.ts";
import { tempDir } from "../temp-dir.ts";
import { failure, query } from "./local-pipeline.ts";

interface Folder {
  readonly bucket: string;
  open(options?: PipelineOptions, files?: FilesystemOptions): Pipeline;
  /** Relative to the dataset, in order. */
  files(): string[];
  text(file: string): string;
}

function folder(): Folder {
  const dir = tempDir();
  const bucket = join(dir, "bucket");
  const base = { name: "shop", datasetName: "data", pipelinesDir: join(dir, "pipelines"), progress: "none" } as const;
  return {
    bucket,
    open: (options = {}, files = {}) => pipeline({ ...base, destination: filesystem({ bucketUrl: bucket, ...files }), ...options }),
    files: () =>
      readdirSync(join(bucket, "data"), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(bucket.length + "/data/".length))
        .sort(),
    text: (file) => {
      const bytes = readFileSync(join(bucket, "data", file));
      return (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
    },
  };
}

/** Names without what differs from run to run. */
function shapes(files: readonly string[]): string[] {
  return files.map((file) =>
    file
      .replaceAll(/\d{10}\.\d+/g, "LOAD")
      .replaceAll(/[0-9a-f]{64}/g, "HASH")
      .replace(/LOAD\.[0-9a-f]{10}\./, "LOAD.FILE."),
  );
}

const people = [
  { id: 1, name: "Ada", tags: ["a", "b"] },
  { id: 2, name: "Bob", tags: [] },
];

describe("files in a folder", () => {
  test("are those that dlt would write", async () => {
    const { open, files, text } = folder();
    await open().run(people, { tableName: "people" });
    expect(shapes(files())).toEqual([
      "_dlt_loads/shop__LOAD.jsonl",
      "_dlt_pipeline_state/shop__LOAD__HASH.jsonl",
      "_dlt_version/shop__LOAD__HASH.jsonl",
      "init",
      "people/LOAD.FILE.jsonl.gz",
      "people__tags/LOAD.FILE.jsonl.gz",
    ]);
    expect(text("init")).toBe('{"initial_version":2,"current_version":2}');
    const [load = "", state = "", version = "", , rows = ""] = files();
    const { load_id, version_hash, ...others } = { ...JSON.parse(text(load)), ...JSON.parse(text(version)) };
    expect(load).toBe(`_dlt_loads/shop__${load_id}.jsonl`);
    expect(others).toMatchObject({ schema_name: "shop", status: 0, schema_version_hash: version_hash, engine_version: 11 });
    const hash = Buffer.from(version_hash, "base64").toString("hex");
    expect(version.endsWith(`__${hash}.jsonl`)).toBe(true);
    expect(state).toBe(`_dlt_pipeline_state/shop__${load_id}__${hash}.jsonl`);
    expect(Object.keys(JSON.parse(text(state)))).toEqual([
      "version",
      "engine_version",
      "pipeline_name",
      "state",
      "created_at",
      "version_hash",
      "_dlt_load_id",
    ]);
    expect(
      text(rows)
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).name),
    ).toEqual(["Ada", "Bob"]);
  });

  test("of later runs are added; those of a replaced table go, with those nested in it", async () => {
    const { open, files } = folder();
    await open().run(people, { tableName: "people" });
    await open().run(people, { tableName: "people" });
    expect(files().filter((file) => file.startsWith("people/"))).toHaveLength(2);
    expect(files().filter((file) => file.startsWith("_dlt_version/"))).toHaveLength(1);
    expect(files().filter((file) => file.startsWith("_dlt_pipeline_state/"))).toHaveLength(1);
    await open().run([{ id: 3, name: "Cid" }], { tableName: "people", writeDisposition: "replace" });
    expect(files().filter((file) => file.startsWith("people"))).toHaveLength(1);
    expect(await query(open(), "SELECT id, name FROM people")).toEqual([{ id: 3, name: "Cid" }]);
    expect(await query(open(), "SELECT * FROM people__tags")).toEqual([]);
  });

  test("give back what was loaded", async () => {
    const { open } = folder();
    await open().run(people, { tableName: "people" });
    const { name } = (await open().dataset().table("people").where("id", "=", 2).fetchOne()) as { name: string };
    expect(name).toBe("Bob");
    expect(await open().dataset().rowCounts()).toEqual({ people: 2, people__tags: 2 });
    expect(
      await query(open(), "SELECT p.name, t.value FROM data.people p JOIN data.people__tags t ON t._dlt_parent_id = p._dlt_id ORDER BY 2"),
    ).toEqual([
      { name: "Ada", value: "a" },
      { name: "Ada", value: "b" },
    ]);
    expect(await failure(() => open().dataset().table("nobody").fetchAll())).toBeInstanceOf(UndefinedRelationError);
    const names = "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'data' ORDER BY 1";
    expect((await query(open(), names)).map(({ name }) => name)).toEqual([
      "_dlt_loads",
      "_dlt_pipeline_state",
      "_dlt_version",
      "people",
      "people__tags",
    ]);
    expect(await query(open(), "SHOW TABLES")).toHaveLength(5);
    await using client = open().sqlClient();
    expect(await failure(() => client.execute("DELETE FROM people"))).toBeInstanceOf(UnsupportedError);
    expect(await failure(() => client.query("CREATE TABLE mine AS SELECT 1"))).toBeInstanceOf(UnsupportedError);
  });

  test("keep the state for a clean machine", async () => {
    const { bucket } = folder();
    const counter = resource("counts", { stateAccess: "write" }, async function* ({ state }) {
      const mine = state as { n?: number };
      mine.n = (mine.n ?? 0) + 1;
      yield { n: mine.n };
    });
    for (const _ of [1, 2, 3]) {
      const p = pipeline({ name: "shop", datasetName: "data", pipelinesDir: tempDir(), progress: "none", destination: filesystem(bucket) });
      await p.run(counter);
    }
    const p = pipeline({ name: "shop", datasetName: "data", pipelinesDir: tempDir(), progress: "none", destination: filesystem(bucket) });
    expect(await query(p, "SELECT n FROM counts ORDER BY 1")).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  });
});

const at = Timestamp.from("2024-02-29T12:34:56.123456Z");
const everything = {
  id: 1,
  text: 'é "quoted", with a comma\nand a line',
  empty: "",
  large: 9007199254740993n,
  ratio: 0.1,
  paid: true,
  at,
  day: new PlainDate(2024, 2, 29),
  time: PlainTime.from("01:02:03.000004"),
  amount: new Decimal("12345678901234567890.123456789"),
  bytes: Buffer.from([0, 255, 10]),
};

describe("files of each format", () => {
  test.each(["jsonl", "parquet", "csv"] as const)("%s give back every value that DuckDB gives back", async (loaderFileFormat) => {
    const { open, files } = folder();
    const columns = { json: { dataType: "json" }, never: { dataType: "double" } } as const;
    const rows = [{ ...everything, json: { a: [1, "x"] } }, { id: 2 }];
    const onFiles = open({ loaderFileFormat });
    const onDuckDb = pipeline({
      name: "shop",
      datasetName: "data",
      pipelinesDir: tempDir(),
      progress: "none",
      destination: duckdb(":memory:"),
    });
    for (const p of [onFiles, onDuckDb]) await p.run(rows, { tableName: "docs", columns });
    const ending = loaderFileFormat === "parquet" ? "parquet" : `${loaderFileFormat}.gz`;
    expect(files().filter((file) => file.startsWith("docs/") && file.endsWith(`.${ending}`)).length).toBeGreaterThan(0);
    const read = (p: Pipeline) => query(p, "SELECT * EXCLUDE (_dlt_id, _dlt_load_id) FROM docs ORDER BY id");
    expect(await read(onFiles)).toEqual(await read(onDuckDb));
    await onDuckDb[Symbol.asyncDispose]();
  });

  test.each(["jsonl", "parquet", "csv"] as const)("%s without rows are files that can be read, too", async (loaderFileFormat) => {
    const { open, files } = folder();
    const empty = resource("docs", { columns: { id: { dataType: "bigint" } }, materialize: true }, () => []);
    await open({ loaderFileFormat }).run(empty);
    expect(files().filter((file) => file.startsWith("docs/"))).toHaveLength(1);
    expect(await query(open(), "SELECT id FROM docs")).toEqual([]);
    expect(await open().dataset().rowCounts()).toEqual({ docs: 0 });
  });

  test("may follow each other in one table", async () => {
    const { open } = folder();
    for (const [id, loaderFileFormat] of (["jsonl", "parquet", "csv"] as const).entries())
      await open({ loaderFileFormat }).run([{ id, at, [`only_${id}`]: `${id}` }], { tableName: "docs" });
    expect(await query(open(), 'SELECT id, "at", only_0, only_1, only_2 FROM docs ORDER BY id')).toEqual([
      { id: 0, at, only_0: "0", only_1: null, only_2: null },
      { id: 1, at, only_0: null, only_1: "1", only_2: null },
      { id: 2, at, only_0: null, only_1: null, only_2: "2" },
    ]);
  });

  test("insert_values are written as dlt does, and not read back", async () => {
    const { open, files, text } = folder();
    await open({ loaderFileFormat: "insert_values" }).run([{ id: 1 }], { tableName: "docs" });
    const [file = ""] = files().filter((each) => each.startsWith("docs/"));
    expect(file).toMatch(/\.insert_values\.gz$/);
    expect(text(file)).toMatch(/^INSERT INTO \{\}\("id","_dlt_load_id","_dlt_id"\)\nVALUES\n\(1,/);
    expect(await failure(() => query(open(), "SELECT * FROM docs"))).toMatchObject({ code: "unsupported" });
  });

  test("are not packed where the config says so", async () => {
    process.env["NORMALIZE__DATA_WRITER__DISABLE_COMPRESSION"] = "true";
    try {
      const { open, files } = folder();
      await open().run(people, { tableName: "people" });
      expect(files().filter((file) => file.endsWith(".gz"))).toEqual([]);
      expect(await query(open(), "SELECT id FROM people ORDER BY 1")).toEqual([{ id: 1 }, { id: 2 }]);
    } finally {
      delete process.env["NORMALIZE__DATA_WRITER__DISABLE_COMPRESSION"];
    }
  });
});

test("a pipeline is opened without its script, where its files are", async () => {
  const { bucket, open } = folder();
  await open().run(people, { tableName: "people" });
  const p = await attach("shop", { pipelinesDir: join(bucket, "..", "pipelines") });
  expect(await p.dataset().rowCounts()).toEqual({ people: 2, people__tags: 2 });
  await p[Symbol.asyncDispose]();
});

describe("a layout", () => {
  test("names the files, and tells a nested table from the one it is in", async () => {
    const layout = "{schema_name}/{table_name}_{YYYY}-{MM}/{owner}/{load_id}.{file_id}";
    const { open, files } = folder();
    const named: FilesystemOptions = {
      layout,
      extraPlaceholders: { owner: ({ tableName }) => `of-${tableName}` },
      currentDatetime: new Date("2024-05-06"),
    };
    await open({}, named).run(people, { tableName: "people" });
    await open({}, named).run(people, { tableName: "people" });
    const shape = (file: string) => file.replaceAll(/\d{10}\.\d+\.[0-9a-f]{10}/g, "*");
    expect(
      new Set(
        files()
          .filter((file) => file.startsWith("shop/"))
          .map(shape),
      ),
    ).toEqual(new Set(["shop/people_2024-05/of-people/*.jsonl.gz", "shop/people__tags_2024-05/of-people__tags/*.jsonl.gz"]));
    // The prefix `people_` is that of `people__tags_`, too.
    await open({}, named).run([{ id: 3, name: "Cid", tags: ["c"] }], { tableName: "people", writeDisposition: "replace" });
    expect(await query(open({}, named), "SELECT name, (SELECT count(*) FROM people__tags) AS tags FROM people")).toEqual([
      { name: "Cid", tags: 1 },
    ]);
  });

  test("takes its placeholders from the config, too", async () => {
    process.env["DESTINATION__FILESYSTEM__EXTRA_PLACEHOLDERS"] = '{"owner": "ann", "n": 7}';
    try {
      const { open, files } = folder();
      const named = { layout: "{table_name}/{owner}-{n}/{load_id}.{file_id}.{ext}" };
      await open({}, named).run(people, { tableName: "people" });
      expect(files().filter((file) => file.startsWith("people/ann-7/"))).toHaveLength(1);
      expect(await query(open({}, named), "SELECT id FROM people ORDER BY 1")).toEqual([{ id: 1 }, { id: 2 }]);
    } finally {
      delete process.env["DESTINATION__FILESYSTEM__EXTRA_PLACEHOLDERS"];
    }
  });

  test("that gives two files of a package one name is refused before anything is stored", async () => {
    const { open, files } = folder();
    process.env["NORMALIZE__DATA_WRITER__FILE_MAX_ITEMS"] = "1";
    try {
      const error = await failure(() => open({}, { layout: "{table_name}/{curr_date}.{ext}" }).run(people, { tableName: "people" }));
      expect(error).toMatchObject({ code: "config", message: expect.stringContaining("Add {file_id} to it.") });
      expect(files()).toEqual(["init"]);
    } finally {
      delete process.env["NORMALIZE__DATA_WRITER__FILE_MAX_ITEMS"];
    }
  });

  test("that cannot be is refused when the destination is made, and from config when it is opened", async () => {
    expect(() => filesystem({ layout: "{load_id}/{file_id}" })).toThrow(ConfigError);
    process.env["DESTINATION__FILESYSTEM__LAYOUT"] = "{table_name}/{nothing}";
    try {
      const error = await failure(() => folder().open().run(people, { tableName: "people" }));
      expect(error).toMatchObject({ code: "config", message: expect.stringContaining("unknown placeholders: {nothing}") });
    } finally {
      delete process.env["DESTINATION__FILESYSTEM__LAYOUT"];
    }
  });
});

describe("a package", () => {
  test("whose load record is missing does not count, and is completed by the next run", async () => {
    const { bucket, open, files } = folder();
    await open().run([{ id: 1 }], { tableName: "docs" });
    // A folder where a file is to go.
    await open().extract([{ id: 2 }], { tableName: "docs" });
    const { loadIds } = await open().normalize();
    const record = join(bucket, "data", "_dlt_loads", `shop__${loadIds[0]}.jsonl`);
    mkdirSync(record);
    expect(await failure(() => open().load())).toMatchObject({ code: "connection" });
    expect(files().filter((file) => file.startsWith("docs/"))).toHaveLength(2);
    expect(await query(open(), "SELECT id FROM docs")).toEqual([{ id: 1 }]);
    rmdirSync(record);
    await open().load();
    expect(await query(open(), "SELECT id FROM docs ORDER BY 1")).toEqual([{ id: 1 }, { id: 2 }]);
  });

  test("whose load fails leaves the rows that it was to replace", async () => {
    const { bucket, open } = folder();
    const replace = { tableName: "docs", writeDisposition: "replace" } as const;
    await open().run([{ id: 1 }], replace);
    rmSync(join(bucket, "data", ".leat_unfinished"), { recursive: true, force: true });
    writeFileSync(join(bucket, "data", ".leat_unfinished"), "in the way");
    expect(await failure(() => open().run([{ id: 2 }], replace))).toMatchObject({ code: "load-job-failed" });
    expect(await query(open(), "SELECT id FROM docs")).toEqual([{ id: 1 }]);
    rmSync(join(bucket, "data", ".leat_unfinished"));
    await open().load();
    expect(await query(open(), "SELECT id FROM docs")).toEqual([{ id: 2 }]);
  });

  test("with rows to merge appends them, with a warning", async () => {
    const { open } = folder();
    const warnings: string[] = [];
    const p = open({ onEvent: (event) => void (event.type === "warning" && warnings.push(event.message)) });
    const users = (name: string) =>
      resource("users", { primaryKey: "id", writeDisposition: "merge" }, () => [{ id: 1, name, tags: ["x"] }]);
    await p.run(users("Ada"));
    await p.run(users("Bob"));
    expect(warnings.filter((each) => each.includes("its rows are appended"))).toHaveLength(2);
    expect(await query(p, "SELECT name FROM users ORDER BY 1")).toEqual([{ name: "Ada" }, { name: "Bob" }]);
    expect(p.schemas["shop"]!.tables["users__tags"]!.columns).not.toHaveProperty("_dlt_root_id");
  });

  test("appends rows under ids of their own, whatever the strategy says that nobody follows, as with dlt", async () => {
    const { open } = folder();
    for (const strategy of ["upsert", "insert-only", "scd2"] as const) {
      const users = () => resource(strategy, { primaryKey: "id", writeDisposition: { disposition: "merge", strategy } }, [{ id: 1 }]);
      for (const _ of [1, 2]) await open().run(users());
      expect(await query(open(), `SELECT count(*) AS n, count(DISTINCT _dlt_id) AS ids FROM "${strategy.replace("-", "_")}"`)).toEqual([
        { n: 2, ids: 2 },
      ]);
    }
  });

  test("of several jobs loads them side by side, as many as load.workers says", async () => {
    const { open } = folder();
    const sources = ["a", "b", "c"].map((name) => resource(name, () => [{ id: 1 }]));
    await open({ load: { workers: 1 } }).run(sources);
    await open({ load: { workers: 3 } }).run(sources);
    expect(await open().dataset().rowCounts()).toEqual({ a: 2, b: 2, c: 2 });
  });
});

describe("what is kept in files", () => {
  test("is limited to so many states; older ones go", async () => {
    const { open, files } = folder();
    const counter = resource("counts", { stateAccess: "write" }, function* ({ state }) {
      const mine = state as { n?: number };
      mine.n = (mine.n ?? 0) + 1;
      yield { n: mine.n };
    });
    for (const _ of [1, 2, 3, 4]) await open({}, { maxStateFiles: 2 }).run(counter);
    expect(files().filter((file) => file.startsWith("_dlt_pipeline_state/"))).toHaveLength(2);
    const p = pipeline({
      name: "shop",
      datasetName: "data",
      pipelinesDir: tempDir(),
      progress: "none",
      destination: filesystem(open().datasetName),
    });
    expect(p.firstRun).toBe(true);
  });

  test("is of a version: that of an old dataset goes up, a newer one is left alone", async () => {
    const { bucket, open, files, text } = folder();
    mkdirSync(join(bucket, "data"), { recursive: true });
    writeFileSync(join(bucket, "data", "init"), "");
    await open().run(people, { tableName: "people" });
    expect(text("init")).toBe('{"initial_version":1,"current_version":2}');
    // Packed, and not called so.
    expect(files().filter((file) => file.endsWith(".gz"))).toEqual([]);
    expect(await query(open(), "SELECT name FROM people ORDER BY 1")).toEqual([{ name: "Ada" }, { name: "Bob" }]);
    writeFileSync(join(bucket, "data", "init"), '{"initial_version":2,"current_version":3}');
    const before = files();
    expect(await failure(() => open().run(people, { tableName: "people" }))).toMatchObject({ code: "unsupported" });
    expect(files()).toEqual(before);
  });

  test("may have another dataset for each schema, and the state beside the default one", async () => {
    const { bucket, open } = folder();
    const sources = ["one", "two"].map((name) => source(name, () => [resource("docs", () => [{ from: name }])])());
    const p = open({ useSingleDataset: false });
    await p.run(sources);
    expect(readdirSync(bucket).sort()).toEqual(["data", "data_two"]);
    expect(readdirSync(join(bucket, "data_two", "docs"))).toHaveLength(1);
    expect(existsSync(join(bucket, "data_two", "_dlt_pipeline_state"))).toBe(true);
    expect(readdirSync(join(bucket, "data_two", "_dlt_pipeline_state"))).toEqual([]);
  });

  test("in a storage that leat does not have is refused, with the password left out", async () => {
    const p = pipeline({ name: "shop", pipelinesDir: tempDir(), progress: "none", destination: filesystem("az://me:secret@container") });
    const error = await failure(() => p.run(people, { tableName: "people" }));
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).not.toContain("secret");
  });
});
