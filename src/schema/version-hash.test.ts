import { describe, expect, test } from "vitest";
import { readFixture } from "../../test/fixtures.ts";
import { encodeJson } from "../core/json.ts";
import { bumpSchema } from "./bump.ts";
import type { SchemaDocument, TableSchema } from "./document.ts";
import { newSchema } from "./new-schema.ts";
import { readSchema } from "./read-schema.ts";
import { stateTable, stateTableName } from "./system-tables.ts";
import { schemaHash } from "./version-hash.ts";

interface HashVectors {
  schemas: { name: string; version: number; version_hash: string; previous_hashes: string[]; stored_json: string }[];
}

const { schemas } = readFixture<HashVectors>("schema/hash_vectors.json");

describe("schemas of dlt", () => {
  test.each(schemas)("$name has the hash that dlt gave it", ({ stored_json, version_hash }) => {
    expect(schemaHash(readSchema(stored_json, "a fixture"))).toBe(version_hash);
  });

  test.each(schemas)("$name is written as it was read", ({ stored_json }) => {
    expect(encodeJson(readSchema(stored_json, "a fixture"))).toBe(stored_json);
  });

  test("a new one differs from dlt's in the descriptions only, and those are not dlt's", () => {
    const theirs = readSchema(schemas[0]?.stored_json ?? "", "a fixture");
    const ours = bumpSchema(newSchema("empty_one"));
    expect(withoutDescriptions(ours)).toEqual(withoutDescriptions(theirs));
    const texts = new Set(descriptions(theirs));
    expect(descriptions(ours).filter((text) => texts.has(text))).toEqual([]);
    expect(descriptions(ours)).toHaveLength(13);
  });

  test("the state table differs from dlt's in the descriptions only", () => {
    const theirs = readSchema(schemas.find(({ name }) => name === "merge_keys_and_hints")?.stored_json ?? "", "a fixture").tables[
      stateTableName
    ] as TableSchema;
    const { _dlt_id, ...columns } = theirs.columns;
    const { "x-normalizer": seen, ...table } = theirs;
    expect(withoutDescriptions(stateTable)).toEqual(withoutDescriptions({ ...table, columns }));
    expect(Object.keys(stateTable.columns)).toEqual(Object.keys(columns));
  });
});

describe("the hash of a schema", () => {
  const schema = newSchema("s");
  const withColumns = (...names: string[]): SchemaDocument => ({
    ...schema,
    tables: { ...schema.tables, t: { name: "t", columns: Object.fromEntries(names.map((name) => [name, { name }])) } },
  });

  test("does not depend on the order of tables, settings and hints", () => {
    const tables = Object.fromEntries(Object.entries(schema.tables).reverse());
    expect(schemaHash({ ...schema, tables })).toBe(schemaHash(schema));
  });

  test("depends on the order of columns", () => {
    expect(schemaHash(withColumns("a", "b"))).not.toBe(schemaHash(withColumns("b", "a")));
  });
});

describe("a bump", () => {
  const first = bumpSchema(newSchema("s"));

  test("gives a schema without hash its hash and keeps the version", () => {
    expect(first.version).toBe(1);
    expect(first.previous_hashes).toEqual([]);
    expect(first.version_hash).toHaveLength(44);
  });

  test("returns an unchanged schema as it is", () => {
    expect(bumpSchema(first)).toBe(first);
  });

  test("counts a change and remembers the ten last hashes, newest first", () => {
    let schema = first;
    const hashes: string[] = [];
    for (let change = 0; change < 12; change++) {
      hashes.unshift(schema.version_hash);
      schema = bumpSchema({ ...schema, description: String(change) });
    }
    expect(schema.version).toBe(13);
    expect(schema.previous_hashes).toEqual(hashes.slice(0, 10));
  });

  test("does not remember a hash twice", () => {
    const changed = bumpSchema({ ...first, description: "x" });
    const back = bumpSchema({ ...changed, description: "y", previous_hashes: [changed.version_hash] });
    expect(back.previous_hashes).toEqual([changed.version_hash]);
  });
});

function withoutDescriptions(value: object): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, member) =>
      key === "description" || key.endsWith("version_hash") ? (typeof member === "string" ? undefined : member) : member,
    ),
  );
}

function descriptions(schema: SchemaDocument): string[] {
  return Object.values(schema.tables).flatMap((table) => [
    table["description"],
    ...Object.values(table.columns).map((column) => column["description"]),
  ]) as string[];
}
