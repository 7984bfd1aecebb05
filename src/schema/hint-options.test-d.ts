import { expectTypeOf, test } from "vitest";
import type { ColumnOf, PathOf, ResourceHints, TableHints } from "./hint-options.ts";
import type { tableHints } from "./hints.ts";

interface User {
  id: number;
  name: string;
  author: { id: number };
}

test("columns and paths of a known row", () => {
  expectTypeOf<"id">().toExtend<ColumnOf<User>>();
  expectTypeOf<"author__id">().toExtend<ColumnOf<User>>();
  expectTypeOf<"idd">().not.toExtend<ColumnOf<User>>();
  expectTypeOf<"author.id">().toExtend<PathOf<User>>();
  expectTypeOf<"writer.id">().not.toExtend<PathOf<User>>();
});

test("anything goes for an unknown row", () => {
  expectTypeOf<ColumnOf<unknown>>().toEqualTypeOf<string>();
  expectTypeOf<ColumnOf<Record<string, unknown>>>().toEqualTypeOf<string>();
});

test("wrong hints do not compile", () => {
  const hints: ResourceHints<User> = {
    primaryKey: "id",
    columns: { name: { dataType: "text" } },
    "x-own": 1,
    tableName: (user) => user.name,
  };
  // @ts-expect-error no such column
  const wrongKey: ResourceHints<User> = { primaryKey: "idd" };
  // @ts-expect-error upsert has no such option
  const wrongStrategy: TableHints = { writeDisposition: { disposition: "merge", strategy: "upsert", deduplicated: true } };
  // @ts-expect-error stored keys are no options
  const storedKey: TableHints = { write_disposition: "append" };
  expectTypeOf([hints, wrongKey, wrongStrategy, storedKey]).not.toBeAny();
});

test("hints of any row can be stored", () => {
  expectTypeOf<ResourceHints<User>>().toExtend<Parameters<typeof tableHints>[0]>();
});
