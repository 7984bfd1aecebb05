import { describe, expect, it } from "vitest";
import { CompactWriter } from "./thrift-compact.ts";

const bytesOf = (write: (out: CompactWriter) => void): string => {
  const out = new CompactWriter(1);
  write(out);
  return Buffer.from(out.finish()).toString("hex");
};

describe("CompactWriter", () => {
  it("ends a struct with a zero", () => {
    expect(bytesOf(() => {})).toBe("00");
  });

  it("writes integers in zigzag, seven bits to a byte", () => {
    expect(bytesOf((out) => out.i32(1, 0))).toBe("150000");
    expect(bytesOf((out) => out.i32(1, -1))).toBe("150100");
    expect(bytesOf((out) => out.i32(1, 64))).toBe("15800100");
    expect(bytesOf((out) => out.i64(1, 2 ** 40))).toBe("1680808080804000");
  });

  it("writes the number of a field as the distance to the one before, or whole when that is too far", () => {
    expect(
      bytesOf((out) => {
        out.i32(1, 1);
        out.i32(4, 1);
        out.i32(20, 1);
      }),
    ).toBe("1502350205280200");
  });

  it("counts the fields of an inner struct anew and goes on behind it", () => {
    expect(
      bytesOf((out) => {
        out.struct(3, () => out.flag(1, true));
        out.flag(4, false);
      }),
    ).toBe("3c11001200");
  });

  it("writes texts as UTF-8 behind their size in bytes", () => {
    expect(bytesOf((out) => out.text(1, "é"))).toBe("1802c3a900");
  });

  it("writes short and long lists", () => {
    expect(bytesOf((out) => out.i32s(1, [0, 3]))).toBe("1925000600");
    expect(bytesOf((out) => out.texts(1, ["a"]))).toBe("1918016100");
    expect(bytesOf((out) => out.i32s(1, Array(15).fill(0)))).toBe(`19f50f${"00".repeat(15)}00`);
    expect(bytesOf((out) => out.structs(1, [5], (item) => out.i32(1, item)))).toBe("191c150a0000");
  });
});
