import { expect, it } from "vitest";
import { Float } from "../core/float.ts";
import { inferType, valueType } from "./infer.ts";

it.each([
  ["abc", "text"],
  ["", "text"],
  ["\uf027", "text"],
  ["\uf0271.5", "text"],
  ["\uf0261.10", "decimal"],
  ["\uf0272024-01-02T03:04:05Z", "timestamp"],
  ["\uf0272024-01-02", "timestamp"],
  ["\uf0282024-01-02", "date"],
  ["\uf029 12345678-1234-5678-1234-567812345678", "text"],
  ["\uf02912345678-1234-5678-1234-567812345678", "text"],
  ["\uf02a0xdeadbeef", "binary"],
  ["\uf02bAAH/", "binary"],
  ["\uf02c1000000000000000000", "wei"],
  ["\uf02d03:04:05.123456", "time"],
  ["\uf02e123", "text"],
  [1, "bigint"],
  [-0, "bigint"],
  [1.5, "double"],
  [new Float(1), "double"],
  [2n ** 63n - 1n, "bigint"],
  [2n ** 63n, "wei"],
  [-(2n ** 63n) - 1n, "wei"],
  [2n ** 200n, "text"],
  [true, "bool"],
  [[], "json"],
  [{}, "json"],
] as const)("%o counts as %s", (value, type) => {
  expect(valueType(value)).toBe(type);
});

it("asks the detections in order, and the value itself last", () => {
  expect(inferType("2024-01-02T03:04:05Z", ["iso_timestamp"], 0)).toBe("timestamp");
  expect(inferType("2024-01-02T03:04:05Z", [], 0)).toBe("text");
  expect(inferType(2n ** 63n, ["large_integer"], 0)).toBe("wei");
  expect(inferType("2024", ["iso_timestamp", "iso_date"], 0)).toBe("date");
});
