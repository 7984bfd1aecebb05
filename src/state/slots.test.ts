import { describe, expect, test } from "vitest";
import { cloneState } from "./clone.ts";
import { newState, type PipelineState } from "./document.ts";
import { resourceSlot, sourceSlot } from "./slots.ts";

function empty(): PipelineState {
  return newState({ pipelineName: "p", datasetName: "d", destinationType: null, initialCwd: "/" });
}

describe("slots", () => {
  test("are made when they are asked for, and are live", () => {
    const state = empty();
    resourceSlot(state, "crm", "deals")["page"] = 2;
    sourceSlot(state, "crm")["mapping"] = { a: 1 };
    expect(state.sources).toEqual({ crm: { resources: { deals: { page: 2 } }, mapping: { a: 1 } } });
  });

  test("keep what is there", () => {
    const state = { ...empty(), sources: { crm: { resources: { deals: { page: 1 } } } } };
    expect(resourceSlot(state, "crm", "deals")).toBe(state.sources.crm.resources.deals);
  });

  test.each(["constructor", "__proto__", "toString"])("may be named %s", (name) => {
    const state = empty();
    resourceSlot(state, name, name)["x"] = 1;
    expect(JSON.stringify(state.sources)).toBe(`{"${name}":{"resources":{"${name}":{"x":1}}}}`);
    expect(resourceSlot(cloneState(state), name, name)).toEqual({ x: 1 });
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });
});
