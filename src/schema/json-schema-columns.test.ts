import { describe, expect, it } from "vitest";
import type { ColumnHints } from "./hint-options.ts";
import { jsonSchemaColumns, type TakesApart } from "./json-schema-columns.ts";

const apart = (): boolean => true;
const together = (): boolean => false;

/** By path, dotted. */
function columns(document: object, takesApart: TakesApart = together): Record<string, ColumnHints> {
  return Object.fromEntries(jsonSchemaColumns(document, takesApart).map(({ path, hints }) => [path.join("."), hints]));
}

/** The hints of one required member. */
function column(schema: object): ColumnHints | undefined {
  return columns({ type: "object", properties: { c: schema }, required: ["c"] })["c"];
}

describe("the type of a column", () => {
  it.each([
    [{ type: "string" }, "text"],
    [{ type: "string", format: "date-time" }, "timestamp"],
    [{ type: "string", format: "date" }, "date"],
    [{ type: "string", format: "time" }, "time"],
    [{ type: "string", format: "uuid" }, "text"],
    [{ type: "integer" }, "bigint"],
    [{ type: "number" }, "double"],
    [{ type: "boolean" }, "bool"],
    [{ type: "object" }, "json"],
    [{ type: "array", items: {} }, "json"],
    [{ properties: {} }, "json"],
    [{ enum: ["a", "b"] }, "text"],
    [{ type: "number", const: 3 }, "bigint"],
    [{ enum: [1, 2.5] }, "double"],
    [{ const: true }, "bool"],
    [{ anyOf: [{ type: "integer" }, { type: "number" }] }, "double"],
    [{ oneOf: [{ type: "string" }, { const: "x" }] }, "text"],
    [{ allOf: [{ type: "string" }, { maxLength: 3 }] }, "text"],
  ])("of %j is %s", (schema, dataType) => {
    expect(column(schema)).toMatchObject({ dataType, nullable: false });
  });

  it.each([
    [{}],
    [true],
    [{ type: ["string", "number"] }],
    [{ anyOf: [{ type: "string" }, {}] }],
    [{ anyOf: [{ type: "string", format: "date-time" }, { type: "string" }] }],
    [{ allOf: [{ type: "string" }, { type: "number" }] }],
    [{ $ref: "#/$defs/missing" }],
    [{ type: "null" }],
  ])("is left open by %j", (schema) => {
    expect(column(schema as object)).toBeUndefined();
  });
});

it("may be null where null is allowed, and where the key may be missing", () => {
  const properties = { a: { type: ["string", "null"] }, b: { anyOf: [{ type: "integer" }, { type: "null" }] }, c: { enum: ["x", null] } };
  const hints = columns({ type: "object", properties: { ...properties, d: { type: "string" } }, required: ["a", "b", "c"] });
  expect(Object.values(hints).map((each) => each.nullable)).toEqual([true, true, true, true]);
});

it("takes over the description, and the length of a text", () => {
  expect(column({ type: "string", maxLength: 8, description: "d" })).toEqual({
    dataType: "text",
    nullable: false,
    precision: 8,
    description: "d",
  });
  expect(column({ description: "of anything" })).toEqual({ description: "of anything" });
});

it("takes objects apart where it is told to, and lists become tables then", () => {
  const inner = { type: "object", properties: { x: { type: "number" } }, required: ["x"] };
  const document = {
    type: "object",
    properties: { o: inner, maybe: inner, l: { type: "array", items: inner }, both: { anyOf: [inner, { type: "string" }] } },
    required: ["o", "l"],
  };
  expect(columns(document, apart)).toEqual({
    "o.x": { dataType: "double", nullable: false },
    "maybe.x": { dataType: "double", nullable: true },
  });
  expect(Object.keys(columns(document))).toEqual(["o", "maybe", "l"]);
});

it("follows references, also in circles", () => {
  const document = {
    $ref: "#/$defs/node",
    $defs: {
      node: { type: "object", properties: { id: { $ref: "#/$defs/id" }, next: { $ref: "#" } }, required: ["id"] },
      id: { type: "integer" },
      loop: { anyOf: [{ $ref: "#/$defs/loop" }] },
    },
  };
  expect(columns(document)).toEqual({ id: { dataType: "bigint", nullable: false }, next: { dataType: "json", nullable: true } });
  expect(Object.keys(columns(document, (path) => path.length < 3))).toEqual(["id", "next.id", "next.next.id", "next.next.next"]);
  expect(columns({ type: "object", properties: { a: { $ref: "#/$defs/loop" } }, $defs: document.$defs })).toEqual({});
});

it("of a union of rows knows what all members have", () => {
  const member = (kind: string, extra: object): object => ({
    type: "object",
    properties: { kind: { const: kind }, at: { type: "string" }, ...extra },
    required: ["kind"],
  });
  expect(columns({ oneOf: [member("a", { n: { type: "number" } }), member("b", {})] })).toEqual({
    kind: { dataType: "text", nullable: false },
    at: { dataType: "text", nullable: true },
  });
});

it("puts the parts of an intersection together", () => {
  const part = (key: string): object => ({ type: "object", properties: { [key]: { type: "string" } }, required: [key] });
  expect(Object.keys(columns({ allOf: [part("a"), part("b")] }))).toEqual(["a", "b"]);
});

it("names the single column of rows that are no objects as normalizing does", () => {
  expect(columns({ type: "integer" })).toEqual({ value: { dataType: "bigint", nullable: false } });
});
