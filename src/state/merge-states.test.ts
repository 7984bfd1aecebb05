import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bumpState } from "./bump.ts";
import type { PipelineState, SourceState } from "./document.ts";
import { newState } from "./document.ts";
import { StateConflictError } from "./errors.ts";
import { mergeStates } from "./merge-states.ts";

const empty = stateOf({});

describe("mergeStates", () => {
  test("keeps the slots of both when they changed different resources", () => {
    const base = stateOf({ shop: { resources: { orders: { last: 1 }, users: { last: 1 } } } });
    const mine = stateOf({ shop: { resources: { orders: { last: 2 }, users: { last: 1 } } } });
    const theirs = stateOf({ shop: { resources: { orders: { last: 1 }, users: { last: 9 } } } });
    expect(mergeStates({ base, mine, theirs }).sources).toEqual({ shop: { resources: { orders: { last: 2 }, users: { last: 9 } } } });
  });

  test("keeps new slots of both, and the names of both schemas", () => {
    const mine = { ...stateOf({ a: { resources: { x: { n: 1 } } } }), schema_names: ["a"] };
    const theirs = { ...stateOf({ b: { fields: { k: "v" } } }), schema_names: ["b"] };
    const merged = mergeStates({ base: undefined, mine, theirs });
    expect(merged.sources).toEqual({ a: { resources: { x: { n: 1 } } }, b: { fields: { k: "v" } } });
    expect(merged.schema_names).toEqual(["a", "b"]);
  });

  test("takes each key of what a source shares for a slot of its own", () => {
    const base = stateOf({ crm: { fields: { a: 1 }, users: { u: 1 } } });
    const mine = stateOf({ crm: { fields: { a: 2 }, users: { u: 1 } } });
    const theirs = stateOf({ crm: { fields: { a: 1 }, users: { u: 2 } } });
    expect(mergeStates({ base, mine, theirs }).sources).toEqual({ crm: { fields: { a: 2 }, users: { u: 2 } } });
  });

  test("lets a slot go that one side removed and the other left alone", () => {
    const base = stateOf({ shop: { resources: { orders: { last: 1 }, users: { last: 1 } } } });
    const mine = stateOf({ shop: { resources: { users: { last: 1 } } } });
    const theirs = stateOf({ shop: { resources: { orders: { last: 1 }, users: { last: 2 } } } });
    expect(mergeStates({ base, mine, theirs }).sources).toEqual({ shop: { resources: { users: { last: 2 } } } });
  });

  test.each([
    ["a resource", { shop: { resources: { orders: { last: 1 } } } }, "sources.shop.resources.orders", "resource `orders` of source `shop`"],
    [
      "a resource whose name has a dot",
      { shop: { resources: { "eu.orders": { last: 1 } } } },
      'sources.shop.resources["eu.orders"]',
      "resource `eu.orders` of source `shop`",
    ],
    ["a key of a source", { shop: { fields: [1] } }, "sources.shop.fields", "`fields` of source `shop`"],
  ])("names %s that both changed differently", (_, changed, path, words) => {
    const theirs = JSON.parse(JSON.stringify(changed).replace("1", "2")) as typeof changed;
    const merge = () => mergeStates({ base: empty, mine: stateOf(changed), theirs: stateOf(theirs) });
    expect(merge).toThrow(StateConflictError);
    expect(merge).toThrow(words);
    expect(merge).toThrow(expect.objectContaining({ path }));
  });

  test("is content when both made the same change to what is shared", () => {
    const both = stateOf({ shop: { fields: { at: new Date(5) } } });
    const theirs = { ...both, _state_version: 7 };
    expect(mergeStates({ base: empty, mine: both, theirs })).toMatchObject({ _state_version: 7, _version_hash: both._version_hash });
  });

  test("refuses two runs that brought a resource to the same state: both have read the same rows", () => {
    const both = stateOf({ shop: { resources: { orders: { last: 5 } } } });
    expect(() => mergeStates({ base: empty, mine: both, theirs: both })).toThrow(StateConflictError);
  });

  test("is a new version, later than both", () => {
    const mine = { ...stateOf({ a: { n: 1 } }), _state_version: 3 };
    const theirs = { ...stateOf({ b: { n: 1 } }), _state_version: 9 };
    expect(mergeStates({ base: empty, mine, theirs })._state_version).toBe(10);
  });

  test("does not take a key named `__proto__` or `constructor` for more than a name", () => {
    const mine = stateOf(JSON.parse('{"__proto__":{"resources":{"constructor":{"n":1}}}}') as Record<string, SourceState>);
    const theirs = stateOf({ b: { n: 1 } });
    const { sources } = mergeStates({ base: empty, mine, theirs });
    expect(Object.keys(sources ?? {}).sort()).toEqual(["__proto__", "b"]);
    expect({}).not.toHaveProperty("resources");
  });

  const slots = fc.dictionary(fc.constantFrom("r1", "r2", "r3", "r4"), fc.record({ n: fc.integer() }));

  test("changes of disjoint slots are all there, whoever commits last", () => {
    fc.assert(
      fc.property(slots, slots, slots, (before, a, b) => {
        const base = stateOf({ s: { resources: before } });
        const mine = stateOf({ s: { resources: { ...before, ...prefixed("m", a) } } });
        const theirs = stateOf({ s: { resources: { ...before, ...prefixed("t", b) } } });
        const expected = { ...before, ...prefixed("t", b), ...prefixed("m", a) };
        expect(mergeStates({ base, mine, theirs }).sources?.["s"]?.resources).toEqual(expected);
        expect(mergeStates({ base, mine: theirs, theirs: mine }).sources?.["s"]?.resources).toEqual(expected);
      }),
    );
  });
});

function stateOf(sources: Record<string, SourceState>): PipelineState {
  const state = newState({ pipelineName: "p", datasetName: "d", destinationType: "dlt.destinations.duckdb", initialCwd: "/" });
  return bumpState({ ...state, sources });
}

function prefixed<Value>(prefix: string, values: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${prefix}_${key}`, value]));
}
