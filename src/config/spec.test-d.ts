import { describe, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { field } from "./field.ts";
import { readConfig } from "./read-config.ts";
import type { resolveConfig } from "./resolve.ts";
import type { ConfigOf, ConfigOverrides, ConfigSpec, Field } from "./spec.ts";
import { withTextForm } from "./text-form.ts";

const spec = {
  token: field.secret("t"),
  host: field.text("h", { default: "x" }),
  port: field.count("p", { default: 1 }),
  mode: field.oneOf("m", ["a", "b"]),
  since: field.optional(field.timestamp("s")),
  tables: field.list("l"),
  wait: field.duration("w"),
  db: { user: field.text("u") },
  client: field.given<{ call(): void }>("c"),
  opts: field.json("o", { schema: z.object({ a: z.number() }) }),
} satisfies ConfigSpec;

describe("the resolved config", () => {
  it("has the type of each setting", () => {
    expectTypeOf<ConfigOf<typeof spec>>().toEqualTypeOf<{
      readonly token: string;
      readonly host: string;
      readonly port: number;
      readonly mode: "a" | "b";
      readonly since: Date | undefined;
      readonly tables: readonly string[];
      readonly wait: `${number}${"ms" | "s" | "m" | "h" | "d"}`;
      readonly db: { readonly user: string };
      readonly client: { call(): void };
      readonly opts: { a: number };
    }>();
  });

  it("is what readConfig and resolveConfig give", () => {
    expectTypeOf(readConfig({ token: field.secret("t") }, { section: "sources.crm" })).resolves.toEqualTypeOf<{ readonly token: string }>();
    expectTypeOf<ReturnType<typeof resolveConfig<typeof spec>>>().resolves.toEqualTypeOf<ConfigOf<typeof spec>>();
  });

  it("keeps its type with a text form", () => {
    const withUrl = withTextForm({ user: field.text("u") }, (text) => ({ user: text }));
    expectTypeOf<ConfigOf<typeof withUrl>>().toEqualTypeOf<{ readonly user: string }>();
    // @ts-expect-error a text
    withTextForm({ user: field.text("u") }, (text) => ({ user: text.length }));
  });
});

describe("overrides", () => {
  const given = (_: ConfigOverrides<typeof spec>): void => {};

  it("take any part of the settings, and undefined", () => {
    given({});
    given({ token: "x", port: undefined, db: { user: "me" }, client: { call() {} }, opts: { a: 1 }, wait: "90s" });
  });

  it("refuse another name and another type", () => {
    // @ts-expect-error wrong name
    given({ tokn: "x" });
    // @ts-expect-error wrong type
    given({ port: "1" });
    // @ts-expect-error not one of the choices
    given({ mode: "c" });
    // @ts-expect-error wrong name in a group
    given({ db: { usr: "me" } });
    // @ts-expect-error a duration has a unit
    given({ wait: "90" });
    // @ts-expect-error not what the schema gives
    given({ opts: { a: "1" } });
  });
});

describe("a field", () => {
  it("has the type of its value", () => {
    expectTypeOf(field.flag("f")).toEqualTypeOf<Field<boolean>>();
    expectTypeOf(field.number("n")).toEqualTypeOf<Field<number>>();
    expectTypeOf(field.oneOf("o", ["a", "b"], { default: "a" })).toEqualTypeOf<Field<"a" | "b">>();
    expectTypeOf(field.optional(field.count("c"))).toEqualTypeOf<Field<number | undefined>>();
  });

  it("refuses a default of another type", () => {
    // @ts-expect-error a text
    field.text("t", { default: 1 });
    // @ts-expect-error not one of the choices
    field.oneOf("o", ["a", "b"], { default: "c" });
    // @ts-expect-error a secret has no default
    field.secret("s", { default: "hunter2" });
    // @ts-expect-error json needs a schema
    field.json("j");
  });
});
