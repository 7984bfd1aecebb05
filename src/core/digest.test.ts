import fc from "fast-check";
import { expect, test } from "vitest";
import { readFixture } from "../../test/fixtures.ts";
import { compressText, decompressText, digest128, sha3Base64 } from "./digest.ts";

interface Vectors {
  readonly digest128: {
    readonly input: string;
    readonly len15: string;
    readonly len10: string;
    readonly len9: string;
    readonly len4: string;
  }[];
  readonly digest256: { readonly input: string; readonly output: string }[];
  readonly nested_row_hash: { readonly parent_row_id: string; readonly table: string; readonly list_idx: number; readonly hash: string }[];
  readonly compressed_b64: { readonly text: string; readonly zlib_level9_b64: string }[];
}
const vectors = readFixture<Vectors>("ids_and_json.json");

test.each(vectors.digest128)("digest128 of $input at all lengths", ({ input, len15, len10, len9, len4 }) => {
  expect([15, 10, 9, 4].map((bytes) => digest128(input, bytes))).toEqual([len15, len10, len9, len4]);
});

test.each(vectors.digest256)("sha3Base64 of $input", ({ input, output }) => {
  expect(sha3Base64(input)).toBe(output);
  expect(sha3Base64(new TextEncoder().encode(input))).toBe(output);
});

test.each(vectors.nested_row_hash)("the id of row $list_idx of $table", ({ parent_row_id, table, list_idx, hash }) => {
  expect(digest128(`${parent_row_id}_${table}_${list_idx}`, 10)).toBe(hash);
});

test.each(vectors.compressed_b64)("decompresses what Python compressed: $text", ({ text, zlib_level9_b64 }) => {
  expect(decompressText(zlib_level9_b64)).toBe(text);
});

test("decompresses what it compressed", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => decompressText(compressText(text)) === text));
});

test.each(["{}", "eNo", "eNoDAAAAAAE", "AAAA"])("throws for %j, which is no compressed text", (text) => {
  expect(() => decompressText(text)).toThrow();
});
