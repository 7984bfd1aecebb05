import * as nodeTest from "node:test";
import { expectTypeOf, test } from "vitest";
import { duckdb } from "../../destinations/duckdb/index.ts";
import { type ConformanceReport, checkConformance, destinationConformance } from "../index.ts";

test("destinationConformance takes a destination, the `test` of a runner, and what is left out with a reason", () => {
  destinationConformance({ open: () => duckdb(":memory:"), skip: [{ test: "a", reason: "b" }] });
  destinationConformance({ test, open: async () => duckdb(":memory:") });
  destinationConformance({ test: nodeTest.test, open: () => duckdb(":memory:") });
  // @ts-expect-error a reason is needed
  destinationConformance({ open: () => duckdb(":memory:"), skip: [{ test: "a" }] });
  // @ts-expect-error a destination is needed
  destinationConformance({});
});

test("checkConformance gives a report", () => {
  expectTypeOf(checkConformance).returns.resolves.toEqualTypeOf<ConformanceReport>();
});
