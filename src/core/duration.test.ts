import { describe, expect, it } from "vitest";
import { durationMs, isDuration } from "./duration.ts";

describe("a duration", () => {
  it.each([
    ["250ms", 250],
    ["90s", 90_000],
    ["1.5m", 90_000],
    ["2h", 7_200_000],
    ["3d", 259_200_000],
    ["0s", 0],
    ["0.0004s", 0],
  ])("%s is %d milliseconds", (text, milliseconds) => {
    expect(durationMs(text)).toBe(milliseconds);
  });

  it.each(["3 days", "90", "s", "-1s", "1e3s", " 1s", "1.s", ""])("is not %j", (text) => {
    expect(isDuration(text)).toBe(false);
    expect(() => durationMs(text)).toThrow(`\`${text}\` is not a duration`);
  });
});
