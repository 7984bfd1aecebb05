import { expect, test, vi } from "vitest";
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

test("machines that are behind a load id that all have seen make different ones, not much later", async () => {
  const seen = 4_300_000_000;
  const made = new Set<string>();
  for (let machine = 0; machine < 5; machine += 1) {
    vi.resetModules();
    const { createRuntime: onAnotherMachine } = await import("./runtime.ts");
    const runtime = onAnotherMachine();
    runtime.seeLoadId(`${seen}.5`);
    made.add(runtime.newLoadId());
  }
  expect(made.size).toBeGreaterThan(1);
  for (const loadId of made) expect(Number(loadId) - seen).toBeLessThan(0.6);
});

test("the time is that of the wall clock, also when it went on while the process slept, and rises", () => {
  const runtime = createRuntime();
  const awake = Date.now() + 3_600_000;
  vi.spyOn(Date, "now").mockReturnValue(awake);
  const times = Array.from({ length: 5000 }, () => runtime.nowMicros());
  vi.restoreAllMocks();
  expect(Math.abs(times[0]! / 1000 - awake)).toBeLessThan(2);
  expect(times.every((time, i) => i === 0 || time > times[i - 1]!)).toBe(true);
});
