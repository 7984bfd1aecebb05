import { describe, expect, it } from "vitest";
import { Bitmap } from "./bitmap.ts";

describe("Bitmap", () => {
  it("packs the first bit lowest and fills the last byte with zeros", () => {
    const bits = new Bitmap();
    bits.set(0);
    bits.set(3);
    bits.set(9);
    expect([...bits.packed(10)]).toEqual([0b1001, 0b10]);
  });

  it.each([0, 1, 7, 8, 9, 1000])("sets the first %i bits", (count) => {
    const bits = new Bitmap();
    bits.setFirst(count);
    const set = [...bits.packed(1016)].flatMap((byte) => Array.from({ length: 8 }, (_, bit) => (byte >> bit) & 1));
    expect(set.lastIndexOf(1)).toBe(count - 1);
    expect(set.reduce((sum, bit) => sum + bit, 0)).toBe(count);
  });

  it("is empty after clear, also where it was set far out", () => {
    const bits = new Bitmap();
    bits.set(100_000);
    bits.clear();
    expect(bits.byteSize).toBe(0);
    expect(bits.packed(100_008).every((byte) => byte === 0)).toBe(true);
  });
});
