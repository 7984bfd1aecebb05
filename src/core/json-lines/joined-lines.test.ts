import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeJson } from "../json-encode.ts";
import { JsonTextError, scanRows } from "../json-rows.ts";
import { takeJsonLines } from "./joined-lines.ts";

/** The rows, and what is left. */
function taken(text: string, enough = 100): { readonly rows: string[]; readonly rest: string } {
  const rows: string[] = [];
  const bytes = Buffer.from(text);
  const done = takeJsonLines(bytes, enough, {
    onRows: (joined, count) => {
      const these = rowsOf(`[${Buffer.from(joined).toString()}]`);
      expect(these).toHaveLength(count);
      rows.push(...these);
    },
    onInexact: (line) => rows.push(...rowsOf(Buffer.from(line).toString())),
  });
  return { rows, rest: bytes.subarray(done).toString() };
}

function rowsOf(text: string): string[] {
  const rows: string[] = [];
  scanRows(text, (row) => rows.push(row));
  return rows;
}

test.each([
  ["lines of objects", '{"a":1}\n{"b":[1,{"c":null}]}\n', 2, ""],
  ["without a line feed at the end", '{"a":1}\n{"a":true}', 2, ""],
  ["with empty lines and blanks", '\n \r\n {"a" : "x\\n" } \r\n\n\t{"b":-1.5e+3}\n\n', 2, ""],
  ["numbers of many digits", '{"a":1.5}\n{"a":0.12345678901234567891}\n{"a":123456789012345678901234567890}\n', 3, ""],
  ["up to a value that is no object", '{"a":1}\n[2]\n{"a":3}', 1, '[2]\n{"a":3}'],
  ["up to a value of several lines", '{"a":1}\n{\n"a":2}', 1, '{\n"a":2}'],
  ["up to two values in a line", '{"a":1}\n{"a":2} {"a":3}\n', 1, '{"a":2} {"a":3}\n'],
])("%s", (_, text, count, rest) => {
  expect(taken(text)).toEqual({ rows: rowsOf(text.slice(0, text.length - rest.length)), rest });
  expect(taken(text).rows).toHaveLength(count);
});

test.each([
  '{"a":01}',
  '{"a":1.}',
  '{"a":.5}',
  '{"a":+1}',
  '{"a":1e}',
  '{"a":tru}',
  '{"a":"\\x"}',
  '{"a":"\\u12g4"}',
  '{"a":"\t"}',
  '{"a":1,}',
  "{,}",
  "{a:1}",
  '{"a"}',
  '{"a":1',
  '{"a":[1}',
  '{"a":"',
])("%s is no line", (text) => {
  expect(taken(`{"b":1}\n${text}\n{"c":1}\n`).rest).toBe(`${text}\n{"c":1}\n`);
  expect(() => rowsOf(text)).toThrow(JsonTextError);
});

test("any documents come as they are, however they are cut", () => {
  const document = fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue({ maxDepth: 3 }), { noNullPrototype: true });
  fc.assert(
    fc.property(
      fc.array(document, { minLength: 1 }),
      fc.constantFrom("\n", "\r\n", "\n\n"),
      fc.integer({ min: 1, max: 300 }),
      (documents, end, enough) => {
        const text = documents.map((one) => encodeJson(one)).join(end);
        expect(taken(text, enough)).toEqual({ rows: rowsOf(text), rest: "" });
      },
    ),
    { numRuns: 300 },
  );
});
