import { runInNewContext } from "node:vm";
import { Decimal } from "decimal.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Float } from "./float.ts";
import { HexBytes } from "./hex-bytes.ts";
import { encodeJson } from "./json.ts";
import { PlainDate } from "./plain-date.ts";
import { PlainDateTime } from "./plain-date-time.ts";
import { PlainTime } from "./plain-time.ts";
import { Timestamp } from "./timestamp.ts";
import { Wei } from "./wei.ts";

describe("plain values", () => {
  test("print as JSON.stringify prints them, numbers between 0.000001 and 0.00001 apart", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = encodeJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        if (!/e-6|e-7/.test(text)) expect(text).toBe(JSON.stringify(value));
        expect(JSON.parse(encodeJson(value, { pretty: true }))).toEqual(JSON.parse(text));
      }),
    );
  });

  test("that are integral numbers print as integers, others as dlt's floats", () => {
    expect(encodeJson([1, 1.0, -0, 2 ** 53, 1e20, 1e21, 0.1, 1.5e-6, 1e-7, 1.5e300])).toBe(
      "[1,1,0,9007199254740992,100000000000000000000,1e+21,0.1,1.5e-6,1e-7,1.5e+300]",
    );
    expect(encodeJson([new Float(1), new Float(-0), new Float(1e16), 5n])).toBe("[1.0,-0.0,1e+16,5]");
  });

  test("that are not finite print as null", () => {
    expect(encodeJson([Number.NaN, Number.POSITIVE_INFINITY, new Float(Number.NaN)])).toBe("[null,null,null]");
  });

  test("leave out members that are undefined, and print elements that are undefined as null", () => {
    expect(encodeJson({ a: undefined, b: [undefined, 1], c: {} })).toBe('{"b":[null,1],"c":{}}');
    expect(encodeJson({ a: undefined })).toBe("{}");
  });

  test("of another realm, or without a prototype, are plain too", () => {
    expect(encodeJson(runInNewContext("({ a: [1, { b: null }] })"))).toBe('{"a":[1,{"b":null}]}');
    expect(encodeJson(Object.assign(Object.create(null), { a: 1 }))).toBe('{"a":1}');
  });

  test("keep a key named __proto__", () => {
    expect(encodeJson(JSON.parse('{"__proto__":{"a":1}}'))).toBe('{"__proto__":{"a":1}}');
  });

  test("of a Map keep the order of integer-like keys", () => {
    const map = new Map<unknown, unknown>([
      ["b", 1],
      ["1", 2],
      [true, 3],
      [7n, 4],
      ["x", undefined],
    ]);
    expect(encodeJson(map)).toBe('{"b":1,"1":2,"true":3,"7":4}');
    expect(encodeJson(map, { sorted: true })).toBe('{"1":2,"7":4,"b":1,"true":3}');
  });

  test("may be reached twice", () => {
    const shared = { a: 1 };
    expect(encodeJson([shared, shared, { shared }])).toBe('[{"a":1},{"a":1},{"shared":{"a":1}}]');
  });
});

describe("sorted", () => {
  test("orders the keys of every level by code points", () => {
    expect(encodeJson({ "\u{1f600}": 1, "\ufb01": { b: 1, a: [{ d: 1, c: 2 }] }, B: 0, a: 0 }, { sorted: true })).toBe(
      '{"B":0,"a":0,"\ufb01":{"a":[{"c":2,"d":1}],"b":1},"\u{1f600}":1}',
    );
  });

  test("does not depend on the order of insertion", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue(), { noNullPrototype: true }), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(encodeJson(reversed, { sorted: true })).toBe(encodeJson(value, { sorted: true }));
      }),
    );
  });
});

describe("values that JSON has no type for", () => {
  const values = [
    new Date("2024-01-02T03:04:05Z"),
    Timestamp.from("2024-01-02T03:04:05.000006-05:00"),
    PlainDateTime.from("2024-01-02T03:04:05.6"),
    PlainDate.from("2024-01-02"),
    PlainTime.from("03:04:05"),
    new Decimal("1.5"),
    new Wei("12"),
    new Uint8Array([0, 255]),
    Buffer.from("abc"),
    HexBytes.parse("0xabcd"),
  ];

  test("are texts", () => {
    expect(JSON.parse(encodeJson(values))).toEqual([
      "2024-01-02T03:04:05+00:00",
      "2024-01-02T03:04:05.000006-05:00",
      "2024-01-02T03:04:05.600000",
      "2024-01-02",
      "03:04:05",
      "1.5",
      "12",
      "AP8=",
      "YWJj",
      "0xabcd",
    ]);
  });

  test("are marked by their first character in typed JSON", () => {
    expect(JSON.parse(encodeJson(values, { typed: true }))).toEqual([
      "\uf0272024-01-02T03:04:05+00:00",
      "\uf0272024-01-02T03:04:05.000006-05:00",
      "\uf0272024-01-02T03:04:05.600000",
      "\uf0282024-01-02",
      "\uf02d03:04:05",
      "\uf0261.5",
      "\uf02c12",
      "\uf02bAP8=",
      "\uf02bYWJj",
      "\uf02a0xabcd",
    ]);
  });

  test.each([
    ["Temporal.PlainDate", "2024-01-02", "\uf0282024-01-02"],
    ["Temporal.PlainTime", "03:04:05.123456789", "\uf02d03:04:05.123456"],
    ["Temporal.PlainDateTime", "2024-01-02T03:04:05", "\uf0272024-01-02T03:04:05"],
    ["Temporal.Instant", "2024-01-02T03:04:05.123456789Z", "\uf0272024-01-02T03:04:05.123456+00:00"],
    ["Temporal.ZonedDateTime", "2024-01-02T03:04:05+02:00", "\uf0272024-01-02T01:04:05+00:00"],
  ])("may be a %s", (tag, text, marked) => {
    expect(encodeJson(temporal(tag, text), { typed: true })).toBe(`"${marked}"`);
  });
});

describe("what cannot be written", () => {
  const circular: Record<string, unknown> = { name: "a" };
  circular["list"] = [{ back: circular }];

  test.each<[string, unknown, string, string]>([
    ["a function", { a: [1, 2, 3, { b: () => 1 }] }, "$.a[3].b", "a function"],
    ["a symbol", [Symbol("x")], "$[0]", "a symbol"],
    ["a class instance", { "a b": new URL("file:///x") }, '$["a b"]', "an instance of URL"],
    ["a Set", { 1: new Set() }, '$["1"]', "an instance of Set"],
    ["a promise that was not awaited", { a: Promise.resolve() }, "$.a", "an instance of Promise"],
    ["another typed array", { v: new Float32Array(2) }, "$.v", "an instance of Float32Array"],
    ["a circular structure", { top: circular }, "$.top.list[0].back", "a circular reference"],
    ["an invalid date", { at: new Date(Number.NaN) }, "$.at", "an invalid date"],
    ["a date that Python cannot hold", { at: new Date(-1e15) }, "$.at", "a date outside of the years 1 to 9999"],
    [
      "a date of Temporal that Python cannot hold",
      { at: temporal("Temporal.PlainDate", "+010000-01-01") },
      "$.at",
      "a Temporal.PlainDate that dlt has no type for, or outside of the years 1 to 9999",
    ],
    [
      "a Temporal.Duration",
      { d: temporal("Temporal.Duration", "PT1S") },
      "$.d",
      "a Temporal.Duration that dlt has no type for, or outside of the years 1 to 9999",
    ],
    ["a key of a Map that is no text", { m: new Map([[{}, 1]]) }, "$.m", "a Map with a key of type object"],
    ["undefined itself", undefined, "$", "undefined"],
    ["an integer beyond 64 bits", { n: [2n ** 64n] }, "$.n[0]", "an integer beyond 64 bits (use Decimal)"],
  ])("%s is named with its path", (_, value, path, what) => {
    expect(() => encodeJson(value, { typed: true })).toThrow(
      new TypeError(`The value at ${path} cannot be written as JSON: it is ${what}.`),
    );
  });

  test("goes to the caller's function", () => {
    const onUnencodable = (path: string, what: string): never => {
      throw new RangeError(`${path}: ${what}`);
    };
    expect(() => encodeJson([{ f: test }], { onUnencodable })).toThrow(new RangeError("$[0].f: a function"));
  });

  test("does not include long integers in plain JSON", () => {
    expect(encodeJson([2n ** 64n, -(2n ** 63n)])).toBe("[18446744073709551616,-9223372036854775808]");
  });
});

/** Stands in for Temporal, which Node 20 lacks: what is used of it are its tag and its text. */
function temporal(tag: string, text: string): object {
  return new (class {
    get [Symbol.toStringTag](): string {
      return tag;
    }
    toString(): string {
      return text;
    }
  })();
}
