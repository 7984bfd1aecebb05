import fc from "fast-check";
import { expect, it } from "vitest";
import { snappy } from "./snappy.ts";

/** Reads the format by its description: the size, then texts and references to what was read. */
function unpacked(packed: Uint8Array): Uint8Array {
  let at = 0;
  let size = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = packed[at++]!;
    size += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  const out = new Uint8Array(size);
  let end = 0;
  while (at < packed.length) {
    const tag = packed[at++]!;
    if ((tag & 3) === 0) {
      let length = tag >>> 2;
      if (length >= 60) {
        const sizeBytes = length - 59;
        length = 0;
        for (let index = 0; index < sizeBytes; index++) length += packed[at++]! << (8 * index);
      }
      out.set(packed.subarray(at, at + length + 1), end);
      at += length + 1;
      end += length + 1;
    } else {
      expect(tag & 3).toBe(2);
      const distance = packed[at]! | (packed[at + 1]! << 8);
      at += 2;
      expect(distance).toBeGreaterThan(0);
      for (let length = (tag >>> 2) + 1; length > 0; length--, end++) out[end] = out[end - distance]!;
    }
  }
  expect(end).toBe(size);
  return out;
}

it.each([0, 1, 3, 4, 60, 61, 256, 257, 65_535, 65_536, 65_537, 300_000])("%i bytes that do not repeat", (size) => {
  let seed = 1;
  const bytes = Uint8Array.from({ length: size }, () => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0) >>> 24);
  expect(Buffer.compare(unpacked(snappy(bytes)), bytes)).toBe(0);
});

it("bytes that repeat become few", () => {
  const bytes = Buffer.from("the same again, ".repeat(20_000));
  const packed = snappy(bytes);
  expect(packed.length).toBeLessThan(bytes.length / 15);
  expect(Buffer.compare(unpacked(packed), bytes)).toBe(0);
});

it("any bytes come back", () => {
  const pieces = fc.array(
    fc.oneof(fc.uint8Array({ maxLength: 100 }), fc.constantFrom(Buffer.from("abcabc"), Buffer.alloc(70), Buffer.from("key: value"))),
  );
  fc.assert(
    fc.property(pieces, (given) => {
      const bytes = Buffer.concat(given);
      expect(Buffer.compare(unpacked(snappy(bytes)), bytes)).toBe(0);
    }),
    { numRuns: 300 },
  );
});
