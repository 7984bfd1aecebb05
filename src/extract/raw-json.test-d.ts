import type { RecordBatch, Table } from "apache-arrow";
import { describe, expectTypeOf, it } from "vitest";
import type { ArrowData } from "../formats/arrow/arrow-data.ts";
import { withTableName } from "./marked.ts";
import { rawJson } from "./raw-json.ts";
import { resource } from "./resource.ts";
import type { Loose, Marked, RowOf } from "./rows.ts";

interface User {
  id: number;
}

describe("rows that are no objects", () => {
  it("as JSON text have the type that is given", () => {
    const raw = resource("raw", async function* () {
      yield rawJson<User>("[]");
      yield withTableName(rawJson<User>(new Uint8Array()), "others");
    });
    for (const row of [] as (typeof raw extends AsyncIterable<infer Row> ? Row : never)[]) expectTypeOf(row).toEqualTypeOf<User>();
    expectTypeOf(rawJson("")).toEqualTypeOf<Marked<Loose>>();
    // @ts-expect-error rows are yielded, not handed to rawJson
    rawJson([{ id: 1 }]);
  });

  it("of Arrow tables have any type", () => {
    expectTypeOf<RowOf<Table>>().toEqualTypeOf<Loose>();
    expectTypeOf<RowOf<readonly RecordBatch[]>>().toEqualTypeOf<Loose>();
    expectTypeOf<RowOf<ArrowData>>().toEqualTypeOf<Loose>();
    expectTypeOf<RowOf<User>>().toEqualTypeOf<User>();
  });
});
