import { expect, test } from "vitest";
import type { JsonObject } from "../schema/json-value.ts";
import { namingConvention } from "../schema/naming/naming-convention.ts";
import { createNamedFlatten } from "./flatten.ts";
import { collisions, nullOnlyColumns } from "./name-findings.ts";
import type { NameTree } from "./name-tree.ts";

function namesOf(documents: Readonly<Record<string, readonly JsonObject[]>>): NameTree {
  const { flatten, names } = createNamedFlatten({
    naming: namingConvention("snake_case"),
    loadId: "1",
    useBreakPath: true,
    maxNesting: () => undefined,
    isJsonColumn: () => false,
    isRootTable: () => false,
    propagation: () => [],
    rowId: () => "id",
  });
  for (const [table, rows] of Object.entries(documents)) for (const row of rows) flatten(row, table, () => true);
  return names;
}

test("each column is named once, with all keys that it is made of", () => {
  const names = namesOf({
    a: [
      { Id: 1, id: 2 },
      { ID: 3, Id: 4 },
    ],
  });
  expect(collisions(names)).toEqual([{ kind: "column", table: "a", name: "id", keys: ["Id", "id", "ID"] }]);
});

test("a key with a separator meets the object that it looks like", () => {
  expect(collisions(namesOf({ a: [{ a__b: 1, a: { b: 2 } }] }))).toEqual([
    { kind: "column", table: "a", name: "a__b", keys: ["a__b", "a.b"] },
  ]);
});

test("objects, lists and values have no column in common", () => {
  expect(
    collisions(
      namesOf({
        a: [
          { Key: { x: 1 }, key: { y: 1 } },
          { K: [1], k: 2 },
        ],
      }),
    ),
  ).toEqual([]);
});

test("two ways to one nested table are named", () => {
  expect(collisions(namesOf({ a: [{ b__c: [1], b: { c: [2] } }] }))).toEqual([
    { kind: "table", table: "a__b__c", name: "a__b__c", keys: ["a.b__c", "a.b.c"] },
  ]);
});

test("a root table meets a nested one of its name, whichever comes first", () => {
  const [nested, root] = [{ a: [{ b: [1] }] }, { a__b: [{ x: 1 }] }];
  expect(collisions(namesOf({ ...nested, ...root }))).toMatchObject([{ kind: "table", name: "a__b", keys: ["a.b", "a__b"] }]);
  expect(collisions(namesOf({ ...root, ...nested }))).toMatchObject([{ kind: "table", name: "a__b", keys: ["a__b", "a.b"] }]);
});

test("more keys than are kept in memory do not meet themselves", () => {
  const rows = Array.from({ length: 3 }, () => Object.fromEntries(Array.from({ length: 12_000 }, (_, key) => [`k${key}`, 1])));
  expect(collisions(namesOf({ a: rows }))).toEqual([]);
});

test("null-only columns are keys without a column, an object or a list", () => {
  const names = namesOf({
    a: [
      { id: 1, none: null, inside: null, list: null, deep: { none: null } },
      { inside: { x: 1 }, list: [{ y: null }] },
    ],
  });
  const typed = new Set(["id", "inside__x"]);
  expect(nullOnlyColumns(names, (_, column) => typed.has(column))).toEqual([
    { table: "a", columns: ["none", "deep__none"] },
    { table: "a__list", columns: ["y"] },
  ]);
  expect(nullOnlyColumns(names, (table) => (table === "a" ? undefined : false))).toEqual([{ table: "a__list", columns: ["y"] }]);
});
