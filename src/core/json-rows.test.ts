import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson } from "./json-parse.ts";
import { JsonTextError, scanRows } from "./json-rows.ts";

function rowsOf(text: string): string[] {
  const rows: string[] = [];
  scanRows(text, (row) => rows.push(row));
  return rows;
}

test.each([
  ["a list", '[{"a":1}, {"b":[2]} ]', ['{"a":1}', '{"b":[2]}']],
  ["one value", ' {"a":1}\n', ['{"a":1}']],
  ["a value per line", '{"a":1}\r\n\n{"a":2}\n', ['{"a":1}', '{"a":2}']],
  ["lists in a list, and lists per line", '[[{"a":1}],[[2]]]\n[3]', ['{"a":1}', "2", "3"]],
  ["nulls are left out", '[null,{"a":null},null]', ['{"a":null}']],
  ["no text", " \n ", []],
  ["an empty list", "[ ]", []],
  ["a byte order mark", "\uFEFF[1]", ["1"]],
  ["line ends between members", '[{"a":\n 1,\r\n"b": "\\n"}]', ['{"a":  1, "b": "\\n"}']],
])("%s is taken apart", (_, text, rows) => {
  expect(rowsOf(text)).toEqual(rows);
});

test("digits that a double does not have are kept, in rows and deeper", () => {
  const [row] = rowsOf(
    '[{"a":12345678901234567890.1234567890,"b":[0.1,1.5e3],"c":{"d":-0.12345678901234567891,"e":1.2345678901234567E-7,"f":9876543210987654321e2}}]',
  );
  const parsed = parseJson(row!) as {
    a: { text: string };
    b: unknown;
    c: { d: { text: string }; e: { text: string }; f: { text: string } };
  };
  expect(parsed.a.text).toBe("12345678901234567890.1234567890");
  expect(parsed.c.d.text).toBe("-0.12345678901234567891");
  expect([parsed.c.e.text, parsed.c.f.text]).toEqual(["1.2345678901234567E-7", "9876543210987654321e+2"]);
  expect(rowsOf('{"a":0.1234567890123456,"b":1.7976931348623157}')).toEqual(['{"a":0.1234567890123456,"b":1.7976931348623157}']);
});

describe("text that is no JSON is refused with its place", () => {
  test.each([
    ['[{"a":1},\n {"b":}]', 'no value begins with "}" at line 2, column 7'],
    ['{"a":1} {"a":2}', "more behind the end of the value at line 1, column 8"],
    ['{"a":1', "`,` or `}` is missing at line 1, column 7"],
    ['["a', "the text ends within a string at line 1, column 4"],
    ['["\t"]', "a control character in a text, which has to be escaped at line 1, column 3"],
    ['["\\x"]', "an escape that JSON does not have at line 1, column 3"],
    ['["\\u12"]', "four hexadecimal digits have to follow `\\u` at line 1, column 3"],
    ["[01]", "`,` or `]` is missing at line 1, column 3"],
    ["[1.]", "a digit is missing in a number at line 1, column 4"],
    ["[NaN]", 'no value begins with "N" at line 1, column 2'],
    ["[nul]", "a word that is not `null` at line 1, column 2"],
    ["[1,]", 'no value begins with "]" at line 1, column 4'],
    ["{a:1}", "the name of a member has to be a text in double quotes at line 1, column 2"],
    ['{"a" 1}', "`:` is missing behind the name of a member at line 1, column 6"],
    ["[".repeat(3000), "a value is nested more than 2000 levels deep at line 1, column 2001"],
  ])("%s", (text, message) => {
    expect(() => rowsOf(text)).toThrow(new JsonTextError(text, 0, "").constructor as never);
    expect(() => rowsOf(text)).toThrow(message);
  });
});

test("what JSON.parse takes it takes, and gives the same rows", () => {
  const row = fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue()).map((value) => ({ ...value, key: 1 }));
  fc.assert(
    fc.property(fc.array(row), fc.constantFrom(0, 1, "\t"), (rows, space) => {
      const text = JSON.stringify(rows, undefined, space);
      expect(rowsOf(text).map((one) => JSON.parse(one) as unknown)).toEqual(JSON.parse(text));
    }),
  );
});

test("what JSON.parse refuses it refuses", () => {
  const broken = fc
    .tuple(fc.jsonValue(), fc.nat(), fc.constantFrom("", ",", "}", '"', "\\", "x", "]", "1", "\n"))
    .map(([value, at, piece]) => {
      const text = JSON.stringify([value]);
      const index = at % text.length;
      return text.slice(0, index) + piece + text.slice(index + 1);
    });
  fc.assert(
    fc.property(broken, (text) => {
      const isJson = parses(text);
      let isTaken = true;
      try {
        rowsOf(text);
      } catch {
        isTaken = false;
      }
      // Several lines may each be a value.
      if (!text.includes("\n")) expect(isTaken).toBe(isJson || text.trim() === "");
      else if (isJson) expect(isTaken).toBe(true);
    }),
    { numRuns: 500 },
  );
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
