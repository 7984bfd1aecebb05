import { describe, expect, test } from "vitest";
import { readFixture } from "../../test/fixtures.ts";
import { bumpSchema } from "./bump.ts";
import type { SchemaDocument } from "./document.ts";
import { migrateSchema, type StoredSchema } from "./migrations.ts";
import { newSchema } from "./new-schema.ts";
import { readSchema, SchemaUnreadable, SchemaVersionTooNew } from "./read-schema.ts";

type Versioned = StoredSchema & { readonly engine_version: number };

const vectors = readFixture<{ input: Versioned; migrated: object; loaded_to_dict?: SchemaDocument }[]>("schema/engine_migrations.json");

describe("documents of older engines", () => {
  test.each(vectors)("engine $input.engine_version becomes what dlt makes of it", ({ input, migrated }) => {
    const before = structuredClone(input);
    expect(withoutTexts(migrateSchema(input, input.engine_version))).toEqual(withoutTexts(migrated));
    expect(input).toEqual(before);
  });

  test.each(vectors.filter(({ loaded_to_dict }) => loaded_to_dict !== undefined))(
    "engine $input.engine_version is loaded as dlt loads it",
    ({ input, loaded_to_dict }) => {
      const { version_hash, ...ours } = bumpSchema(readSchema(input, "a fixture"));
      const { version_hash: theirs, ...expected } = loaded_to_dict as SchemaDocument;
      expect(withoutTexts(ours)).toEqual(withoutTexts(expected));
      // Migrations of older engines replace the system tables, whose texts are our own, so only from engine 6 on the hash is the same.
      if (input.engine_version >= 6) expect(version_hash).toBe(theirs);
    },
  );
});

describe("reading a schema", () => {
  test("takes text and parsed documents", () => {
    const schema = bumpSchema(newSchema("s"));
    expect(readSchema(schema, "here")).toEqual(schema);
    expect(readSchema(JSON.stringify(schema, null, 2), "here")).toEqual(schema);
  });

  test("fills in what may be left out", () => {
    const stored = { engine_version: 11, name: "s", tables: { t: { columns: { a: { data_type: "text" } } }, t__n: { parent: "t" } } };
    expect(readSchema(stored, "here")).toEqual({
      ...newSchema("s"),
      settings: {},
      tables: {
        t: { name: "t", columns: { a: { name: "a", data_type: "text" } }, write_disposition: "append", resource: "t" },
        t__n: { name: "t__n", columns: {}, parent: "t" },
      },
    });
  });

  test("refuses one of a newer engine", () => {
    expect(() => readSchema({ ...newSchema("s"), engine_version: 12 }, "`schema.json`")).toThrow(SchemaVersionTooNew);
    expect(() => readSchema({ ...newSchema("s"), engine_version: 12 }, "`schema.json`")).toThrow(
      "The schema in `schema.json` has engine version 12",
    );
  });

  test.each([
    ["{", "the text is not JSON"],
    ["[]", "the text is not a JSON object"],
    ["{}", "the engine version is missing"],
    ['{"engine_version":11}', "the name is missing"],
    ['{"engine_version":11,"name":"s","tables":[]}', "the tables are missing"],
  ])("refuses %s", (text, message) => {
    expect(() => readSchema(text, "here")).toThrow(SchemaUnreadable);
    expect(() => readSchema(text, "here")).toThrow(message);
  });
});

function withoutTexts(value: object): unknown {
  return JSON.parse(JSON.stringify(value, (key, member) => (key === "description" ? undefined : member)));
}
