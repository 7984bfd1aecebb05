import { describe, expect, it } from "vitest";
import { isSameType, parquetColumnType } from "./column-type.ts";

describe("parquetColumnType", () => {
  it("reads timestamps as instants unless the column says timezone: false", () => {
    expect(parquetColumnType({ data_type: "timestamp" })).toEqual({ kind: "timestamp", utc: true });
    expect(parquetColumnType({ data_type: "timestamp", timezone: true })).toEqual({ kind: "timestamp", utc: true });
    expect(parquetColumnType({ data_type: "timestamp", timezone: false })).toEqual({ kind: "timestamp", utc: false });
  });

  it("gives decimals 38 digits, 9 of them behind the point, unless the column says more", () => {
    expect(parquetColumnType({ data_type: "decimal" })).toEqual({ kind: "decimal", precision: 38, scale: 9 });
    expect(parquetColumnType({ data_type: "decimal", precision: 10 })).toEqual({ kind: "decimal", precision: 10, scale: 9 });
    expect(parquetColumnType({ data_type: "decimal", precision: 10, scale: 2 })).toEqual({ kind: "decimal", precision: 10, scale: 2 });
    expect(parquetColumnType({ data_type: "wei" })).toEqual({ kind: "decimal", precision: 38, scale: 0 });
  });

  it("cuts a decimal to what 16 bytes hold", () => {
    expect(parquetColumnType({ data_type: "decimal", precision: 76, scale: 40 })).toEqual({ kind: "decimal", precision: 38, scale: 38 });
    expect(parquetColumnType({ data_type: "decimal", precision: 4 })).toEqual({ kind: "decimal", precision: 4, scale: 4 });
  });

  it("takes the other data types as they are", () => {
    for (const kind of ["text", "json", "binary", "bigint", "double", "bool", "date", "time"] as const) {
      expect(parquetColumnType({ data_type: kind })).toEqual({ kind });
    }
  });
});

describe("isSameType", () => {
  it("compares what a reader sees", () => {
    expect(isSameType({ kind: "text" }, { kind: "text" })).toBe(true);
    expect(isSameType({ kind: "text" }, { kind: "json" })).toBe(false);
    expect(isSameType({ kind: "timestamp", utc: true }, { kind: "timestamp", utc: false })).toBe(false);
    expect(isSameType({ kind: "decimal", precision: 38, scale: 9 }, { kind: "decimal", precision: 38, scale: 9 })).toBe(true);
    expect(isSameType({ kind: "decimal", precision: 38, scale: 9 }, { kind: "decimal", precision: 38, scale: 0 })).toBe(false);
  });
});
