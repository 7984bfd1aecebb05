import { expect, test } from "vitest";
import { readFixture, untag } from "../../../test/fixtures.ts";
import { hashedText, hasOldHashes, uniqueHash } from "./unique-hash.ts";

interface Vector {
  readonly value: unknown;
  readonly json: string;
  readonly hash: string;
  readonly legacy_json_before_1_29: string;
  readonly legacy_hash_before_1_29: string;
}

const { incremental_unique_hash: vectors } = readFixture<{ readonly incremental_unique_hash: readonly Vector[] }>("ids_and_json.json");

test.each(vectors)("$json has the hash of dlt, and that of dlt before 1.29", (vector) => {
  const value = untag(vector.value);
  expect(hashedText(value, false)).toBe(vector.json);
  expect(uniqueHash(hashedText(value, false), false)).toBe(vector.hash);
  expect(hashedText(value, true)).toBe(vector.legacy_json_before_1_29);
  expect(uniqueHash(hashedText(value, true), true)).toBe(vector.legacy_hash_before_1_29);
  expect([hasOldHashes([vector.hash]), hasOldHashes([vector.hash, vector.legacy_hash_before_1_29])]).toEqual([false, true]);
});

test("instances, Maps and what JSON leaves out hash as the row that is stored", () => {
  class Item {
    readonly b = new Map([["y", 1]]);
    readonly a = new Date(1000);
    readonly none = undefined;
  }
  expect(hashedText(new Item(), false)).toBe('{"a":1000000,"b":{"y":1}}');
});
