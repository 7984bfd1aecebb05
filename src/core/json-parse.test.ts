import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Float } from "./float.ts";
import { encodeJson, parseJson } from "./json.ts";

test("parses ordinary documents as JSON.parse does", () => {
  fc.assert(fc.property(fc.json(), (text) => encodeJson(parseJson(text)) === encodeJson(exactly(text))));
});

test.each<[string, unknown]>([
  ["9007199254740991", 9007199254740991],
  ["9007199254740993", 9007199254740993n],
  ["-9223372036854775808", -9223372036854775808n],
  ["18446744073709551615", 18446744073709551615n],
  ["1234567890123456", 1234567890123456],
  ["1.0", new Float(1)],
  ["-0.0", new Float(-0)],
  ["1.00", new Float(1)],
  ["1e3", new Float(1000)],
  ["1.5E+1", new Float(15)],
  ["1e400", new Float(Number.POSITIVE_INFINITY)],
  ["1.5", 1.5],
  ["15e-1", 1.5],
  ["0.00001", 0.00001],
  ["4503599627370495.5", 4503599627370495.5],
  ["0.99999999999999999", new Float(1)],
  ["999999999999999.95", new Float(1e15)],
  ["123.00000000000000001", new Float(123)],
  ["123.0000000001", 123.0000000001],
])("parses %s exactly", (text, value) => {
  expect(parseJson(text)).toStrictEqual(value);
  expect(parseJson(`{"a":[${text},\t${text}\n]}`)).toStrictEqual({ a: [value, value] });
});

describe("the guard in front of the exact parser", () => {
  test("misses no number that JSON.parse would change", () => {
    const digits = fc.stringMatching(/^[1-9]\d{0,18}$/);
    const fraction = fc.oneof(fc.stringMatching(/^\d{1,18}$/), fc.stringMatching(/^(0{1,17}|9{1,17})\d{0,3}$/));
    const number = fc.tuple(fc.oneof(digits, fc.constant("0")), fc.option(fraction), fc.option(fc.stringMatching(/^[eE][+-]?\d{1,2}$/)));
    fc.assert(
      fc.property(
        number,
        fc.constantFrom("", "-"),
        fc.constantFrom('{"a":', "[1,", "[1, ", "\n", ""),
        ([whole, part, exponent], sign, before) => {
          const token = sign + whole + (part === null ? "" : `.${part}`) + (exponent ?? "");
          const text = before + token + ({ "{": "}", "[": "]" }[before[0] ?? ""] ?? "");
          expect(parseJson(text)).toStrictEqual(exactly(text));
        },
      ),
      { numRuns: 3000 },
    );
  });

  test("changes nothing when text looks like a number", () => {
    const document = { note: "see, 1.0 or: 12345678901234567890", version: "1.0.0", n: 1.25 };
    expect(parseJson(JSON.stringify(document))).toEqual(document);
  });
});

test("keeps the last of two equal keys, as JSON.parse does", () => {
  expect(parseJson('{"a":1.0,"b":2,"a":{"c":2.0}}')).toEqual({ a: { c: new Float(2) }, b: 2 });
  expect(parseJson('{"a":1.0,"a":null}')).toEqual({ a: null });
});

test("keeps a key named __proto__ as a key", () => {
  const parsed = parseJson('{"__proto__":1.0}') as object;
  expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype);
  expect(Object.keys(parsed)).toEqual(["__proto__"]);
});

test.each(["", "{", "[1.0,]", "01", "1.", "NaN", '{"a" 1.0}', "1.0 2"])("throws SyntaxError for %j", (text) => {
  expect(() => parseJson(text)).toThrow(SyntaxError);
});

/** The same by another way: every number becomes a text first, then what the contract says. */
function exactly(text: string): unknown {
  const quoted = text.replace(
    /("(?:[^"\\]|\\.)*")|(-?\d[\d.eE+-]*)/g,
    (_, string?: string, number?: string) => string ?? `{"~number":"${number}"}`,
  );
  return JSON.parse(quoted, (_, value: unknown) => {
    if (typeof value !== "object" || value === null || !("~number" in value)) return value;
    const token = String(value["~number"]);
    const number = Number(token);
    if (/^-?\d+$/.test(token)) return Number.isSafeInteger(number) ? number : BigInt(token);
    return Number.isFinite(number) && !Number.isInteger(number) ? number : new Float(number);
  });
}
