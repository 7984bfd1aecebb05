import { expect, test } from "vitest";
import { ConfigError } from "../../core/errors.ts";
import { parseCursorPath } from "./json-path.ts";

const row = { a: { b: [{ c: 1 }, { c: 2 }, { d: null }], "first name": 3 }, list: [4, 5, 6], "x.y": 7, none: null, Ünï: 8, constructor: 9 };

test.each<readonly [string, unknown]>([
  ["list", [4, 5, 6]],
  ["$", row],
  ["@.list[1]", 5],
  ["$.a.b[0].c", 1],
  ["a.b[1].c", 2],
  ["a.b.[1].c", 2],
  ["a['first name']", 3],
  ['a."first name"', 3],
  ["a[b][0].c", 1],
  ["'x.y'", 7],
  ["list[-1]", 6],
  ["list[9]", undefined],
  ["list[1:]", 5],
  ["list[-2:-1]", 5],
  ["list[*]", 4],
  ["a.b[*].c", 1],
  ["a.b[*].d", null],
  ["a[*].b[1].c", 2],
  ["$.a.*[0].c", 1],
  ["none", null],
  ["none.more", undefined],
  ["missing", undefined],
  ["toString", undefined],
  ["a.toString", undefined],
  ["constructor", 9],
  ["Ünï", 8],
])("%s leads to %j", (path, value) => {
  expect(parseCursorPath(path).read(row)).toEqual(value);
});

test("a path that is one name is a column", () => {
  expect(["id", "'x.y'", "last seen", "$.id", "a.b", "a[0]"].map((path) => parseCursorPath(path).name)).toEqual([
    "id",
    "x.y",
    "last seen",
    undefined,
    undefined,
    undefined,
  ]);
});

test.each(["a..b", "a.", ".a", "$a", "a b.c", "a[", "a[]", "a[?(@.b)]", "a[0,1]", "a|b", "$.a.`parent`", "a[(1)]", "'a"])(
  "%s is refused",
  (path) => {
    expect(() => parseCursorPath(path)).toThrow(ConfigError);
  },
);
