import { expect, it } from "vitest";
import { processUsage } from "./log-line.ts";

it("measures the process since it was asked last", () => {
  const usage = processUsage();
  const until = performance.now() + 60;
  while (performance.now() < until);
  const { cpuPercent, memoryBytes } = usage();
  expect(cpuPercent).toBeGreaterThan(0);
  expect(memoryBytes).toBeGreaterThan(10_000_000);
});
