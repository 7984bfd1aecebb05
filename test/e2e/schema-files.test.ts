import { existsSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { attach, type PipelineEvent, type PipelineOptions, pipeline, resource, source } from "../../src/index.ts";
import { parseYaml, stringifyYaml } from "../../src/schema/formats/yaml.ts";
import { tempDir } from "../temp-dir.ts";
import { failure, machine, query, values } from "./local-pipeline.ts";

const columnTypes = (table: string) =>
  `SELECT column_name AS name, data_type AS type FROM information_schema.columns WHERE table_name = '${table}' AND column_name NOT LIKE '\\_dlt%' ESCAPE '\\' ORDER BY ordinal_position`;

interface FileDocument {
  version: number;
  version_hash: string;
  previous_hashes: string[];
  tables: { [table: string]: { columns: { [column: string]: Record<string, unknown> }; [hint: string]: unknown } };
  settings: Record<string, unknown>;
  normalizers: { names: string; json: { module: string; config?: object } };
}

/** A schema file as a person would begin it. */
function file(dir: string, content: object, name = "shop.schema.yaml"): string {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, name);
  const document = { engine_version: 11, name: "shop", tables: {}, ...content };
  writeFileSync(path, name.endsWith(".json") ? JSON.stringify(document) : stringifyYaml(document));
  return path;
}

function read(dir: string): FileDocument {
  return parseYaml(readFileSync(join(dir, "shop.schema.yaml"), "utf8")) as FileDocument;
}

function edit(dir: string, change: (document: FileDocument) => void): void {
  const document = read(dir);
  change(document);
  writeFileSync(join(dir, "shop.schema.yaml"), stringifyYaml(document));
}

function world() {
  const local = machine();
  const folders = { importSchemaPath: join(local.dir, "import"), exportSchemaPath: join(local.dir, "export") };
  const events: PipelineEvent[] = [];
  const run = (rows: readonly object[], options: PipelineOptions = folders) =>
    local.pipeline({ onEvent: (event) => events.push(event), ...options }).run(rows, { tableName: "items" });
  return { ...local, ...folders, folders, run, events };
}

describe("schemaPath: a source starts from a schema file", () => {
  const shop = (schemaPath: string | URL, rows: readonly object[]) => source("shop", { schemaPath }, () => resource("items", rows))();

  test.each([
    ["YAML", "a.yaml", (path: string) => path],
    ["JSON", "a.json", (path: string) => path],
    ["a URL", "a.yaml", (path: string) => pathToFileURL(path)],
    ["the text of a URL", "a.yaml", (path: string) => pathToFileURL(path).href],
  ])("columns, hints and settings of %s count", async (_, name, located) => {
    const { dir, ...local } = machine();
    const path = file(
      dir,
      {
        tables: { items: { columns: { price: { data_type: "decimal", precision: 10, scale: 2 }, id: { data_type: "text" } } } },
        settings: { detections: [] },
      },
      name,
    );
    const p = local.pipeline();
    await p.run(shop(located(path), [{ id: 7, price: 1, at: "2024-01-02T03:04:05Z" }]));
    expect(await query(p, columnTypes("items"))).toEqual([
      { name: "price", type: "DECIMAL(10,2)" },
      { name: "id", type: "VARCHAR" },
      { name: "at", type: "VARCHAR" },
    ]);
    expect(p.schemas["shop"]).toMatchObject({ settings: { detections: [] } });
  });

  test("what is added to the file later is added to what is stored", async () => {
    const { dir, ...local } = machine();
    const p = local.pipeline();
    await p.run(shop(file(dir, { tables: { items: { columns: { id: { data_type: "bigint" } } } } }), [{ id: 1, name: "a" }]));
    const path = file(dir, {
      tables: { items: { columns: { id: { data_type: "bigint", description: "the number" }, size: { data_type: "double" } } } },
    });
    await p.run(shop(path, [{ id: 2, size: 3 }]));
    expect(Object.keys(p.schemas["shop"]!.tables["items"]!.columns)).toEqual(["id", "name", "_dlt_load_id", "_dlt_id", "size"]);
    expect(p.schemas["shop"]!.tables["items"]!.columns["id"]).toMatchObject({ description: "the number" });
    expect(await values(p, "SELECT size FROM items ORDER BY id")).toEqual([null, 3]);
    const { version } = p.schemas["shop"]!;
    await p.run(shop(path, [{ id: 3 }]));
    expect(p.schemas["shop"]!.version).toBe(version);
  });

  test("a source under another name has the schema under that name", async () => {
    const { dir, ...local } = machine();
    const p = local.pipeline();
    await p.run(shop(file(dir, { tables: { items: { columns: { id: { data_type: "text" } } } } }), [{ id: 1 }]).withName("second"));
    expect(p.schemas["second"]).toMatchObject({ name: "second", tables: { items: { columns: { id: { data_type: "text" } } } } });
  });

  test('refresh "drop_sources" begins with the file again', async () => {
    const { dir, ...local } = machine();
    const p = local.pipeline();
    const path = file(dir, { tables: { items: { columns: { id: { data_type: "text" } } } } });
    await p.run(shop(path, [{ id: 1, old: 1 }]));
    await p.run(shop(path, [{ id: 2 }]), { refresh: "drop_sources" });
    expect(await query(p, columnTypes("items"))).toEqual([{ name: "id", type: "VARCHAR" }]);
    expect(await values(p, "SELECT id FROM items")).toEqual(["2"]);
  });

  test("a file that is missing, broken or of another name is refused with its path", async () => {
    const { dir, ...local } = machine();
    const p = local.pipeline();
    const missing = join(dir, "nowhere.yaml");
    expect(await failure(() => p.run(shop(missing, [])))).toMatchObject({ code: "config", message: `There is no schema file ${missing}.` });
    const other = file(dir, { name: "market" });
    expect(await failure(() => p.run(shop(other, [])))).toMatchObject({ code: "config", message: expect.stringContaining("`market`") });
    writeFileSync(join(dir, "broken.yaml"), "a: [");
    expect(await failure(() => p.run(shop(join(dir, "broken.yaml"), [])))).toMatchObject({
      code: "config",
      message: expect.stringContaining("broken.yaml: the text is not YAML"),
    });
    expect(() => source("shop", { schemaPath: 1 as never }, () => resource("a", []))).toThrow("path or a URL");
  });
});

describe("settings of a schema file take effect", () => {
  const runWith = async (content: object, rows: readonly object[], options: PipelineOptions = {}) => {
    const { dir, ...local } = machine();
    const p = local.pipeline({ importSchemaPath: dir, ...options });
    file(dir, content);
    await p.run(rows, { tableName: "items" });
    return p;
  };

  test("detections", async () => {
    const now = Math.floor(Date.now() / 1000);
    const p = await runWith({ settings: { detections: ["timestamp", "iso_date"] } }, [
      { unix: now, day: "2024-01-02", iso: "2024-01-02T03:04:05Z" },
    ]);
    expect(await query(p, columnTypes("items"))).toEqual([
      { name: "unix", type: "TIMESTAMP WITH TIME ZONE" },
      { name: "day", type: "DATE" },
      { name: "iso", type: "VARCHAR" },
    ]);
  });

  test("default_hints by pattern", async () => {
    const settings = { default_hints: { not_null: ["re:_id$"], unique: ["code"], sort: ["re:^sorted"] } };
    const p = await runWith({ settings }, [{ user_id: 1, code: "a", sorted_by: 2, name: "b" }]);
    const { columns } = p.defaultSchema!.tables["items"]!;
    expect(columns["user_id"]).toMatchObject({ nullable: false });
    expect(columns["code"]).toMatchObject({ unique: true, nullable: true });
    expect(columns["sorted_by"]).toMatchObject({ sort: true });
    expect(columns["name"]).toEqual({ name: "name", data_type: "text", nullable: true });
    expect(columns["_dlt_id"]).toMatchObject({ unique: true, row_key: true, nullable: false });
  });

  test("preferred_types", async () => {
    const p = await runWith({ settings: { preferred_types: { "re:_at$": "timestamp", amount: "decimal" } } }, [
      { made_at: 1_700_000_000, amount: "1.50" },
    ]);
    expect(await query(p, columnTypes("items"))).toEqual([
      { name: "made_at", type: "TIMESTAMP WITH TIME ZONE" },
      { name: "amount", type: "DECIMAL(38,9)" },
    ]);
  });

  test("normalizers: naming", async () => {
    const p = await runWith({ normalizers: { names: "direct", json: { module: "dlt.common.normalizers.json.relational" } } }, [
      { userName: 1 },
    ]);
    expect(await query(p, columnTypes("items"))).toEqual([{ name: "userName", type: "BIGINT" }]);
  });

  test("normalizers: max_nesting", async () => {
    const p = await runWith(
      { normalizers: { names: "snake_case", json: { module: "dlt.common.normalizers.json.relational", config: { max_nesting: 0 } } } },
      [{ a: { b: 1 }, tags: [1] }],
    );
    expect(await query(p, columnTypes("items"))).toEqual([
      { name: "a", type: "JSON" },
      { name: "tags", type: "JSON" },
    ]);
  });

  test("normalizers: propagation", async () => {
    const config = { propagation: { root: { id: "item_id" } } };
    const p = await runWith({ normalizers: { names: "snake_case", json: { module: "dlt.common.normalizers.json.relational", config } } }, [
      { id: 5, tags: ["a"] },
    ]);
    expect(await values(p, "SELECT item_id FROM items__tags")).toEqual([5]);
  });

  test("a naming that the pipeline asks for as well has to be the same", async () => {
    const normalizers = { names: "direct", json: { module: "dlt.common.normalizers.json.relational" } };
    expect(await failure(() => runWith({ normalizers }, [{ a: 1 }], { naming: "snake_case" }))).toMatchObject({
      code: "config",
      message: expect.stringContaining("`direct`"),
    });
    await runWith({ normalizers }, [{ a: 1 }], { naming: "direct" });
  });

  test("another normalizer than that of leat is refused, in a file and in a stored schema", async () => {
    const normalizers = { names: "snake_case", json: { module: "my.normalizer" } };
    expect(await failure(() => runWith({ normalizers }, [{ a: 1 }]))).toMatchObject({
      code: "config",
      message: expect.stringContaining("my.normalizer"),
    });
    const p = machine().pipeline();
    await p.run([{ a: 1 }], { tableName: "items" });
    const path = join(p.workingDir, "schemas", "shop.schema.json");
    writeFileSync(path, readFileSync(path, "utf8").replace("dlt.common.normalizers.json.relational", "my.normalizer"));
    p.setLocalState("x", 1);
    expect(await failure(() => p.extract([{ a: 1 }], { tableName: "items" }))).toMatchObject({
      code: "config",
      message: expect.stringContaining("my.normalizer"),
    });
  });
});

describe("importSchemaPath", () => {
  test("the first run writes the file: what is declared, without inferred columns and without marks of the run", async () => {
    const { run, importSchemaPath, pipeline: open } = world();
    await run([{ id: 1 }]);
    const { tables } = read(importSchemaPath);
    expect(Object.keys(tables)).toEqual(["_dlt_version", "_dlt_loads", "items", "_dlt_pipeline_state"]);
    expect(tables["items"]).toEqual({ columns: {}, resource: "items", write_disposition: "append" });
    expect(open().defaultSchema?.imported_version_hash).toBe(read(importSchemaPath).version_hash);
  });

  test("it is left alone by later runs", async () => {
    const { run, importSchemaPath, events } = world();
    await run([{ id: 1 }]);
    const before = readFileSync(join(importSchemaPath, "shop.schema.yaml"), "utf8");
    await run([{ id: 2, more: "x" }]);
    expect(readFileSync(join(importSchemaPath, "shop.schema.yaml"), "utf8")).toBe(before);
    expect(events.filter((event) => event.type === "warning")).toEqual([]);
  });

  test("a file that was there before the first run is where the schema begins", async () => {
    const { run, importSchemaPath, pipeline: open } = world();
    file(
      importSchemaPath,
      { version: 5, tables: { items: { columns: { id: { data_type: "text", nullable: false } } } } },
      "shop.schema.json",
    );
    await run([{ id: 1 }]);
    expect(await query(open(), columnTypes("items"))).toEqual([{ name: "id", type: "VARCHAR" }]);
    expect(existsSync(join(importSchemaPath, "shop.schema.yaml"))).toBe(false);
    expect(open().defaultSchema!.version).toBe(7);
  });

  test("a changed file takes the place of the stored schema, with its version, and says so", async () => {
    const { run, importSchemaPath, exportSchemaPath, pipeline: open, events } = world();
    await run([{ id: 1, name: "a", tags: [1] }]);
    const stored = open().defaultSchema!;
    edit(importSchemaPath, (document) => {
      document.tables["items"]!.columns = { id: { data_type: "bigint" }, extra: { data_type: "double" } };
      document.version = 40;
    });
    await run([{ id: 2, extra: 1 }]);
    const now = open().defaultSchema!;
    expect(Object.keys(now.tables["items"]!.columns)).toEqual(["id", "extra", "_dlt_load_id", "_dlt_id"]);
    expect(now.tables["items"]).toMatchObject({ "x-normalizer": { "seen-data": true } });
    expect(now.previous_hashes).toContain(stored.version_hash);
    expect(now.version).toBeGreaterThan(40);
    expect(read(exportSchemaPath).version).toBe(now.version);
    expect(events.filter((event) => event.type === "warning")).toMatchObject([
      { code: "schema-imported", message: expect.stringContaining("items__tags") },
    ]);
    expect(await values(open(), "SELECT extra FROM items ORDER BY id")).toEqual([null, 1]);
  });

  test("a changed file counts once", async () => {
    const { run, importSchemaPath, pipeline: open, events } = world();
    await run([{ id: 1 }]);
    edit(importSchemaPath, (document) => void (document.tables["items"]!["description"] = "what we sell"));
    await run([{ id: 2 }]);
    const { version } = open().defaultSchema!;
    await run([{ id: 3 }]);
    expect(open().defaultSchema!.version).toBe(version);
    expect(events.filter((event) => event.type === "warning")).toHaveLength(1);
    expect(open().defaultSchema!.tables["items"]).toMatchObject({ description: "what we sell" });
  });

  test("a run that fails takes nothing over", async () => {
    const { importSchemaPath, folders, run, pipeline: open } = world();
    await run([{ id: 1 }]);
    const before = open().defaultSchema;
    edit(importSchemaPath, (document) => void (document.tables["items"]!["description"] = "what we sell"));
    const failing = resource("items", () => {
      throw new TypeError("no");
    });
    expect(await failure(() => open(folders).run(failing))).toMatchObject({ code: "resource-failed" });
    expect(open().defaultSchema).toEqual(before);
    await run([{ id: 2 }]);
    expect(open().defaultSchema!.tables["items"]).toMatchObject({ description: "what we sell" });
  });

  test("a restored pipeline goes on without importing again", async () => {
    const { run, wipe, events, pipeline: open } = world();
    await run([{ id: 1 }]);
    wipe();
    await run([{ id: 2 }]);
    expect(events.filter((event) => event.type === "warning")).toEqual([]);
    expect(open().defaultSchema!.tables["items"]!.columns["id"]).toMatchObject({ data_type: "bigint" });
  });

  test("a column whose type the file changes is refused by what the table has, and nothing is lost", async () => {
    const { run, importSchemaPath, pipeline: open } = world();
    await run([{ id: 1 }]);
    edit(
      importSchemaPath,
      (document) => void (document.tables["items"]!.columns = { id: { data_type: "bigint" }, name: { data_type: "text" } }),
    );
    await run([{ id: 2, name: "a" }]);
    expect(await values(open(), "SELECT name FROM items ORDER BY id")).toEqual([null, "a"]);
  });

  test("two files of one schema, a broken one and one of a newer dlt are refused with their path", async () => {
    const { run, importSchemaPath } = world();
    const path = file(importSchemaPath, { engine_version: 99 });
    expect(await failure(() => run([{ id: 1 }]))).toMatchObject({
      code: "config",
      message: expect.stringMatching(/shop\.schema\.yaml has engine version 99.*Use a newer one/),
    });
    writeFileSync(path, "a: b: c");
    expect(await failure(() => run([{ id: 1 }]))).toMatchObject({
      code: "config",
      message: expect.stringContaining("shop.schema.yaml: the text is not YAML"),
    });
    file(importSchemaPath, { name: "market" });
    expect(await failure(() => run([{ id: 1 }]))).toMatchObject({ code: "config", message: expect.stringContaining("`market`") });
    file(importSchemaPath, {}, "shop.schema.json");
    expect(await failure(() => run([{ id: 1 }]))).toMatchObject({ code: "config", message: expect.stringContaining("two files") });
    rmSync(importSchemaPath, { recursive: true });
    await run([{ id: 1 }]);
  });

  test("another naming convention for tables that exist is refused", async () => {
    const { run, importSchemaPath } = world();
    await run([{ id: 1 }]);
    edit(importSchemaPath, (document) => void (document.normalizers.names = "direct"));
    expect(await failure(() => run([{ id: 2 }]))).toMatchObject({ code: "config", message: expect.stringContaining("`direct`") });
  });

  test("an import and export folder that is the same changes nothing by itself", async () => {
    const { dir, run, events, pipeline: open } = world();
    const both = { importSchemaPath: join(dir, "both"), exportSchemaPath: join(dir, "both") };
    await run([{ id: 1 }], both);
    await run([{ id: 2, name: "a" }], both);
    const { version } = open().defaultSchema!;
    await run([{ id: 3, name: "b" }], both);
    expect(open().defaultSchema!.version).toBe(version);
    expect(read(both.importSchemaPath).tables["items"]!.columns).toHaveProperty("name");
    expect(read(both.importSchemaPath).tables["items"]).not.toHaveProperty("x-normalizer");
    expect(events.filter((event) => event.type === "warning")).toEqual([]);
  });
});

describe("exportSchemaPath", () => {
  test("each change is exported: of a run, an abort, a drop and a sync", async () => {
    const { run, folders, exportSchemaPath, pipeline: open } = world();
    await run([{ id: 1 }]);
    const p = open(folders);
    const first = read(exportSchemaPath);
    expect(first.version_hash).toBe(p.defaultSchema!.version_hash);
    await p.extract([{ id: 2, more: true }], { tableName: "items" });
    await p.normalize();
    expect(read(exportSchemaPath).tables["items"]!.columns).toHaveProperty("more");
    await p.abortPackages();
    expect(read(exportSchemaPath)).toEqual(first);
    await p.drop("items");
    expect(read(exportSchemaPath).tables).not.toHaveProperty("items");
    rmSync(exportSchemaPath, { recursive: true });
    rmSync(p.workingDir, { recursive: true });
    await p.sync();
    expect(read(exportSchemaPath).version_hash).toBe(p.defaultSchema!.version_hash);
  });

  test("a file that would say the same is not touched", async () => {
    const { run, exportSchemaPath } = world();
    await run([{ id: 1 }]);
    const path = join(exportSchemaPath, "shop.schema.yaml");
    utimesSync(path, 1, 1);
    await run([{ id: 2 }]);
    expect(statSync(path).mtimeMs).toBe(1000);
  });

  test("attach() takes the option, too", async () => {
    const { dir, run } = world();
    await run([{ id: 1 }], {});
    const attached = await attach("shop", {
      pipelinesDir: join(dir, "pipelines"),
      exportSchemaPath: join(dir, "attached"),
      progress: "none",
    });
    await attached.run([{ id: 2, name: "a" }], { tableName: "items" });
    expect(read(join(dir, "attached")).tables["items"]!.columns).toHaveProperty("name");
  });

  test("a folder that cannot be written is named", async () => {
    const dir = tempDir();
    writeFileSync(join(dir, "file"), "");
    const { run } = world();
    expect(await failure(() => run([{ id: 1 }], { exportSchemaPath: join(dir, "file", "below") }))).toMatchObject({
      code: "config",
      message: expect.stringContaining("below"),
    });
  });

  test.each(["importSchemaPath", "exportSchemaPath"])("%s has to be a path", (option) => {
    expect(() => pipeline({ [option]: " " })).toThrow(option);
    expect(() => pipeline({ [option]: 1 as never })).toThrow(option);
  });
});

test("a schema that was written to the import folder stays linked to its file when a package behind it is given up", async () => {
  const { pipeline: make, opened, folders, events, ...local } = world();
  const sources = () =>
    ["one", "two"].map((name) => source(name, () => [resource(`of_${name}`, { columns: { id: { dataType: "bigint" } } }, [{ id: 1 }])])());
  const p = opened(folders);
  await p.extract(sources());
  const linked = p.schemas["one"]?.imported_version_hash;
  const [, second] = (await p.listPackages()).map(({ loadId }) => loadId).sort();
  await p.abortPackagesFrom(second!);
  expect(linked).toBeTypeOf("string");
  expect(p.schemas["one"]?.imported_version_hash).toBe(linked);
  await make({ ...folders, onEvent: (event) => events.push(event) }).run(sources());
  expect(events.filter((event) => event.type === "warning")).toEqual([]);
  expect(existsSync(join(local.dir, "import", "two.schema.yaml"))).toBe(true);
});
