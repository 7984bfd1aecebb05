import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import * as v from "valibot";
import { expect, it } from "vitest";
import { z } from "zod";
import type { StandardSchema } from "../core/standard-schema.ts";
import { jsonSchemaOf } from "./json-schema-of.ts";

/** The JSON types and formats of the members. */
function members(schema: StandardSchema): unknown {
  const told = jsonSchemaOf(schema) as { readonly document: { readonly properties: Record<string, { type?: string; format?: string }> } };
  return Object.fromEntries(
    Object.entries(told.document.properties).map(([key, { type: jsonType, format }]) => [key, format ?? jsonType ?? "open"]),
  );
}

it("knows dates of zod, and leaves open what JSON Schema has no word for", () => {
  const schema = z.object({
    date: z.date(),
    converted: z
      .string()
      .transform((text) => new Date(text))
      .pipe(z.date()),
    decoded: z.codec(z.iso.datetime(), z.date(), { decode: (text) => new Date(text), encode: (at) => at.toISOString() }),
    transformed: z.string().transform((text) => text.length),
    large: z.bigint(),
    int64: z.int64(),
    bytes: z.instanceof(Uint8Array),
    map: z.map(z.string(), z.string()),
  });
  expect(members(schema)).toEqual({
    date: "date-time",
    converted: "date-time",
    decoded: "date-time",
    transformed: "open",
    large: "open",
    int64: "integer",
    bytes: "open",
    map: "open",
  });
});

it("knows dates of valibot, and what its actions make of a value", () => {
  const text = v.string();
  const schema = v.object({
    date: v.date(),
    converted: v.pipe(
      text,
      v.transform((at) => new Date(at)),
      v.date(),
    ),
    trimmed: v.pipe(text, v.trim()),
    transformed: v.pipe(
      text,
      v.transform((value) => value.length),
    ),
    number: v.pipe(text, v.toNumber()),
    toDate: v.pipe(text, v.toDate()),
    large: v.bigint(),
  });
  expect(members(toStandardJsonSchema(schema))).toEqual({
    date: "date-time",
    converted: "date-time",
    trimmed: "string",
    transformed: "open",
    number: "number",
    toDate: "date-time",
    large: "open",
  });
  expect(jsonSchemaOf(schema)).toBeUndefined();
});

it("knows dates of arktype, and leaves open what JSON Schema has no word for", () => {
  const schema = type({
    date: "Date",
    parsed: "string.date.parse",
    large: "bigint",
    text: "string",
    counted: ["string", "=>", (s) => s.length],
  });
  expect(members(schema)).toEqual({ date: "date-time", parsed: "date-time", large: "open", text: "string", counted: "open" });
});

it("tells what a library of others throws", () => {
  const problem = new Error("cannot say");
  const output = (): never => {
    throw problem;
  };
  const standard = { version: 1, vendor: "mine", validate: () => ({ value: 1 }), jsonSchema: { output } } as const;
  expect(jsonSchemaOf({ "~standard": standard })).toEqual({ problem });
});
