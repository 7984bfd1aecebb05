import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InternalError } from "../core/errors.ts";
import { dataTypes } from "./data-type.ts";
import type { ColumnSchema, SchemaDocument } from "./document.ts";
import { newSchema } from "./new-schema.ts";
import { stateTable } from "./system-tables.ts";
import { completeColumns, dataTables, hasSeenData, nestedTables, rootTable } from "./table.ts";
import { addSystemTable, applyUpdate, mergeTable, type SchemaUpdate } from "./update.ts";

const declared: ColumnSchema[] = [
  { name: "id", nullable: false, primary_key: true, data_type: "bigint" },
  { name: "inc", description: "d" },
  { name: "v", data_type: "text", nullable: true },
];
const schema = mergeTable(newSchema("s"), {
  name: "t",
  columns: byName(declared),
  write_disposition: "merge",
  resource: "t",
  "x-normalizer": { "seen-data": true },
});

function byName(columns: readonly ColumnSchema[]): { [name: string]: ColumnSchema } {
  return Object.fromEntries(columns.map((column) => [column.name, column]));
}

function merged(...columns: ColumnSchema[]): { [name: string]: ColumnSchema } {
  return mergeTable(schema, { name: "t", columns: byName(columns) }).tables["t"]?.columns ?? {};
}

describe("merging a table", () => {
  test("makes a new root table with its defaults", () => {
    expect(mergeTable(newSchema("s"), { name: "new" }).tables["new"]).toEqual({
      name: "new",
      columns: {},
      write_disposition: "append",
      resource: "new",
    });
  });

  test("makes a nested table without them", () => {
    expect(mergeTable(schema, { name: "t__a", columns: {}, parent: "t" }).tables["t__a"]).toEqual({
      name: "t__a",
      columns: {},
      parent: "t",
    });
  });

  test("refuses a nested table whose parent is unknown", () => {
    expect(() => mergeTable(schema, { name: "q__a", parent: "q" })).toThrow(InternalError);
  });

  test("leaves the schema as it was", () => {
    const before = structuredClone(schema);
    mergeTable(schema, { name: "t", columns: byName([{ name: "id", primary_key: false }]), write_disposition: "append" });
    expect(schema).toEqual(before);
  });

  test("changes a column in its place", () => {
    const columns = merged({ name: "id", nullable: true, precision: 32 });
    expect(columns["id"]).toEqual({ name: "id", nullable: true, primary_key: true, data_type: "bigint", precision: 32 });
    expect(Object.keys(columns)).toEqual(["id", "inc", "v"]);
  });

  test("moves an incomplete column to the end when it gets its type", () => {
    const columns = merged({ name: "inc", data_type: "bigint", nullable: true }, { name: "n", data_type: "text" });
    expect(Object.keys(columns)).toEqual(["id", "v", "inc", "n"]);
    expect(columns["inc"]).toEqual({ name: "inc", description: "d", data_type: "bigint", nullable: true });
  });

  test("leaves an incomplete column where it is while it has no type", () => {
    expect(Object.keys(merged({ name: "inc", nullable: false }))).toEqual(["id", "inc", "v"]);
  });

  test.each(["primary_key", "merge_key", "partition", "cluster", "incremental"])("takes %s from the columns that had it", (hint) => {
    const before = mergeTable(schema, { name: "t", columns: byName([{ name: "id", [hint]: true }]) });
    const after = mergeTable(before, { name: "t", columns: byName([{ name: "v", [hint]: true }]) }).tables["t"]?.columns;
    expect(after?.["id"]).not.toHaveProperty(hint);
    expect(after?.["v"]).toHaveProperty(hint, true);
  });

  test.each(["sort", "unique", "hard_delete", "x-own"])("leaves %s to all columns that have it", (hint) => {
    const before = mergeTable(schema, { name: "t", columns: byName([{ name: "id", [hint]: true }]) });
    expect(mergeTable(before, { name: "t", columns: byName([{ name: "v", [hint]: true }]) }).tables["t"]?.columns["id"]).toHaveProperty(
      hint,
      true,
    );
  });

  test("overrides hints of the table and keeps what is not named", () => {
    const table = mergeTable(schema, { name: "t", write_disposition: "append", "x-own": 1 }).tables["t"];
    expect(table).toMatchObject({ write_disposition: "append", "x-own": 1, resource: "t", columns: byName(declared) });
  });

  test("does not forget that there were rows", () => {
    const table = mergeTable(schema, { name: "t", "x-normalizer": { max_nesting: 1 } }).tables["t"];
    expect(table?.["x-normalizer"]).toEqual({ "seen-data": true, max_nesting: 1 });
  });
});

describe("applying an update", () => {
  test("keeps keys where they are", () => {
    const { tables } = applyUpdate(schema, { t: { columns: byName([{ name: "w", data_type: "text", primary_key: true }]) } });
    expect(tables["t"]?.columns["id"]).toHaveProperty("primary_key", true);
  });

  test("takes parents before the tables nested in them", () => {
    const { tables } = applyUpdate(schema, { t__a: { columns: {}, parent: "t" }, t__a__b: { columns: {}, parent: "t__a" } });
    expect(Object.keys(tables).slice(-2)).toEqual(["t__a", "t__a__b"]);
  });

  test("never loses a column, and never reorders those that exist in the destination", () => {
    fc.assert(
      fc.property(updates, (list) => {
        let changed: SchemaDocument = newSchema("s");
        for (const update of list) {
          const before = changed;
          changed = applyUpdate(before, update);
          for (const [name, table] of Object.entries(before.tables)) {
            const after = changed.tables[name];
            const existing = completeColumns(table).map((column) => column.name);
            expect(Object.keys(after?.columns ?? {})).toEqual(expect.arrayContaining(Object.keys(table.columns)));
            expect(
              completeColumns(after ?? table)
                .slice(0, existing.length)
                .map((column) => column.name),
            ).toEqual(existing);
          }
          for (const [name, table] of Object.entries(update))
            expect(Object.keys(changed.tables[name]?.columns ?? {})).toEqual(expect.arrayContaining(Object.keys(table.columns ?? {})));
        }
      }),
    );
  });
});

const name = fc.constantFrom("a", "b", "c", "d", "__proto__", "constructor");
const column = fc.record(
  { name, data_type: fc.constantFrom(...dataTypes), nullable: fc.boolean(), primary_key: fc.boolean() },
  { requiredKeys: ["name"] },
);
const updates = fc.array(
  fc.dictionary(
    name,
    fc.array(column, { maxLength: 5 }).map((columns) => ({ columns: byName(columns as ColumnSchema[]) })),
    { maxKeys: 3 },
  ) as fc.Arbitrary<SchemaUpdate>,
  { maxLength: 5 },
);

describe("a table of leat's own", () => {
  const state = {
    name: stateTable.name,
    columns: { version: { name: "version", data_type: "bigint", nullable: false, description: "theirs" } },
  } as const;

  test("is added whole to a schema that does not have it", () => {
    expect(addSystemTable(schema, stateTable).tables[stateTable.name]).toEqual(stateTable);
  });

  test("keeps what is stored, and gets the columns that are missing", () => {
    const { columns } = addSystemTable(mergeTable(schema, state), stateTable).tables[stateTable.name]!;
    expect(columns["version"]).toEqual(state.columns.version);
    expect(Object.keys(columns)).toEqual(Object.keys(stateTable.columns));
  });

  test("changes nothing once it is there", () => {
    const known = addSystemTable(schema, stateTable);
    expect(addSystemTable(known, stateTable)).toBe(known);
  });
});

describe("tables of a schema", () => {
  const nested = applyUpdate(schema, {
    t__a: { columns: {}, parent: "t" },
    u: { columns: {} },
    t__a__x: { columns: {}, parent: "t__a" },
    t__b: { columns: {}, parent: "t" },
  });

  test("nested ones come after their parents", () => {
    expect(nestedTables(nested, "t").map((table) => table.name)).toEqual(["t", "t__a", "t__a__x", "t__b"]);
    expect(nestedTables(nested, "u").map((table) => table.name)).toEqual(["u"]);
  });

  test("each has a root", () => {
    expect(rootTable(nested, "t__a__x").name).toBe("t");
    expect(rootTable(nested, "u").name).toBe("u");
    expect(() => rootTable(nested, "constructor")).toThrow(InternalError);
  });

  test("data tables are those of the user", () => {
    expect(dataTables(nested).map((table) => table.name)).toEqual(["t", "t__a", "u", "t__a__x", "t__b"]);
    expect(
      dataTables(nested)
        .filter(hasSeenData)
        .map((table) => table.name),
    ).toEqual(["t"]);
  });
});
