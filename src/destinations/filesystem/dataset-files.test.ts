import { describe, expect, test } from "vitest";
import { tempDir } from "../../../test/temp-dir.ts";
import { parseIsoDateTime } from "../../core/iso.ts";
import { LocalFiles } from "../../drivers/files/local-files.ts";
import type { SchemaDocument } from "../../schema/document.ts";
import { DatasetFiles, type NamedTables } from "./dataset-files.ts";
import { parseLayout } from "./layout/layout.ts";

/** Names that begin with each other, in two schemas of one dataset. */
const schemas = [
  schemaOf("shop", ["items", "items__children", "items_2", "item"]),
  schemaOf("shop_2", ["items_2_more", "items__children_1"]),
];
const tables = schemas.flatMap((schema) => Object.keys(schema.tables).map((table) => ({ schema, table })));
const micros = Number(parseIsoDateTime("2024-05-06T07:08:09.123456Z")!.micros);
const file = { loadId: "1714979289.123456", fileId: "00003f5a1c", ext: "jsonl.gz", packageMicros: micros, micros };

/** Twenty layouts, and what they name a file of `items`. */
const layouts: readonly (readonly [layout: string, key: string])[] = [
  ["{table_name}/{load_id}.{file_id}.{ext}", "items/1714979289.123456.00003f5a1c.jsonl.gz"],
  ["{table_name}/{load_id}.{file_id}", "items/1714979289.123456.00003f5a1c.jsonl.gz"],
  ["{table_name}_{load_id}.{file_id}.{ext}", "items_1714979289.123456.00003f5a1c.jsonl.gz"],
  ["{table_name}.{load_id}.{file_id}.{ext}", "items.1714979289.123456.00003f5a1c.jsonl.gz"],
  ["{table_name}-{load_id}-{file_id}.{ext}", "items-1714979289.123456-00003f5a1c.jsonl.gz"],
  ["{table_name}__{file_id}__{load_id}.{ext}", "items__00003f5a1c__1714979289.123456.jsonl.gz"],
  ["{table_name}88{load_id}-u-{file_id}.{ext}", "items881714979289.123456-u-00003f5a1c.jsonl.gz"],
  ["{schema_name}/{table_name}/{load_id}.{file_id}.{ext}", "shop/items/1714979289.123456.00003f5a1c.jsonl.gz"],
  ["{schema_name}_{table_name}_{load_id}.{file_id}.{ext}", "shop_items_1714979289.123456.00003f5a1c.jsonl.gz"],
  ["{schema_name}.{table_name}.{load_id}.{file_id}.{ext}", "shop.items.1714979289.123456.00003f5a1c.jsonl.gz"],
  ["some_{table_name}/{load_id}.{file_id}.{ext}", "some_items/1714979289.123456.00003f5a1c.jsonl.gz"],
  ["{table_name}/{YYYY}/{MM}/{DD}/{load_id}.{file_id}.{ext}", "items/2024/05/06/1714979289.123456.00003f5a1c.jsonl.gz"],
  ["{table_name}_{YYYY}-{MM}/{load_id}.{file_id}.{ext}", "items_2024-05/1714979289.123456.00003f5a1c.jsonl.gz"],
  ["{table_name}/year={YYYY}/day={DD}/{HH}-{mm}-{ss}.{file_id}.{ext}", "items/year=2024/day=06/07-08-09.00003f5a1c.jsonl.gz"],
  ["{table_name}/{curr_date}/{timestamp}.{load_id}.{file_id}.{ext}", "items/2024-05-06/1714979289.1714979289.123456.00003f5a1c.jsonl.gz"],
  ["{table_name}/{ddd}/{MMM}/{Q}/{load_package_timestamp_ms}.{file_id}.{ext}", "items/mon/may/2/1714979289123.00003f5a1c.jsonl.gz"],
  ["{table_name}/{ext}/{load_id}.{file_id}", "items/jsonl.gz/1714979289.123456.00003f5a1c"],
  ["{table_name}_{owner}/{load_id}.{file_id}.{ext}", "items_ann/1714979289.123456.00003f5a1c.jsonl.gz"],
  ["{table_name}.{kind}.{load_id}.{file_id}.{ext}", "items.of-items.1714979289.123456.00003f5a1c.jsonl.gz"],
  [
    "{table_name}/{schema_name}/{owner}-{kind}/{timestamp_ms}-{SSSS}.{file_id}.{ext}",
    "items/shop/ann-of-items/1714979289123-1234.00003f5a1c.jsonl.gz",
  ],
];

describe("the files of a table are found, and those of no other, by the layout", () => {
  test.each(layouts)("%s", async (text, key) => {
    const files = open(text);
    for (const { schema, table } of tables) await files.write(keyOf(files, schema, table), table);
    expect(keyOf(files, schemas[0]!, "items")).toBe(key);
    for (const { schema, table } of tables) {
      const found = await files.ofTable(schema, table, schemas);
      expect([table, found.map((each) => each.key)]).toEqual([table, [keyOf(files, schema, table)]]);
      expect(found[0]!.fileId).toBe(file.fileId);
      expect(found[0]!.loadId).toBe(text.includes("{load_id}") ? file.loadId : undefined);
    }
  });
});

test("in the folder of a table all files are its own, also those that no layout of ours has named; beside it none is", async () => {
  const inFolder = open("{table_name}/{load_id}.{file_id}.{ext}");
  await inFolder.write("items/part-0001.jsonl", "");
  expect((await inFolder.ofTable(schemas[0]!, "items", schemas)).map(({ key }) => key)).toEqual(["items/part-0001.jsonl"]);
  const beside = open("{table_name}_{load_id}.{file_id}.{ext}");
  await beside.write("items_nobody_knows_1714979289.123456.00003f5a1c.jsonl.gz", "");
  expect(await beside.ofTable(schemas[0]!, "items", schemas)).toEqual([]);
});

function open(layout: string): DatasetFiles {
  const store = new LocalFiles({ root: tempDir(), unfinished: "data/.unfinished", writer: "one" });
  const extra = { owner: "ann", kind: ({ tableName }: { tableName: string }) => `of-${tableName}` };
  return new DatasetFiles(store, "data", parseLayout(layout, extra));
}

function keyOf(files: DatasetFiles, schema: NamedTables, table: string): string {
  return files.layout.path({ ...file, schemaName: schema.name, tableName: table });
}

function schemaOf(name: string, names: readonly string[]): NamedTables {
  return { name, tables: Object.fromEntries(names.map((table) => [table, { name: table, columns: {} }])) as SchemaDocument["tables"] };
}
