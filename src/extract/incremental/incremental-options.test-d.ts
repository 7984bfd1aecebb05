import { describe, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { type Resource, type ResourceContext, resource } from "../resource.ts";
import { current } from "../running.ts";
import { transformer } from "../transformer.ts";
import type { CursorValue, Incremental } from "./incremental-options.ts";

interface User {
  id: number;
  name: string;
  meta: { at: string };
}
declare const users: User[];

describe("the type of a cursor", () => {
  it("is that of the initial value", () => {
    resource("i", { incremental: { cursorPath: "id", initialValue: 0 } }, async function* ({ incremental, resourceName }) {
      expectTypeOf(incremental.lastValue).toEqualTypeOf<number>();
      expectTypeOf(incremental.endValue).toEqualTypeOf<number | undefined>();
      expectTypeOf(resourceName).toEqualTypeOf<string>();
      yield users;
    });
    resource("i", { incremental: { cursorPath: "meta.at", initialValue: new Date() } }, async function* ({ incremental }) {
      expectTypeOf(incremental.lastValue).toEqualTypeOf<Date>();
      yield users;
    });
    resource(
      "i",
      { incremental: { cursorPath: "$", initialValue: { a: 1 }, lastValueFunc: (values) => values[0]! } },
      async function* ({ incremental }) {
        expectTypeOf(incremental.lastValue).toEqualTypeOf<{ a: number }>();
        yield users;
      },
    );
    resource(
      "i",
      { incremental: { cursorPath: "id", initialValue: 0, lag: "3d", rowOrder: "asc", partitionBy: "name" } },
      async function* ({ incremental }) {
        expectTypeOf(incremental.cursorFor("x").lastValue).toEqualTypeOf<number>();
        yield users;
      },
    );
  });

  it("is that of the field of a row schema, or any value", () => {
    const schema = z.object({ id: z.number(), at: z.date(), n: z.coerce.number() });
    resource("z", { schema, primaryKey: "id", incremental: { cursorPath: "at" } }, async function* ({ incremental }) {
      expectTypeOf(incremental.lastValue).toEqualTypeOf<Date | undefined>();
      yield (await (await fetch("x")).json()) as object;
    });
    resource("i", { incremental: { cursorPath: "meta[0]" } }, async function* ({ incremental }) {
      expectTypeOf(incremental.lastValue).toEqualTypeOf<CursorValue | undefined>();
      yield users;
    });
  });

  it("can be annotated, of a transformer too", () => {
    resource(
      "i",
      { incremental: { cursorPath: "id", initialValue: 0 } },
      async function* ({ incremental }: ResourceContext<{ n?: number }, Incremental<number>>) {
        expectTypeOf(incremental.lastValue).toEqualTypeOf<number>();
        yield users;
      },
    );
    resource("i", { incremental: { cursorPath: "id", initialValue: 0 } }, async function* ({ state }: ResourceContext<{ n?: number }>) {
      expectTypeOf(state.n).toEqualTypeOf<number | undefined>();
      yield users;
    });
    expectTypeOf(current.incremental<string>().lastValue).toEqualTypeOf<string>();
    const details = transformer(resource("users", users), "details", async function* (user) {
      yield { userId: user.id, at: new Date() };
    });
    const options = { incremental: { cursorPath: "at", initialValue: new Date(0) } } as const;
    const later = transformer(details, "d", options, async function* (detail, { incremental }) {
      expectTypeOf(incremental.lastValue).toEqualTypeOf<Date>();
      yield detail;
    });
    expectTypeOf(later).toEqualTypeOf<Resource<"d", { userId: number; at: Date }>>();
  });
});

describe("a cursor does not compile with", () => {
  it("a path that the rows do not have", () => {
    // @ts-expect-error of a generator
    resource("i", { incremental: { cursorPath: "idd", initialValue: 0 } }, async function* () {
      yield users;
    });
    // @ts-expect-error of plain rows
    resource("i", { incremental: { cursorPath: "idd", initialValue: 0 } }, users);
    // @ts-expect-error of a row schema
    resource("z", { schema: z.object({ id: z.number() }), incremental: { cursorPath: "idd" } }, async function* () {
      yield JSON.parse("");
    });
  });

  it("an end value of another type, a lag without a unit, or where none is declared", () => {
    // @ts-expect-error
    resource("i", { incremental: { cursorPath: "id", initialValue: 0, endValue: "x" } }, users);
    // @ts-expect-error
    resource("i", { incremental: { cursorPath: "id", lag: "3 days" } }, users);
    resource("i", { primaryKey: "id" }, async function* ({ incremental }) {
      // @ts-expect-error
      incremental.lastValue;
      yield users;
    });
    // @ts-expect-error annotated with a cursor that the options do not declare
    resource("i", { primaryKey: "id" }, async function* ({ incremental }: ResourceContext<{ n?: number }, Incremental<number>>) {
      yield [users, incremental];
    });
  });

  it("hints take any path of the checked rows", () => {
    resource("r", users).applyHints({ primaryKey: "id", tableName: (row) => row.name, incremental: { cursorPath: "id" } });
  });
});
