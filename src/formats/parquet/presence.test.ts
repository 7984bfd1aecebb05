import { describe, expect, it } from "vitest";
import { Presence } from "./presence.ts";

const levelsOf = (rows: readonly number[], rowCount: number): string => {
  const presence = new Presence();
  for (const row of rows) presence.mark(row);
  return Buffer.concat(presence.levels(rowCount)).toString("hex");
};

const upTo = (count: number): number[] => Array.from({ length: count }, (_, row) => row);

describe("Presence", () => {
  it("writes one run when every row has a value", () => {
    expect(levelsOf(upTo(100), 100)).toBe("03000000c80101");
  });

  it("writes one run when no row has a value", () => {
    expect(levelsOf([], 5)).toBe("020000000a00");
  });

  it("writes two runs when only the last rows have no value", () => {
    expect(levelsOf([0, 1], 5)).toBe("0400000004010600");
  });

  it("writes a bit per row when a row between has no value", () => {
    expect(levelsOf([0, 2, 8], 9)).toBe("03000000050501");
    expect(levelsOf([3], 4)).toBe("020000000308");
  });

  it("takes no memory while no row misses a value", () => {
    const presence = new Presence();
    for (const row of upTo(1000)) presence.mark(row);
    expect(presence.byteSize).toBe(0);
  });

  it("starts anew after clear", () => {
    const presence = new Presence();
    presence.mark(7);
    presence.clear();
    presence.mark(0);
    expect(Buffer.concat(presence.levels(1)).toString("hex")).toBe("020000000201");
  });

  it("refuses rows that do not rise, and a row group that ends before its last value", () => {
    const presence = new Presence();
    presence.mark(3);
    expect(() => presence.mark(3)).toThrow("Row 3 of a column came after row 3.");
    expect(() => presence.levels(3)).toThrow("A row group of 3 rows has a value in row 3.");
  });
});
