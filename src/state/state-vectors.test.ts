import { describe, expect, test } from "vitest";
import { readFixture, untag } from "../../test/fixtures.ts";
import { decompressText } from "../core/digest.ts";
import { decodeState, decodeStateBlob, encodeStateBlob } from "./blob.ts";
import { bumpState } from "./bump.ts";
import type { PipelineState } from "./document.ts";
import { encodeState } from "./encode.ts";
import { stateHash } from "./hash.ts";
import { migrateState, StateVersionTooNew } from "./migrations.ts";

interface StateFixture {
  states: {
    name: string;
    state: object;
    _version_hash: string;
    hashed_json_hex_utf8: string;
    state_json_file: string;
    blob_json: string;
    blob: string;
    blob_decoded: object;
  }[];
  bump_sequence: { before: PipelineState; change: object; after: PipelineState; version: number; hash: string }[];
  legacy_plain_json_blob: { text: string; decoded: object; non_ascii_text: string };
  migrations: { input: object; output?: object; error?: string }[];
}

const fixture = readFixture<StateFixture>("state.json");

describe("states of dlt", () => {
  test.each(fixture.states)("$name: same hash, text and blob", (vector) => {
    const state = untag(vector.state) as PipelineState;
    const bumped = bumpState(state);
    expect(stateHash(state)).toBe(vector._version_hash);
    expect(bumped._version_hash).toBe(vector._version_hash);
    expect(encodeState(bumped)).toBe(vector.state_json_file);
    expect(decompressText(encodeStateBlob(bumped))).toBe(vector.blob_json);
    expect(decompressText(vector.blob)).toBe(vector.blob_json);
  });

  test.each(fixture.states)("$name: read back with the same values, so that the hash stays", (vector) => {
    const decoded = decodeStateBlob(vector.blob);
    expect(decoded).toEqual(untag(vector.blob_decoded));
    expect(stateHash(decoded)).toBe(vector._version_hash);
    expect(encodeState(decodeState(vector.state_json_file))).toBe(vector.state_json_file);
  });

  test.each(fixture.states)("$name: the hashed text is the sorted content", (vector) => {
    const { _state_version, _state_engine_version, _version_hash, _local, ...content } = untag(vector.state) as PipelineState;
    expect(Buffer.from(encodeState(content, { sorted: true })).toString("hex")).toBe(vector.hashed_json_hex_utf8);
  });
});

test.each(fixture.bump_sequence)("a bump after the change $change gives version $version", ({ before, change, after }) => {
  expect(bumpState({ ...before, ...change })).toEqual(after);
});

test("an unchanged state is not copied by a bump", () => {
  const state = bumpState({ _state_version: 0, a: 1 });
  expect(bumpState(state)).toBe(state);
});

describe("very old rows hold the JSON itself", () => {
  test("which is read", () => {
    expect(decodeStateBlob(fixture.legacy_plain_json_blob.text)).toEqual(untag(fixture.legacy_plain_json_blob.decoded));
  });

  test("also with marks of types, where dlt fails", () => {
    expect(String(decodeStateBlob(fixture.legacy_plain_json_blob.non_ascii_text)["x"])).toBe("2024-01-01");
  });
});

describe("documents of older engines", () => {
  test.each(fixture.migrations.filter(({ output }) => output !== undefined))("$input", ({ input, output }) => {
    const before = structuredClone(input);
    expect(migrateState(input as never)).toEqual(output);
    expect(input).toEqual(before);
  });

  test.each(fixture.migrations.filter(({ error }) => error !== undefined))("refuses $input", ({ input }) => {
    expect(() => migrateState(input as never)).toThrow(StateVersionTooNew);
  });
});
