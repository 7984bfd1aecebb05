import { describe, expect, test } from "vitest";
import { readFixture } from "../../test/fixtures.ts";
import { Float } from "../core/float.ts";
import { parseYaml, stringifyYaml } from "./formats/yaml.ts";
import { newSchema } from "./new-schema.ts";
import { readSchema } from "./read-schema.ts";
import { parseSchemaFile, schemaFileText } from "./schema-file.ts";
import { schemaHash } from "./version-hash.ts";

const name = "sch_export.schema.yaml";
const files = readFixture<Record<"import" | "export" | "stored", Record<string, string>>>("schema/import_export.json");
const stored = readSchema(files.stored["sch_export.schema.json"]!, "the fixture");

describe("files of dlt", () => {
  test.each(["import", "export"] as const)("the hash in the %s file is that of its content", (kind) => {
    const text = files[kind][name]!;
    const schema = parseSchemaFile(text, name);
    expect(schema.version_hash).toBe((parseYaml(text) as { version_hash: string }).version_hash);
    expect(schemaHash(schema)).toBe(schema.version_hash);
  });

  test("the exported file says what is stored, less what a reader fills in", () => {
    const { imported_version_hash, ...content } = stored;
    expect(parseSchemaFile(files.export[name]!, name)).toEqual(content);
    expect(imported_version_hash).toBe(parseSchemaFile(files.import[name]!, name).version_hash);
  });

  test("a stored schema is written to the letter as dlt writes it", () => {
    expect(schemaFileText(stored, "yaml")).toBe(files.export[name]!.replace(/\n+$/, "\n"));
  });

  test("what is written is read again, from both formats", () => {
    const { imported_version_hash: _, ...content } = stored;
    for (const format of ["yaml", "json"] as const)
      expect(parseSchemaFile(schemaFileText(stored, format), `x.schema.${format}`)).toEqual(content);
  });
});

describe("YAML is that of Python's reader", () => {
  test.each([
    ["y", "y"],
    ["n", "n"],
    ["yes", true],
    ["Off", false],
    ["~", null],
    ["1e5", "1e5"],
    ["0o7", "0o7"],
    ["1.0", new Float(1)],
    ["2.5", 2.5],
    ["1_000", 1000],
    ["12345678901234567890", 12345678901234567890n],
    ["2024-01-01", "2024-01-01"],
  ])("%s", (text, value) => {
    expect(parseYaml(`a: ${text}`)).toEqual({ a: value });
  });

  test.each([
    "yes",
    "y",
    "2024-01-01",
    "1:30",
    "1e5",
    "null",
    "~",
    "",
    " a",
    "a: b",
    "#",
    "a\nb\n",
    "é😀",
    "re:^a$",
    "123",
    "'",
    '"',
    "- a",
  ])("the text %j comes back as it is", (text) => {
    expect(parseYaml(stringifyYaml({ [`k${text}`]: text, list: [text] }))).toEqual({ [`k${text}`]: text, list: [text] });
  });

  test.each(["a\tb", "=", "<<", "\u2028a", "a\u2029", "\u0085", "\u007f\u0080", "\ufffe", "\ufeffa", "\0", "a\r\nb"])(
    "text that is odd for Python has escapes, and comes back: %j",
    (text) => {
      const document = { [text]: 1, columns: { [text]: { description: text } }, list: [text] };
      const yaml = stringifyYaml(document);
      expect(parseYaml(yaml)).toEqual(document);
      expect(yaml).toMatch(/^[\n\x20-\x7e]+$/);
      expect(yaml).toMatch(/^ {4}description: "/m);
    },
  );

  test("an object that occurs twice is written twice", () => {
    const twice = { a: 1 };
    expect(stringifyYaml({ x: twice, y: twice, f: new Float(1) })).toBe("x:\n  a: 1\n'y':\n  a: 1\nf: 1.0\n");
  });
});

describe("what is no schema is refused with its place", () => {
  const text = ({ at, value }: { readonly at: string; readonly value: unknown }): string => {
    const document = structuredClone(newSchema("shop")) as object;
    const path = at.split(".");
    const last = path.pop()!;
    const owner = path.reduce((inner, key) => (inner as Record<string, object>)[key]!, document);
    (owner as Record<string, unknown>)[last] = value;
    return JSON.stringify(document);
  };

  test.each<[string, string | { at: string; value: unknown }]>([
    ["the text is not JSON", "{"],
    ["it is no map of settings", "[]"],
    ["the engine version is missing", "{}"],
    ["has engine version 12; this version of leat knows up to 11", { at: "engine_version", value: 12 }],
    ["the tables are missing", { at: "tables", value: undefined }],
    ["`tables.a.columns` has to be a map of names", { at: "tables.a", value: { columns: [1] } }],
    ["`tables.a.columns.id` has to be a map of hints", { at: "tables.a", value: { columns: { id: 1 } } }],
    ["`tables.a.columns.id` has to be a map of hints", { at: "tables.a", value: { columns: { id: null } } }],
    ["`tables.a` has to be a map of hints and columns", { at: "tables.a", value: null }],
    [
      '`tables.a.columns.id.data_type` is "int", but has to be one of text, double',
      { at: "tables.a", value: { columns: { id: { data_type: "int" } } } },
    ],
    ["`tables.a.columns.id.nulable` is no setting that schemas have", { at: "tables.a", value: { columns: { id: { nulable: false } } } }],
    ['`tables.a.write_disposition` is "upsert"', { at: "tables.a", value: { columns: {}, write_disposition: "upsert" } }],
    ['`tables.a.parent` is "b", which is no table', { at: "tables.a", value: { columns: {}, parent: "b" } }],
    ["`tables.a.parent` leads back to the table", { at: "tables.a", value: { columns: {}, parent: "a" } }],
    ['`settings.detections.0` is "isodate"', { at: "settings.detections", value: ["isodate"] }],
    ["`settings.default_hints.primarykey` is no hint", { at: "settings.default_hints.primarykey", value: ["id"] }],
    ['`settings.default_hints.not_null.0` is "re:(": what follows', { at: "settings.default_hints.not_null", value: ["re:("] }],
    ['`settings.preferred_types.re:_at$` is "date_time"', { at: "settings.preferred_types", value: { "re:_at$": "date_time" } }],
    ["`settings.schema_contract.data_types` is no setting", { at: "settings.schema_contract", value: { data_types: "freeze" } }],
    ['`normalizers.names` is "my-naming"', { at: "normalizers.names", value: "my-naming" }],
    ['`normalizers.json.module` is "my.normalizer", a module of Python\'s', { at: "normalizers.json.module", value: "my.normalizer" }],
    ["`normalizers.json.config.max_nesting` is -1", { at: "normalizers.json.config", value: { max_nesting: -1 } }],
  ])("%s", (message, document) => {
    const content = typeof document === "string" ? document : text(document);
    expect(() => parseSchemaFile(content, "shop.schema.json")).toThrow(message);
    expect(() => parseSchemaFile(content, "shop.schema.json")).toThrow("shop.schema.json");
  });

  test("broken YAML is told with its line", () => {
    expect(() => parseSchemaFile("a: [1\nb: 2", "shop.schema.yaml")).toThrow(/not YAML.*line 2/s);
  });

  test("a tag that nobody knows is told, not warned of", () => {
    expect(() => parseSchemaFile("name: !!js/function 'x'\n", "shop.schema.yaml")).toThrow(/not YAML.*js\/function.*line 1/s);
  });

  test("what a person left out is filled in", () => {
    const schema = parseSchemaFile(
      "engine_version: 11\nname: shop\ntables: {}\nsettings:\n  default_hints:\n    not_null: [id]\n",
      "x.yaml",
    );
    expect(Object.keys(schema.tables)).toEqual(["_dlt_version", "_dlt_loads"]);
    expect(schema.settings.default_hints?.["not_null"]).toEqual([
      "id",
      "_dlt_id",
      "_dlt_root_id",
      "_dlt_parent_id",
      "_dlt_list_idx",
      "_dlt_load_id",
    ]);
    expect(schema.settings.default_hints?.["row_key"]).toEqual(["_dlt_id"]);
  });
});
