import { describe, expect, test } from "vitest";
import { readFixture, untag } from "../../test/fixtures.ts";
import { digest128 } from "./digest.ts";
import { decodeTyped, encodeJson, parseJson, parseTyped } from "./json.ts";
import { microsOf } from "./timestamp.ts";

interface Vectors {
  readonly json_plain: { readonly value: unknown; readonly dumps: string; readonly dumps_sorted: string; readonly pretty: string }[];
  readonly json_typed: { readonly value: unknown; readonly dumps: string; readonly loads: unknown }[];
  readonly json_typed_decode: { readonly text: string; readonly loads: unknown }[];
  readonly row_hash: { readonly row: Record<string, unknown>; readonly json: string; readonly hash: string }[];
  readonly key_hash: { readonly row: Record<string, unknown>; readonly subset: string[]; readonly json: string; readonly hash: string }[];
  readonly incremental_unique_hash: {
    readonly value: unknown;
    readonly json: string;
    readonly hash: string;
    readonly legacy_json_before_1_29: string;
    readonly legacy_hash_before_1_29: string;
  }[];
}
const vectors = readFixture<Vectors>("ids_and_json.json");

/** What an object literal of JavaScript cannot hold, by the text that dlt writes, and the Map that can. */
const asMap = new Map<string, Map<unknown, unknown>>([
  ['{"b":1,"a":2,"C":3,"_":4,"1":5}', new Map([..."baC_1"].map((key, index) => [key, index + 1]))], // integer-like keys move to the front of an object
  [
    '{"1":"c","2.5":"b","null":"d"}',
    new Map<unknown, string>([
      [1, "c"],
      [2.5, "b"],
      [null, "d"],
    ]),
  ], // keys that are no text
]);

function inputOf(vector: { readonly value: unknown; readonly dumps: string }): unknown {
  return asMap.get(vector.dumps) ?? untag(vector.value);
}

describe("JSON of dlt", () => {
  test.each(vectors.json_plain)("plain: $dumps", (vector) => {
    expect(encodeJson(inputOf(vector))).toBe(vector.dumps);
    expect(encodeJson(inputOf(vector), { sorted: true })).toBe(vector.dumps_sorted);
    expect(encodeJson(inputOf(vector), { pretty: true })).toBe(vector.pretty);
  });

  test.each(vectors.json_typed)("typed: $dumps", (vector) => {
    expect(encodeJson(inputOf(vector), { typed: true })).toBe(vector.dumps);
  });

  test.each(vectors.json_typed.filter(({ dumps }) => !asMap.has(dumps)))("typed, read and written again: $dumps", ({ dumps, loads }) => {
    expect(encodeJson(parseTyped(dumps), { typed: true })).toBe(dumps);
    expect(parseTyped(dumps)).toEqual(untag(loads));
  });

  test.each(vectors.json_typed_decode)("decodes $text", ({ text, loads }) => {
    const expected = untag(loads);
    expect(decodeTyped(text)).toEqual(expected);
    expect(encodeJson(decodeTyped(text), { typed: true })).toBe(encodeJson(expected, { typed: true }));
  });
});

describe("the text under a hash of dlt", () => {
  test.each(vectors.row_hash)("of a row: $json", ({ row, json, hash }) => {
    const hashed = Object.fromEntries(Object.entries(untag(row) as object).filter(([key]) => !key.startsWith("_dlt")));
    expect(encodeJson(hashed, { sorted: true })).toBe(json);
    expect(digest128(json, 10)).toBe(hash);
  });

  test.each(vectors.key_hash)("of a key: $json", ({ row, subset, json, hash }) => {
    const values = untag(row) as Record<string, unknown>;
    expect(encodeJson(new Map(subset.map((key) => [key, values[key]])), { sorted: true })).toBe(json);
    expect(digest128(json, 10)).toBe(hash);
  });

  test.each(vectors.incremental_unique_hash)("of an incremental key: $json", ({ value, json, hash }) => {
    expect(encodeJson(mapDates(untag(value), microsOf), { sorted: true })).toBe(json);
    expect(digest128(json, 9)).toBe(hash);
  });

  test.each(vectors.incremental_unique_hash)("of an incremental key before dlt 1.29: $legacy_json_before_1_29", (vector) => {
    const written = encodeJson(untag(vector.value), { sorted: true }).replaceAll('+00:00"', 'Z"');
    expect(written).toBe(vector.legacy_json_before_1_29);
    expect(digest128(written, 15)).toBe(vector.legacy_hash_before_1_29);
  });
});

test("dlt's JSON reads back as what was written", () => {
  for (const { dumps } of vectors.json_plain.filter((vector) => !asMap.has(vector.dumps))) expect(encodeJson(parseJson(dumps))).toBe(dumps);
});

/** dlt hashes date-times by their microseconds; those without offset count as UTC. */
function mapDates(value: unknown, of: (date: Date) => unknown): unknown {
  if (value instanceof Date) return of(value);
  if (Array.isArray(value)) return value.map((member) => mapDates(member, of));
  if (typeof value !== "object" || value === null) return value;
  if (Object.getPrototypeOf(value) === Object.prototype)
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, mapDates(member, of)]));
  return "micros" in value && "toPlainDate" in value ? value.micros : value;
}
