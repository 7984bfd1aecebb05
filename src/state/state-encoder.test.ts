import { expect, test } from "vitest";
import { decodeState, decodeStateBlob } from "./blob.ts";
import { newState, type PipelineState } from "./document.ts";
import { encodeState } from "./encode.ts";
import { InvalidStateError } from "./errors.ts";
import { StateEncoder } from "./state-encoder.ts";

function stateOf(sources: unknown): PipelineState {
  const state = newState({ pipelineName: "p", datasetName: "d", destinationType: "dlt.destinations.duckdb", initialCwd: "/" });
  return { ...state, ...(sources === undefined ? {} : { sources: sources as NonNullable<PipelineState["sources"]> }), _version_hash: "x" };
}

test.each([
  ["no sources", undefined],
  ["an empty source", { a: {} }],
  ["several sources", { a: { seen: { é: 1 } }, "b c": { resources: { r: { at: new Date(5), list: [1, undefined] } } } }],
  ["a source that is undefined", { a: undefined, b: { x: 1 } }],
  ["sources that hold the same", { a: null, b: null }],
])("a document with %s is the text of the state", (_, sources) => {
  const state = stateOf(sources);
  const encoder = new StateEncoder();
  expect(encoder.document(state).toString()).toBe(encodeState(state));
  expect(encoder.byteLength(state)).toBe(Buffer.byteLength(encodeState(state)));
  const { _local, ...shared } = state;
  expect(encodeState(decodeStateBlob(encoder.blob(state)))).toBe(encodeState(decodeState(encodeState(shared))));
});

test("a slot that was encoded keeps the content of that moment", () => {
  const slot: Record<string, unknown> = { seen: 1 };
  const state = stateOf({ a: slot });
  const encoder = new StateEncoder();
  const before = encoder.document(state).toString();
  slot["seen"] = () => 2;
  expect(encoder.document({ ...state, _state_version: 0 }).toString()).toBe(before);
});

test("what cannot be stored is named with its path", () => {
  const failure = (): unknown => new StateEncoder().document(stateOf({ crm: { resources: { deals: { seen: new Map() } } } }));
  expect(failure).toThrow(InvalidStateError);
  expect(failure).toThrow("at `sources.crm.resources.deals.seen`");
});
