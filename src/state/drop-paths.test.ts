import fc from "fast-check";
import { expect, test } from "vitest";
import { ConfigError } from "../core/errors.ts";
import { Timestamp } from "../core/timestamp.ts";
import type { SourceState } from "./document.ts";
import { dropStatePaths } from "./drop-paths.ts";

const state = (): SourceState => ({
  archives: ["a", "b", "c", "d"],
  shared: { x: 0, y: { z: 1 } },
  "a key": { "b.c": 1, "it's": 2 },
  $price: 1,
  at: Timestamp.from("2024-01-02T03:04:05Z"),
  resources: { users: { incremental: { "meta.upd[0]": { initial_value: 0, last_value: 1, unique_hashes: [] } }, seen: [[1, 2], [3]] } },
});

const dropped = (...paths: string[]): { places: string[]; left: SourceState } => {
  const left = state();
  return { places: dropStatePaths(left, paths), left };
};

test.each([
  ["archives", ["archives"]],
  ["$.archives", ["archives"]],
  ["$['archives']", ["archives"]],
  ["shared.y", ["shared.y"]],
  ["$.shared['y'].z", ["shared.y.z"]],
  ['"a key"', ['["a key"]']],
  ['"a key"."b.c"', ['["a key"]["b.c"]']],
  [`$["a key"]["it's"]`, [`["a key"]["it's"]`]],
  ["'a key'.'b.c'", ['["a key"]["b.c"]']],
  ["$price", ["$price"]],
  ["archives[1]", ["archives[1]"]],
  ["archives[-1]", ["archives[3]"]],
  ["archives[*]", ["archives[0]", "archives[1]", "archives[2]", "archives[3]"]],
  ["shared.*", ["shared.x", "shared.y"]],
  ["resources.users.seen[*][0]", ["resources.users.seen[0][0]", "resources.users.seen[1][0]"]],
  [`resources.*.incremental["meta.upd[0]"]`, [`resources.users.incremental["meta.upd[0]"]`]],
  ["shared.nope", []],
  ["archives.x", []],
  ["archives[9]", []],
  ["at.year", []],
  ["shared[0]", []],
  ["constructor", []],
])("`%s` finds %j", (path, places) => {
  expect(dropped(path).places).toEqual(places);
});

test("removes what was found and nothing else", () => {
  expect(dropped("shared.y", "archives[0]", "archives[2]", "resources.users.seen[*]").left).toEqual({
    ...state(),
    archives: ["b", "d"],
    shared: { x: 0 },
    resources: { users: { incremental: { "meta.upd[0]": { initial_value: 0, last_value: 1, unique_hashes: [] } }, seen: [] } },
  });
});

test("`*` is all that the source keeps, without the states of its resources", () => {
  const { places, left } = dropped("*");
  expect(places).toEqual(["archives", "shared", '["a key"]', "$price", "at"]);
  expect(left).toEqual({ resources: state().resources });
});

test("a place that several paths find is removed once, also together with what holds it", () => {
  const { places, left } = dropped("archives[0]", "$.archives[0]", "shared.y", "shared");
  expect(places).toEqual(["archives[0]", "shared.y", "shared"]);
  expect(left["archives"]).toEqual(["b", "c", "d"]);
  expect(Object.hasOwn(left, "shared")).toBe(false);
});

test.each(["", "$", " ", "$..x", "a..b", ".a", "a[?(@.x)]", "a[0:2]", "a[0,1]", "a b", "a.", "a[", "[x]", "a['b'", "a[1.5]", "@.x", "a|b"])(
  "refuses `%s` in words",
  (path) => {
    expect(() => dropStatePaths(state(), [path])).toThrow(ConfigError);
    expect(() => dropStatePaths(state(), [path])).toThrow(/is no path into the state/);
  },
);

test("the text of every place is a path to it", () => {
  const key = fc.string({ minLength: 1 }).filter((name) => name !== "__proto__" && name !== "$");
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.integer(),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(key, tie("value"), { maxKeys: 3 }),
    ),
  })).value;
  fc.assert(
    fc.property(fc.dictionary(key, value, { minKeys: 1, maxKeys: 4 }), (document) => {
      const places = dropStatePaths(structuredClone(document), ["*"]);
      for (const place of places) expect(dropStatePaths(structuredClone(document), [place])).toEqual([place]);
      expect(places).toHaveLength(Object.keys(document).filter((name) => name !== "resources").length);
    }),
  );
});
