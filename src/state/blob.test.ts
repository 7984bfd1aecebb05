import { Decimal } from "decimal.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compressText } from "../core/digest.ts";
import { PlainDate } from "../core/plain-date.ts";
import { Timestamp } from "../core/timestamp.ts";
import { decodeState, decodeStateBlob, encodeStateBlob } from "./blob.ts";
import { encodeState } from "./encode.ts";
import { InvalidStateError } from "./errors.ts";
import { stateHash } from "./hash.ts";

const scalar = fc.oneof(
  fc.string({ unit: "binary" }).filter((text) => !/^[\uf026-\uf02d]/.test(text)),
  fc.integer(),
  fc.double({ noNaN: true, min: -(2 ** 62), max: 2 ** 62 }).filter((value) => !Object.is(value, -0)),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
  fc.boolean(),
  fc.constant(null),
  fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }).map((millis) => new Timestamp(millis, Math.abs(millis) % 1000)),
  fc.integer({ min: -719162, max: 2932896 }).map((days) => PlainDate.fromDays(days)),
  fc.bigInt().map((digits) => new Decimal(String(digits)).div(1000)),
  fc.uint8Array({ minLength: 1 }).map((bytes) => new Uint8Array(bytes)),
);
const key = fc.string({ unit: "binary" }).filter((name) => !/^\d+$/.test(name) && name !== "__proto__");
const { state } = fc.letrec<{ state: Record<string, unknown>; value: unknown }>((tie) => ({
  state: fc.dictionary(key, tie("value"), { maxKeys: 5, noNullPrototype: true }) as fc.Arbitrary<Record<string, unknown>>,
  value: fc.oneof({ maxDepth: 3 }, scalar, fc.array(tie("value"), { maxLength: 4 }), tie("state")),
}));

describe("a state blob", () => {
  test("gives back what went in", () => {
    fc.assert(
      fc.property(state, (document) => {
        const { _local, ...shared } = document;
        const decoded = decodeStateBlob(encodeStateBlob(document));
        expect(encodeState(decoded)).toBe(encodeState(shared));
      }),
    );
  });

  test("has no part that is of this machine only", () => {
    expect(decodeStateBlob(encodeStateBlob({ a: 1, _local: { first_run: true } }))).toEqual({ a: 1 });
  });

  test.each([
    ["no compressed text", "zażółć"],
    ["a text that is no zlib stream", "abcd"],
    ["JSON that is no object", compressText("[1]")],
    ["broken JSON", compressText('{"a":')],
  ])("with %s throws InvalidStateError", (_, blob) => {
    expect(() => decodeStateBlob(blob)).toThrow(InvalidStateError);
  });

  test("cannot be told from a broken state file", () => {
    expect(() => decodeState("")).toThrow("is not a state document");
  });
});

test("the state hash does not depend on the order of keys", () => {
  fc.assert(
    fc.property(state, (document) => {
      expect(stateHash(reversed(document) as object)).toBe(stateHash(document));
    }),
  );
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member)]),
  );
}
