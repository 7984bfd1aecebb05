import { Decimal } from "decimal.js";
import { describe, expect, test } from "vitest";
import { changedSlots, diffStates } from "./diff.ts";
import { pathText } from "./path.ts";

const lines = (before: object, after: object): string[] =>
  diffStates(before, after).map(
    (change) => `${pathText(change.path)}: ${JSON.stringify(change.before)} -> ${JSON.stringify(change.after)}`,
  );

const state = (sources?: object): object => ({ _state_version: 1, schema_names: ["shop"], ...(sources === undefined ? {} : { sources }) });

describe("the difference of two states", () => {
  test("is nothing between equal ones, whatever their version and what is of this machine", () => {
    const one = { ...state({ a: { at: new Date(0), n: new Decimal("1.5") } }), _version_hash: "x", _local: { first_run: true } };
    const other = { ...state({ a: { n: new Decimal("1.5"), at: new Date(0) } }), _state_version: 7 };
    expect(lines(one, other)).toEqual([]);
  });

  test("names each place, as deep as it goes", () => {
    const before = state({ shop: { rate: 1, resources: { orders: { last: 3, gone: true, deep: { a: { b: 1 } } } } } });
    const after = state({ shop: { rate: 2, resources: { orders: { last: 3, came: [], deep: { a: { b: "1" } } } } } });
    expect(lines(before, after)).toEqual([
      "sources.shop.rate: 1 -> 2",
      "sources.shop.resources.orders.gone: true -> undefined",
      'sources.shop.resources.orders.deep.a.b: 1 -> "1"',
      "sources.shop.resources.orders.came: undefined -> []",
    ]);
  });

  test("tells slots apart that are all new or all gone", () => {
    const full = state({ shop: { rate: 1, resources: { orders: { n: 1 }, people: {} } }, crm: {} });
    expect(lines(state(), full)).toEqual([
      "sources.shop.rate: undefined -> 1",
      'sources.shop.resources.orders: undefined -> {"n":1}',
      "sources.shop.resources.people: undefined -> {}",
      "sources.crm: undefined -> {}",
    ]);
    expect(lines(full, state())).toHaveLength(4);
  });

  test.each([
    [[1, 2, 3], [1, 2, 3, 4], ["sources.a.list[3]: undefined -> 4"]],
    [[1, 2, 3], [2, 3], ["sources.a.list[0]: 1 -> undefined"]],
    [[1, 2, 3], [1, 9, 3], ["sources.a.list[1]: 2 -> 9"]],
    [[1, { x: 1 }], [1, { x: 2 }], ["sources.a.list[1].x: 1 -> 2"]],
    [[1, 1, 1], [1, 1], ["sources.a.list[2]: 1 -> undefined"]],
    [[], [1, 2], ["sources.a.list[0]: undefined -> 1", "sources.a.list[1]: undefined -> 2"]],
  ])("of lists leaves out what they begin and end with: %j, %j", (before, after, expected) => {
    expect(lines(state({ a: { list: before } }), state({ a: { list: after } }))).toEqual(expected);
  });

  test("of a hundred thousand keys takes no time to speak of", () => {
    const keys = Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`key ${n}`, n]));
    expect(
      lines(state({ a: { keys, list: Object.keys(keys) } }), state({ a: { keys: { ...keys, "key 7": 8 }, list: Object.keys(keys) } })),
    ).toEqual(['sources.a.keys["key 7"]: 7 -> 8']);
  });
});

test("changes lie in slots", () => {
  const before = state({ shop: { rate: 1, resources: { orders: { a: 1, b: 1 } } } });
  const after = { ...state({ shop: { rate: 2, resources: { orders: { a: 2, b: 2 }, people: {} } } }), schema_names: ["crm", "shop"] };
  expect(changedSlots(diffStates(before, after))).toEqual(["schema_names", "shop", "shop.orders", "shop.people"]);
});
