import { describe, expect, test } from "vitest";
import { bumpSchema } from "./bump.ts";
import type { ColumnSchema, SchemaDocument, TableSchema } from "./document.ts";
import { TypeConflictError } from "./errors.ts";
import { mergeSchemas } from "./merge-schemas.ts";
import { newSchema } from "./new-schema.ts";

const base = withTables({ users: table("users", { id: "bigint" }) });

describe("mergeSchemas", () => {
  test("has the tables and columns of both, those of the stored schema first", () => {
    const mine = withTables({ users: table("users", { id: "bigint", name: "text" }), mine: table("mine", { a: "text" }) });
    const theirs = withTables({ users: table("users", { id: "bigint", age: "bigint" }), theirs: table("theirs", { b: "text" }) });
    const merged = merge({ base, mine, theirs });
    expect(dataTables(merged)).toEqual({ users: ["id", "age", "name"], theirs: ["b"], mine: ["a"] });
    expect(merged.previous_hashes).toEqual(expect.arrayContaining([theirs.version_hash, mine.version_hash]));
    expect(merged.version).toBeGreaterThan(Math.max(mine.version, theirs.version));
  });

  test("is the stored one when it adds nothing to it", () => {
    const theirs = withTables({ users: table("users", { id: "bigint", age: "bigint" }) });
    expect(merge({ base, mine: base, theirs })).toBe(theirs);
  });

  test("leaves out a table that this side dropped, and one that the other dropped unless rows wait for it", () => {
    const both = withTables({ users: table("users", { id: "bigint" }), pets: table("pets", { id: "bigint" }) });
    const withoutPets = withTables({ users: table("users", { id: "bigint" }) });
    const more = withTables({ ...both.tables, new: table("new", { id: "bigint" }) });
    expect(Object.keys(dataTables(merge({ base: both, mine: withoutPets, theirs: more })))).toEqual(["users", "new"]);
    expect(Object.keys(dataTables(merge({ base: both, mine: more, theirs: withoutPets })))).toEqual(["users", "new"]);
    expect(Object.keys(dataTables(merge({ base: both, mine: more, theirs: withoutPets, needed: ["pets"] })))).toContain("pets");
  });

  test("leaves out a table that one side nested in one that the other dropped", () => {
    const nested = { ...table("users__tags", { value: "text" }), parent: "users" };
    const theirs = withTables({
      ...base.tables,
      users__tags: nested,
      users__tags__more: { ...nested, name: "users__tags__more", parent: "users__tags" },
    });
    expect(dataTables(merge({ base, mine: withTables({}), theirs }))).toEqual({});
  });

  test("keeps the hints that each side changed", () => {
    const mine = withTables({ users: { ...table("users", { id: "bigint" }), description: "mine" } });
    const theirs = withTables({ users: { ...table("users", { id: "bigint" }), write_disposition: "merge" } });
    expect(merge({ base, mine, theirs }).tables["users"]).toMatchObject({ description: "mine", write_disposition: "merge" });
  });

  test("names the column that both made with different types", () => {
    const mine = withTables({ users: table("users", { id: "bigint", age: "text" }) });
    const theirs = withTables({ users: table("users", { id: "bigint", age: "bigint" }) });
    expect(() => merge({ base, mine, theirs })).toThrow(TypeConflictError);
    expect(() => merge({ base, mine, theirs })).toThrow(
      "Column `age` of table `users` is text in this package, but another pipeline created it as bigint",
    );
  });
});

function merge({
  needed = [],
  ...schemas
}: {
  base: SchemaDocument;
  mine: SchemaDocument;
  theirs: SchemaDocument;
  needed?: string[];
}): SchemaDocument {
  return mergeSchemas({ ...schemas, needed: new Set(needed) });
}

function withTables(tables: { readonly [name: string]: TableSchema }): SchemaDocument {
  return bumpSchema({ ...newSchema("demo"), tables });
}

function table(name: string, columns: { readonly [column: string]: NonNullable<ColumnSchema["data_type"]> }): TableSchema {
  const entries = Object.entries(columns).map(([column, data_type]) => [column, { name: column, data_type }] as const);
  return { name, columns: Object.fromEntries(entries), resource: name, write_disposition: "append" };
}

function dataTables(schema: SchemaDocument): Record<string, string[]> {
  const tables = Object.values(schema.tables).filter(({ name }) => !name.startsWith("_dlt"));
  return Object.fromEntries(tables.map(({ name, columns }) => [name, Object.keys(columns)]));
}
