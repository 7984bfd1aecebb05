import { describe, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { field } from "../config/field.ts";
import { type Resource, resource } from "./resource.ts";
import { type Source, source } from "./source.ts";

interface User {
  id: number;
  name: string;
  meta: { at: string };
}
type Row<R> = R extends Resource<string, infer X> ? X : never;
declare const users: User[];

const spec = {
  token: field.secret("t"),
  port: field.count("p", { default: 1 }),
  mode: field.oneOf("m", ["a", "b"]),
  db: { user: field.text("u") },
};
const crm = source("crm", { config: spec, maxTableNesting: 1 }, ({ config, state, sourceName, signal }) => {
  expectTypeOf(config.mode).toEqualTypeOf<"a" | "b">();
  expectTypeOf(config.db.user).toEqualTypeOf<string>();
  expectTypeOf(sourceName).toEqualTypeOf<string>();
  expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
  // @ts-expect-error read-only
  state["a"] = 1;
  return [
    resource("deals", { primaryKey: "id" }, async function* () {
      yield users;
    }),
    resource("people", async function* () {
      yield { age: 1 };
    }),
  ];
});
const built = crm({ token: "x", port: undefined, db: { user: "me" } });

describe("the call of a source", () => {
  it("takes what its config declares", () => {
    // @ts-expect-error wrong name
    crm({ tokn: "x" });
    // @ts-expect-error wrong type
    crm({ port: "1" });
  });
});

describe("the state of a source", () => {
  const stateSchema = z.object({ map: z.record(z.string(), z.string()).default({}), pages: z.array(z.number()).default([]) });

  it("is typed by its schema and can only be read", () => {
    const typed = source("typed", { stateSchema }, ({ state }) => {
      expectTypeOf(state.map).toEqualTypeOf<{ readonly [key: string]: string }>();
      // @ts-expect-error read-only
      state.map["a"] = "b";
      // @ts-expect-error read-only
      state.pages.push(1);
      return resource("x", users);
    });
    expectTypeOf(typed()).toEqualTypeOf<Source<"typed", Resource<"x", User>>>();
  });

  it("goes together with config", () => {
    source("typed", { stateSchema, config: { token: field.secret("t") } }, ({ state, config }) => {
      expectTypeOf(config.token).toEqualTypeOf<string>();
      expectTypeOf(state.map["a"]).toEqualTypeOf<string | undefined>();
      return [resource("x", users)];
    });
  });
});

describe("the resources of a source", () => {
  it("are known by name", () => {
    expectTypeOf(built.withResources("deals")).toEqualTypeOf<Source<"crm", Resource<"deals", User>>>();
    // @ts-expect-error wrong name
    built.withResources("deal");
    // @ts-expect-error dropped name
    built.withResources("deals").withResources("people");
  });

  it("may be one, promised, or many", () => {
    source("one", () => resource("only", users))().withResources("only");
    source("lazy", async () => [resource("only", users)])().withResources("only");
    const shared = resource("shared", users);
    source("b", () => [shared.withName("copy")])().withResources("copy");
  });

  it("may have names that are only known when it runs", () => {
    const dynamic = source("dynamic", { config: { tables: field.list("tables") } }, ({ config }) =>
      config.tables.map((table) => resource(table, [{ a: 1 }])),
    );
    dynamic({ tables: ["a"] })
      .withResources("whatever")
      .mapResource("a", (rows) => rows.limit(1));
  });

  it("are changed one by one", async () => {
    const edited = built.mapResource("people", (people) => people.withName("persons"));
    expectTypeOf(edited).toEqualTypeOf<Source<"crm", Resource<"deals", User> | Resource<"persons", { age: number }>>>();
    const masked = await built.mapResource("deals", (deals) => deals.map((deal) => ({ ...deal, name: "***" })).limit(5)).build();
    expectTypeOf<Row<typeof masked.deals>>().toEqualTypeOf<{ name: string; id: number; meta: { at: string } }>();
    expectTypeOf<Row<typeof masked.people>>().toEqualTypeOf<{ age: number }>();
    const chained = crm()
      .withResources("deals", "people")
      .mapResource("deals", (deals) => deals.map((deal) => deal.name))
      .withResources("deals")
      .limit(1);
    expectTypeOf(chained).toEqualTypeOf<Source<"crm", Resource<"deals", string>>>();
    // @ts-expect-error no such key
    built.mapResource("deals", (deals) => deals.applyHints({ primaryKey: "idd" }));
  });

  it("are iterated with their row type", async () => {
    const { deals } = await crm().withResources("deals").build();
    for await (const deal of deals) expectTypeOf(deal).toEqualTypeOf<User>();
  });
});
