import { expect, test } from "vitest";
import { createRuntime } from "./runtime.ts";

test("load ids rise, also when the clock stands still", () => {
  const runtime = createRuntime({ now: () => new Date("2100-01-01T00:00:00Z") });
  const [first, second] = [runtime.newLoadId(), runtime.newLoadId()];
  expect(second > first).toBe(true);
  expect(first).toMatch(/^\d{10}\.\d{6}$/);
});

test("a load id is greater than one that another process made before the clock was set back", () => {
  const runtime = createRuntime();
  const ahead = "4200000000.123456";
  runtime.seeLoadId(ahead);
  expect(runtime.newLoadId() > ahead).toBe(true);
});
