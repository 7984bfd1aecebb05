import { describe, expect, test } from "vitest";
import { readFixture } from "../../test/fixtures.ts";
import { ConfigError } from "../core/errors.ts";
import { preferredType } from "./default-hints.ts";
import type { SchemaDocument, SchemaSettings } from "./document.ts";
import { nameTest } from "./name-pattern.ts";
import { completeColumn, newColumn, newVariantColumn } from "./new-column.ts";
import { newSchema } from "./new-schema.ts";

interface HintVectors {
  hints: {
    preferred_types: SchemaSettings["preferred_types"];
    default_hints: SchemaSettings["default_hints"];
    columns: { [name: string]: { data_type: never } };
  }[];
}

function schemaWith(settings: SchemaSettings): SchemaDocument {
  return { ...newSchema("s"), settings };
}

describe("columns get the hints that the schema has for their names", () => {
  const vector = readFixture<HintVectors>("types.json").hints[0];
  const { columns = {}, ...settings } = vector ?? {};

  test.each(Object.entries(columns))("%s", (name, column) => {
    const schema = schemaWith(settings as SchemaSettings);
    const made = newColumn(schema, name, preferredType(schema, name) ?? column.data_type);
    expect(made).toEqual(column);
    expect(Object.keys(made)).toEqual(Object.keys(column));
  });

  test("the preferred types are those of the fixture", () => {
    const schema = schemaWith(settings as SchemaSettings);
    expect(Object.keys(columns).map((name) => preferredType(schema, name))).toEqual([
      "timestamp",
      "decimal",
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("the defaults know the columns of the loader", () => {
    const schema = newSchema("s");
    expect(newColumn(schema, "_dlt_id", "text")).toEqual({
      name: "_dlt_id",
      data_type: "text",
      nullable: false,
      unique: true,
      row_key: true,
    });
    expect(newColumn(schema, "_dlt_parent_id", "text")).toEqual({
      name: "_dlt_parent_id",
      data_type: "text",
      nullable: false,
      parent_key: true,
    });
    expect(newColumn(schema, "_dlt_root_id", "text")).toEqual({ name: "_dlt_root_id", data_type: "text", nullable: false, root_key: true });
    expect(newColumn(schema, "_dlt_list_idx", "bigint")).toEqual({ name: "_dlt_list_idx", data_type: "bigint", nullable: false });
    expect(newColumn(schema, "id", "text")).toEqual({ name: "id", data_type: "text", nullable: true });
  });
});

test("a variant column says that it is one", () => {
  expect(newVariantColumn(newSchema("s"), "a__v_text", "text")).toEqual({
    name: "a__v_text",
    data_type: "text",
    nullable: true,
    variant: true,
    description: expect.stringContaining("did not fit"),
  });
});

test("an incomplete column keeps its hints when it gets a type", () => {
  const schema = newSchema("s");
  const key = { name: "k", nullable: false, primary_key: true };
  expect(completeColumn(schema, key, "bigint")).toEqual({ ...key, data_type: "bigint" });
  const version = { name: "_dlt_id", nullable: false, "x-row-version": true, unique: false, row_key: false };
  expect(completeColumn(schema, version, "text")).toEqual({ ...version, data_type: "text" });
});

describe("a name pattern", () => {
  test.each([
    ["id", "id", true],
    ["id", "id2", false],
    ["re:^ts_", "ts_x", true],
    ["re:_at$", "created_at", true],
    ["re:(?i)ID", "paid", true],
    ["re:(?P<a>x)(?P=a)", "1xx", true],
    ["re:\\Aa\\Z", "a", true],
    ["re:\\Aa\\Z", "aa", false],
  ])("%s tests %s: %s", (pattern, name, expected) => {
    expect(nameTest(["other", pattern])(name)).toBe(expected);
  });

  test("that is not valid is named", () => {
    expect(() => nameTest(["re:("])).toThrow(ConfigError);
    expect(() => nameTest(["re:("])).toThrow("`re:(` is not a valid pattern");
  });
});
