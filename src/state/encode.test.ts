import { describe, expect, test } from "vitest";
import { encodeState } from "./encode.ts";
import { InvalidStateError } from "./errors.ts";

function failure(state: object): InvalidStateError {
  try {
    encodeState(state);
  } catch (error) {
    if (error instanceof InvalidStateError) return error;
  }
  throw new Error("no InvalidStateError");
}

describe("what state cannot hold is named with its path and owner", () => {
  test("in a resource", () => {
    const error = failure({ sources: { crm: { resources: { deals: { callback: () => 1 } } } } });
    expect(error.code).toBe("state-invalid");
    expect(error.path).toBe("sources.crm.resources.deals.callback");
    expect(error.message).toBe(
      "The state of resource `deals` of source `crm` cannot hold a function, which is at `sources.crm.resources.deals.callback`. Keep text, numbers, booleans, dates, decimals, bytes, and arrays and plain objects of these.",
    );
  });

  test("in a source", () => {
    expect(failure({ sources: { crm: { seen: { list: [1, new Set()] } } } }).message).toContain(
      "The state of source `crm` cannot hold an instance of Set",
    );
  });

  test("under names that are no words", () => {
    const error = failure({ sources: { "my crm": { resources: { 'a.b"c': { at: new Date(Number.NaN) } } } } });
    expect(error.message).toContain('The state of resource `a.b"c` of source `my crm`');
    expect(error.path).toBe('sources["my crm"].resources["a.b\\"c"].at');
  });

  test("outside of sources", () => {
    expect(failure({ _local: { x: Symbol("x") } }).message).toContain("The pipeline state cannot hold a symbol");
  });

  test("in a circle", () => {
    const own: Record<string, unknown> = {};
    own["self"] = own;
    expect(failure({ sources: { s: own } }).path).toBe("sources.s.self");
  });
});

test("members that are undefined are left out", () => {
  expect(encodeState({ a: undefined, b: 1 })).toBe('{"b":1}');
});
