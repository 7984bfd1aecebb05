import { describe, expect, test } from "vitest";
import { type Capabilities, minimalCapabilities } from "./capabilities.ts";
import { type CapabilityOverrides, overrideCapabilities } from "./override-capabilities.ts";

const own: Capabilities = {
  ...minimalCapabilities,
  loaderFileFormats: ["parquet", "csv"],
  mergeStrategies: ["delete-insert", "upsert"],
  replaceStrategies: ["truncate-and-insert", "insert-from-staging"],
  maxIdentifierLength: 63,
};

test("less than the destination can do, in another order", () => {
  const overrides: CapabilityOverrides = {
    loaderFileFormats: ["csv", "parquet"],
    mergeStrategies: [],
    replaceStrategies: ["insert-from-staging"],
    maxIdentifierLength: 30,
    namingConvention: "direct",
    maxTableNesting: 1,
  };
  expect(overrideCapabilities("duckdb", own, overrides)).toEqual({ ...own, ...overrides });
  expect(overrideCapabilities("duckdb", own, undefined)).toBe(own);
});

describe("what the destination cannot do is refused", () => {
  const cases: readonly [overrides: object, message: RegExp][] = [
    [{ loaderFileFormats: ["jsonl"] }, /`duckdb`.*`loaderFileFormats` has jsonl.*parquet, csv/],
    [{ loaderFileFormats: [] }, /empty/],
    [{ mergeStrategies: ["scd2"] }, /scd2/],
    [{ mergeStrategies: "upsert" }, /upsert/],
    [{ maxIdentifierLength: 64 }, /from 20 to 63/],
    [{ maxIdentifierLength: 5 }, /from 20/],
    [{ maxTableNesting: -1 }, /maxTableNesting/],
    [{ namingConvention: "camel" }, /snake_case/],
    [{ decimalPrecision: [76, 20] }, /`decimalPrecision` cannot be set/],
  ];
  for (const [overrides, message] of cases)
    test(JSON.stringify(overrides), () =>
      expect(() => overrideCapabilities("duckdb", own, overrides as CapabilityOverrides)).toThrow(message),
    );
});
