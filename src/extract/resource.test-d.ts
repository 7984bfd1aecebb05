import { type } from "arktype";
import type { Decimal } from "decimal.js";
import * as v from "valibot";
import { describe, expectTypeOf, it } from "vitest";
import { z } from "zod";
import type { PlainDate } from "../core/plain-date.ts";
import type { StandardSchema } from "../core/standard-schema.ts";
import { withHints, withTableName } from "./marked.ts";
import { type Resource, type ResourceContext, resource } from "./resource.ts";
import type { Loose } from "./rows.ts";
import { current } from "./running.ts";
import { transformer } from "./transformer.ts";

interface User {
  id: number;
  name: string;
  meta: { at: string };
}
type Row<R> = R extends Resource<string, infer X> ? X : never;
declare const users: User[];
declare function later(): Promise<User[]>;

describe("the row type of a resource", () => {
  it("is that of what it is made of", () => {
    const array = resource("r", users);
    expectTypeOf<typeof array>().toEqualTypeOf<Resource<"r", User>>();
    const pages = resource("r", [users, users]);
    expectTypeOf<Row<typeof pages>>().toEqualTypeOf<User>();
    const promise = resource("r", later());
    expectTypeOf<Row<typeof promise>>().toEqualTypeOf<User>();
    const keys = resource("r", new Map([["a", 1]]).keys());
    expectTypeOf<Row<typeof keys>>().toEqualTypeOf<string>();
    const stream = resource("r", ReadableStream.from(users));
    expectTypeOf<Row<typeof stream>>().toEqualTypeOf<User>();
  });

  it("is that of what its function gives", () => {
    const fromPromise = resource("r", later);
    expectTypeOf<Row<typeof fromPromise>>().toEqualTypeOf<User>();
    const arrow = resource("r", () => later());
    expectTypeOf<Row<typeof arrow>>().toEqualTypeOf<User>();
    const mixed = resource("r", function* () {
      yield users[0]!;
      yield users;
    });
    expectTypeOf<Row<typeof mixed>>().toEqualTypeOf<User>();
    const literal = resource("r", async function* () {
      yield { id: 1, name: "Ada" };
    });
    expectTypeOf<Row<typeof literal>>().toEqualTypeOf<{ id: number; name: string }>();
    const promises = resource("r", function* () {
      for (let i = 0; i < 9; i++) yield later();
    });
    expectTypeOf<Row<typeof promises>>().toEqualTypeOf<User>();
    const thunks = resource("r", async function* () {
      yield () => later();
    });
    expectTypeOf<Row<typeof thunks>>().toEqualTypeOf<User>();
    const nulls = resource("r", async function* () {
      yield null;
      yield users;
    });
    expectTypeOf<Row<typeof nulls>>().toEqualTypeOf<User>();
    const marked = resource("r", async function* () {
      yield withTableName(users, "u");
      yield withHints(users, { primaryKey: "id" });
    });
    expectTypeOf<Row<typeof marked>>().toEqualTypeOf<User>();
    const withState = resource("r", async function* ({ state }) {
      state["n"] = 1;
      yield users;
    });
    expectTypeOf<Row<typeof withState>>().toEqualTypeOf<User>();
  });

  it("is loose for any, and unknown for unknown", () => {
    const any = resource("r", async function* () {
      yield JSON.parse("[]");
    });
    expectTypeOf<Row<typeof any>>().toEqualTypeOf<Loose>();
    const unknown = resource("r", async function* () {
      yield (await fetch("x")).json();
    });
    expectTypeOf<Row<typeof unknown>>().toEqualTypeOf<unknown>();
  });

  it("must come from rows", () => {
    // @ts-expect-error not rows
    resource("x", 42);
    // @ts-expect-error a single row
    resource("x", { id: 1 });
    // @ts-expect-error a hint that the row has not
    withHints(users, { primaryKey: "idd" });
  });
});

describe("a row schema", () => {
  it("gives the row type, whatever is yielded", () => {
    const coerced = resource(
      "z",
      { schema: z.object({ id: z.number(), at: z.date(), n: z.coerce.number() }), primaryKey: "id" },
      async function* () {
        yield await (await fetch("x")).json();
      },
    );
    expectTypeOf<Row<typeof coerced>>().toEqualTypeOf<{ id: number; at: Date; n: number }>();
    const array = resource("z", { schema: v.object({ id: v.string() }), primaryKey: "id" }, [{ id: "a" }]);
    expectTypeOf<Row<typeof array>>().toEqualTypeOf<{ id: string }>();
    const ark = resource("z", { schema: type({ id: "number", "tag?": "string" }), mergeKey: "tag" }, () => []);
    expectTypeOf<Row<typeof ark>>().toEqualTypeOf<{ id: number; tag?: string }>();
    const withBoth = resource("z", { schema: z.object({ id: z.number() }), stateSchema: z.object({ page: z.number() }) }, ({ state }) => {
      expectTypeOf(state.page).toEqualTypeOf<number>();
      return [{ id: state.page }];
    });
    expectTypeOf(withBoth).toEqualTypeOf<Resource<"z", { id: number }>>();
  });

  it("is what keys, columns and table names are checked against", () => {
    const schema = z.object({ id: z.number(), kind: z.string() });
    // @ts-expect-error no such key
    resource("z", { schema, primaryKey: "idd" }, async function* ({ state }) {
      state["n"] = 1;
      yield JSON.parse("");
    });
    // @ts-expect-error no such column
    resource("z", { schema, columns: { name: { dataType: "text" } } }, () => [{ name: "x" }]);
    resource("z", { schema, tableName: (row) => row.kind, columns: { kind: { description: "" } } }, () => JSON.parse("[]"));
    // @ts-expect-error no schema
    resource("z", { schema: { id: "number" } }, users);
  });

  it("does the same for a transformer", () => {
    const parent = resource("users", users);
    const schema = z.object({ at: z.coerce.date() });
    const each = transformer(parent, "at", { schema, primaryKey: "at" }, (user) => ({ at: user.meta.at }));
    expectTypeOf(each).toEqualTypeOf<Resource<"at", { at: Date }>>();
    const pages = transformer(parent, "at", { schema, per: "page" }, (page) => page.map((user) => ({ at: user.meta.at })));
    expectTypeOf<Row<typeof pages>>().toEqualTypeOf<{ at: Date }>();
    // @ts-expect-error no such key
    transformer(parent, "at", { schema, primaryKey: "id" }, (user) => user);
  });
});

describe("the keys in the options", () => {
  it("are those of the row, its flattened names included", () => {
    resource("u", { primaryKey: "id", mergeKey: ["id", "name"], columns: { meta__at: { dataType: "timestamp" } } }, users);
    resource("u", { primaryKey: "id" }, async function* ({ state, signal }) {
      void [state, signal];
      yield users;
    });
    resource("union", { primaryKey: "id" }, async function* () {
      yield { id: 1, a: 1 };
      yield { id: 2, b: 1 };
    });
    // @ts-expect-error no such key
    resource("u", { primaryKey: "idd" }, users);
    // @ts-expect-error no such key
    resource("u", { primaryKey: "idd" }, async function* ({ signal }) {
      void signal;
      yield users;
    });
    // @ts-expect-error no such key
    resource("u", { primaryKey: ["id", "nam"] }, async function* () {
      yield users;
    });
    // @ts-expect-error no such column
    resource("u", { columns: { nam: { dataType: "text" } } }, users);
  });

  it("are free when the row is unknown", () => {
    resource("u", { primaryKey: "anything", columns: { x: { nullable: false } } }, async function* () {
      yield JSON.parse("{}");
    });
    resource("u", { primaryKey: "anything" }, async function* () {
      yield (await fetch("x")).json();
    });
    resource("u", { primaryKey: "anything" }, async function* () {});
  });

  it("are dlt's words", () => {
    resource("u", { writeDisposition: { disposition: "merge", strategy: "scd2", validityColumnNames: ["from", "to"] } }, users);
    // @ts-expect-error unknown option
    resource("u", { primarykey: "id" }, users);
    // @ts-expect-error wrong word
    resource("u", { writeDisposition: "upsert" }, users);
    // @ts-expect-error option of another strategy
    resource("u", { writeDisposition: { disposition: "merge", strategy: "upsert", deduplicated: true } }, users);
  });

  it("let a function of the row see it", () => {
    resource("events", { tableName: (row) => row.type }, async function* () {
      yield { type: "a", n: 1 };
    });
    resource("r1", users).applyHints({ primaryKey: "id", tableName: (row) => row.name });
    // @ts-expect-error no such key
    resource("r1", users).applyHints({ primaryKey: "idd" });
  });
});

describe("state", () => {
  it("is typed by the annotation of the context", () => {
    resource(
      "s",
      async function* ({ state }: ResourceContext<{ archives?: string[]; at?: Date; d?: Decimal; day?: PlainDate; big?: bigint }>) {
        state.archives?.push("x");
        expectTypeOf(state.day).toEqualTypeOf<PlainDate | undefined>();
        yield users;
      },
    );
    resource("s", { primaryKey: "id" }, async function* ({ state }) {
      expectTypeOf(state).toEqualTypeOf<Loose>();
      yield users;
    });
    current.resourceState<{ a?: string[] }>().a?.push("x");
  });

  it("is typed by its schema, as what the schema gives", () => {
    resource(
      "s",
      { stateSchema: z.object({ seen: z.array(z.string()).default([]), at: z.date().optional() }) },
      async function* ({ state }) {
        expectTypeOf(state).toEqualTypeOf<{ seen: string[]; at?: Date | undefined }>();
        state.seen.push("a");
        // @ts-expect-error no such key
        state.sen.push("a");
        // @ts-expect-error wrong type
        state.seen.push(1);
        yield users;
      },
    );
    const rows = resource("s", { primaryKey: "id", stateSchema: z.object({ page: z.number() }) }, function* ({ state }) {
      expectTypeOf(state.page).toEqualTypeOf<number>();
      yield users;
    });
    expectTypeOf<Row<typeof rows>>().toEqualTypeOf<User>();
    transformer(rows, "t", { stateSchema: z.object({ count: z.number().default(0) }) }, (row, { state }) => {
      expectTypeOf(row).toEqualTypeOf<User>();
      expectTypeOf(state).toEqualTypeOf<{ count: number }>();
      return { id: row.id };
    });
  });

  it("may have schema and annotation, which have to agree", () => {
    const stateSchema = z.object({ page: z.number() });
    resource("s", { stateSchema }, function* ({ state }: ResourceContext<{ page: number }>) {
      expectTypeOf(state.page).toEqualTypeOf<number>();
      yield users;
    });
    // @ts-expect-error the schema gives a number
    resource("s", { stateSchema }, function* ({ state }: ResourceContext<{ page: string }>) {
      void state;
      yield users;
    });
  });

  it("takes a schema of any library, and none that is no schema", () => {
    resource("s", { stateSchema: {} as StandardSchema<{ n: number }> }, function* ({ state }) {
      expectTypeOf(state).toEqualTypeOf<{ n: number }>();
      yield users;
    });
    // @ts-expect-error not a Standard Schema
    resource("s", { stateSchema: { n: "number" } }, users);
    // @ts-expect-error state cannot hold a function
    resource("s", { stateSchema: {} as StandardSchema<{ f: () => void }> }, function* ({ state }) {
      void state;
      yield users;
    });
  });

  it("cannot hold what cannot be stored", () => {
    // @ts-expect-error a function cannot be stored
    resource("s", async function* ({ state }: ResourceContext<{ f?: () => void }>) {
      void state;
      yield users;
    });
    // @ts-expect-error a Map cannot be stored
    resource("s", async function* ({ state }: ResourceContext<{ m?: Map<string, string> }>) {
      void state;
      yield users;
    });
    // @ts-expect-error a function cannot be stored
    current.sourceState<{ f: () => void }>();
  });
});

describe("steps", () => {
  const rows = resource("rows", users);

  it("give the type of their result", () => {
    const mapped = rows.map((user) => ({ ...user, upper: user.name.toUpperCase() }));
    expectTypeOf<Row<typeof mapped>["upper"]>().toEqualTypeOf<string>();
    const awaited = rows.map(async (user) => user.id);
    expectTypeOf<Row<typeof awaited>>().toEqualTypeOf<number>();
    const renamed = rows
      .filter((user) => user.id > 1)
      .flatMap(function* (user) {
        yield { a: user.id };
        yield { a: 2 };
      })
      .limit(10)
      .withName("other");
    expectTypeOf(renamed).toEqualTypeOf<Resource<"other", { a: number }>>();
  });

  it("narrow by a type predicate", () => {
    const narrowed = resource("m", [{ x: 1 } as { x: number | null }]).filter((row): row is { x: number } => row.x !== null);
    expectTypeOf<Row<typeof narrowed>>().toEqualTypeOf<{ x: number }>();
  });

  it("are seen by those that iterate the resource", async () => {
    for await (const user of rows) expectTypeOf(user).toEqualTypeOf<User>();
  });
});
