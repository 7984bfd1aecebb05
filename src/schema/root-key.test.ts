import { describe, expect, test } from "vitest";
import { readFixture } from "../../test/fixtures.ts";
import type { NormalizerConfig, SchemaDocument, TableSchema } from "./document.ts";
import { namingConvention } from "./naming/naming-convention.ts";
import { newSchema } from "./new-schema.ts";
import { withRootKey } from "./root-key.ts";
import { schemaNaming } from "./schema-naming.ts";
import { dataTables } from "./table.ts";
import { mergeTable } from "./update.ts";

interface StoredSchemas {
  readonly schemas: readonly { readonly name: string; readonly stored_json: string }[];
}

const { schemas } = readFixture<StoredSchemas>("schema/hash_vectors.json");
const stored = schemas.map(({ name, stored_json }) => [name, JSON.parse(stored_json) as SchemaDocument] as const);
const settings = { naming: namingConvention("snake_case"), mergeStrategies: ["delete-insert"] } as const;
const copied = { propagation: { tables: { items: { _dlt_id: "_dlt_root_id" } } } };

describe("what dlt stored", () => {
  test.each(stored)("%s stays as it is", (_, schema) => {
    expect(withRootKeys(schema)).toBe(schema);
  });

  test.each(stored)("%s comes out of the tables and the settings of the source", (_, schema) => {
    const { propagation: __, ...config } = schema.normalizers.json.config ?? {};
    const json = { ...schema.normalizers.json, config };
    if (Object.keys(config).length === 0) delete (json as { config?: object }).config;
    expect(withRootKeys({ ...schema, normalizers: { ...schema.normalizers, json } })).toEqual(schema);
  });

  test("has both schemas with and without root keys", () => {
    const keyed = stored.filter(([, schema]) => schema.normalizers.json.config?.propagation !== undefined).map(([name]) => name);
    expect(keyed).toEqual(["merge_keys_and_hints", "upsert", "contract_nesting_root_key_unicode"]);
  });
});

describe("nested rows get the id of their root row", () => {
  test.each(["delete-insert", "upsert", "insert-only", "cdc"])("when the table is merged by %s", (strategy) => {
    expect(configOf(schemaWith({ write_disposition: "merge", "x-merge-strategy": strategy }))).toEqual(copied);
  });

  test("when the table is merged in the way the destination prefers", () => {
    expect(configOf(schemaWith({ write_disposition: "merge" }))).toEqual(copied);
  });

  test("when the source asks for it", () => {
    const schema = schemaWith({ write_disposition: "append" }, { root_key_propagation: true });
    expect(configOf(schema)).toEqual({ root_key_propagation: true, ...copied });
  });

  test("when a nested table has the column already", () => {
    const schema = mergeTable(schemaWith({ write_disposition: "append" }, { root_key_propagation: false }), {
      name: "items__list",
      parent: "items",
      columns: { _dlt_root_id: { name: "_dlt_root_id", data_type: "text", root_key: true } },
    });
    expect(configOf(schema)).toEqual({ root_key_propagation: false, ...copied });
  });

  test("under the names of the naming convention", () => {
    const upperCase = { normalizeIdentifier: (name: string) => name.toUpperCase() as never };
    const schema = withRootKey(schemaWith({ write_disposition: "merge" }), "items", { ...settings, naming: upperCase });
    expect(schema.normalizers.json.config).toEqual({ propagation: { tables: { items: { _DLT_ID: "_DLT_ROOT_ID" } } } });
  });
});

describe("nested rows do not get it", () => {
  test.each(["append", "replace", "skip"] as const)(
    "when the table has the write disposition %s, whatever strategy it has",
    (disposition) => {
      expect(configOf(schemaWith({ write_disposition: disposition, "x-merge-strategy": "upsert" }))).toBeUndefined();
    },
  );

  test("when it is merged by scd2", () => {
    expect(configOf(schemaWith({ write_disposition: "merge", "x-merge-strategy": "scd2" }))).toBeUndefined();
  });

  test("when the destination does not merge", () => {
    const schema = withRootKey(schemaWith({ write_disposition: "merge" }), "items", { ...settings, mergeStrategies: [] });
    expect(schema.normalizers.json.config).toBeUndefined();
  });

  test("when the source refuses it", () => {
    expect(configOf(schemaWith({ write_disposition: "merge" }, { root_key_propagation: false }))).toEqual({ root_key_propagation: false });
  });

  test("any more when the table is merged no more, while other settings stay", () => {
    const others = {
      max_nesting: 2,
      propagation: { root: { at: "root_at" }, tables: { items: { n: "parent_n" }, pets: { _dlt_id: "x" } } },
    };
    const appended = schemaWith({ write_disposition: "append" }, others);
    const merged = withRootKey(mergeTable(appended, { name: "items", write_disposition: "merge" }), "items", settings);
    expect(merged.normalizers.json.config?.propagation?.tables?.["items"]).toEqual({ n: "parent_n", _dlt_id: "_dlt_root_id" });
    expect(configOf(mergeTable(merged, { name: "items", write_disposition: "append" }))).toEqual(others);
  });
});

function withRootKeys(schema: SchemaDocument): SchemaDocument {
  const roots = dataTables(schema).filter((table) => table.parent === undefined);
  const own = { ...settings, naming: schemaNaming(schema) };
  return roots.reduce((changed, root) => withRootKey(changed, root.name, own), schema);
}

function schemaWith(table: Partial<TableSchema>, config?: NormalizerConfig): SchemaDocument {
  const schema = mergeTable(newSchema("demo"), { ...table, name: "items" });
  const { json } = schema.normalizers;
  return config === undefined ? schema : { ...schema, normalizers: { ...schema.normalizers, json: { ...json, config } } };
}

function configOf(schema: SchemaDocument): unknown {
  return withRootKey(schema, "items", settings).normalizers.json.config;
}
