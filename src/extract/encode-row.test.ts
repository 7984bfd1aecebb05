import { expect, test } from "vitest";
import { encodeRow } from "./encode-row.ts";
import { withTableName } from "./marked.ts";

class Point {
  readonly x = 1;
  readonly #secret = 2;

  get secret(): number {
    return this.#secret;
  }
}

test.each([
  ["instances count by their own properties", { at: new Point() }, '{"at":{"x":1}}'],
  ["an instance as a row", new Point(), '{"x":1}'],
  ["toJSON() says what an instance is", { to: new URL("https://example.com/a") }, '{"to":"https://example.com/a"}'],
  [
    "empty containers stay",
    { map: new Map(), set: new Set(), list: [], object: {}, bare: Object.create(null) },
    '{"map":{},"set":[],"list":[],"object":{},"bare":{}}',
  ],
  ["boxed values are values", { n: Object(1) as unknown, s: Object("a") as unknown }, '{"n":1,"s":"a"}'],
])("%s", (_, row, text) => {
  expect(encodeRow(row)).toBe(text);
});

test.each([
  ["a forgotten await", { id: 1, name: Promise.resolve("Ada") }, "$.name", "a promise (await it)"],
  ["a query that was not run", { rows: [{ then: () => {} }] }, "$.rows[0]", "a promise (await it)"],
  ["an Error", { error: new TypeError("x") }, "$.error", "an instance of TypeError, which has no own properties"],
  ["a RegExp", { a: [/x/] }, "$.a[0]", "an instance of RegExp, which has no own properties"],
  ["a WeakMap", new Map([["weak", new WeakMap()]]), "$.weak", "an instance of WeakMap, which has no own properties"],
  ["a Response", { response: new Response("{}") }, "$.response", "an instance of Response, which has no own properties"],
  ["a generator", { list: (function* () {})() }, "$.list", "an instance of Generator, which has no own properties"],
  ["an instance without properties as a row", new Headers(), "$", "an instance of Headers, which has no own properties"],
  [
    "a marked item inside",
    { inner: withTableName({ id: 1 }, "other") },
    "$.inner",
    "an item of withTableName() or withHints() inside a row (mark the whole row)",
  ],
])("refuses what would be stored as nothing: %s", (_, row, path, what) => {
  expect(() => encodeRow(row)).toThrow(expect.objectContaining({ path, what }) as Error);
});
