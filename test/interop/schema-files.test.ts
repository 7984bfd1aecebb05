import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { pipeline, resource, source } from "../../src/index.ts";
import { parseSchemaFile } from "../../src/schema/schema-file.ts";
import { tempDir } from "../temp-dir.ts";
import { runPython } from "./python.ts";

const rows = [{ id: 1, name: "a", at: "2024-01-02T03:04:05Z", lines: [{ price: 1.5, yes: true }], "1e5": "x" }];

/** Runs dlt in `folder` with the file of a schema as import; says what it made of it. */
async function importWithDlt(
  folder: string,
  path: string,
): Promise<{ hash: string; version: number; imported: string; stored: string; columns: string[] }> {
  mkdirSync(join(folder, "import"), { recursive: true });
  copyFileSync(path, join(folder, "import", "shop.schema.yaml"));
  const script = join(folder, "import_schema.py");
  writeFileSync(
    script,
    `
import dlt, json, yaml
from dlt.common.schema import Schema
with open("import/shop.schema.yaml") as f:
    document = yaml.safe_load(f)
schema = Schema.from_dict(document)
p = dlt.pipeline("shop", destination=dlt.destinations.duckdb("dlt.duckdb"), dataset_name="data", pipelines_dir="pipelines", import_schema_path="import", export_schema_path="export")
p.run([{"id": 2, "name": "b"}], table_name="items", schema=None)
print(json.dumps({"hash": schema.version_hash, "version": schema.version, "stored": document["version_hash"], "imported": p.default_schema._imported_version_hash, "columns": list(p.default_schema.tables["items"]["columns"])}))
`,
  );
  return JSON.parse(await runPython(script, "", folder)) as never;
}

test("what leat exports is read by dlt: same hash, same version, and imported as it is", async () => {
  const folder = tempDir();
  const p = pipeline({
    name: "shop",
    destination: duckdb(join(folder, "leat.duckdb")),
    datasetName: "data",
    pipelinesDir: join(folder, "leat"),
    exportSchemaPath: join(folder, "exported"),
    progress: "none",
  });
  await p.run(resource("items", { primaryKey: "id", columns: { name: { description: "yes: a 'name'" } } }, rows));
  const made = await importWithDlt(folder, join(folder, "exported", "shop.schema.yaml"));
  const { version, version_hash, tables } = p.defaultSchema!;
  expect(made).toMatchObject({ hash: version_hash, stored: version_hash, imported: version_hash, version });
  expect(made.columns).toEqual(Object.keys(tables["items"]!.columns));
}, 120_000);

test("what dlt exports and writes for import is read by leat with the hashes that dlt gave it", async () => {
  const folder = tempDir();
  const script = join(folder, "export_schema.py");
  writeFileSync(
    script,
    `
import dlt, json
p = dlt.pipeline("shop", destination=dlt.destinations.duckdb("dlt.duckdb"), dataset_name="data", pipelines_dir="pipelines", import_schema_path="import", export_schema_path="export")
p.run(dlt.resource(json.loads(input()), name="items", primary_key="id", columns={"name": {"description": "yes: a 'name', y and 1e5"}}))
print(json.dumps({"hash": p.default_schema.version_hash, "imported": p.default_schema._imported_version_hash}))
`,
  );
  const made = JSON.parse(await runPython(script, JSON.stringify(rows), folder)) as { hash: string; imported: string };
  const read = (kind: string) => parseSchemaFile(readFileSync(join(folder, kind, "shop.schema.yaml"), "utf8"), "shop.schema.yaml");
  expect(read("export").version_hash).toBe(made.hash);
  expect(read("import").version_hash).toBe(made.imported);

  const options = {
    destination: duckdb(join(folder, "leat.duckdb")),
    datasetName: "data",
    pipelinesDir: join(folder, "leat"),
    progress: "none",
  } as const;
  const imported = pipeline({ name: "shop", ...options, importSchemaPath: join(folder, "export") });
  await imported.run(rows, { tableName: "items" });
  expect(imported.defaultSchema!.imported_version_hash).toBe(made.hash);
  expect(Object.keys(imported.defaultSchema!.tables["items"]!.columns)).toEqual(Object.keys(read("export").tables["items"]!.columns));

  const started = pipeline({ name: "started", ...options });
  await started.run(source("shop", { schemaPath: join(folder, "export", "shop.schema.yaml") }, () => resource("items", rows))());
  expect(started.schemas["shop"]!.tables["items"]!.columns["name"]).toMatchObject({ description: "yes: a 'name', y and 1e5" });
}, 120_000);

test("both take the same thing from a file that was edited: version, earlier hashes and columns", async () => {
  const folder = tempDir();
  const script = join(folder, "edit_import.py");
  writeFileSync(
    script,
    `
import dlt, json, yaml
def run(rows):
    p = dlt.pipeline("shop", destination=dlt.destinations.duckdb("dlt.duckdb"), dataset_name="data", pipelines_dir="pipelines", import_schema_path="import")
    p.run(rows, table_name="items")
    return p
run([{"id": 1}])
with open("import/shop.schema.yaml") as f:
    document = yaml.safe_load(f)
document["tables"]["items"]["columns"] = {"id": {"data_type": "bigint"}, "extra": {"data_type": "double"}}
with open("import/shop.schema.yaml", "w") as f:
    yaml.dump(document, f, sort_keys=False)
schema = run([{"id": 2, "extra": 1}]).default_schema
print(json.dumps({"columns": list(schema.tables["items"]["columns"]), "version": schema.version, "linked": schema._imported_version_hash}))
`,
  );
  const theirs = JSON.parse(await runPython(script, "", folder)) as { columns: string[]; version: number; linked: string };
  const importSchemaPath = join(folder, "mine");
  const run = (row: object) => {
    const p = pipeline({
      name: "shop",
      destination: duckdb(join(folder, "leat.duckdb")),
      datasetName: "data",
      pipelinesDir: join(folder, "leat"),
      importSchemaPath,
      progress: "none",
    });
    return p.run([row], { tableName: "items" }).then(() => p.defaultSchema!);
  };
  await run({ id: 1 });
  const path = join(importSchemaPath, "shop.schema.yaml");
  const text = readFileSync(path, "utf8");
  writeFileSync(
    path,
    text.replace(
      "  items:\n    columns: {}",
      "  items:\n    columns:\n      id:\n        data_type: bigint\n      extra:\n        data_type: double",
    ),
  );
  expect(readFileSync(path, "utf8")).not.toBe(text);
  const mine = await run({ id: 2, extra: 1 });
  expect(Object.keys(mine.tables["items"]!.columns)).toEqual(theirs.columns);
  expect(Math.abs(mine.version - theirs.version)).toBeLessThanOrEqual(1);
}, 120_000);
