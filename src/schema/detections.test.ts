import { expect, it } from "vitest";
import { readFixture, untagToJson } from "../../test/fixtures.ts";
import { Float } from "../core/float.ts";
import { type Detection, detect, detectionNames } from "./detections.ts";
import type { PresentValue } from "./json-value.ts";

const fixture = readFixture<{
  readonly infer: readonly { readonly input: unknown }[];
  readonly detections: readonly { readonly detection: Detection; readonly input: unknown; readonly type: string }[];
}>("types.json");
const fixtureMade = Date.UTC(2026, 10, 22);

it.each(detectionNames)("%s sees what dlt's sees, in all values of the fixture", (detection) => {
  const seen = fixture.infer
    .map(({ input }) => ({ detection, input, type: detect(detection, untagToJson(input) as PresentValue, fixtureMade) }))
    .filter(({ type }) => type !== undefined);
  expect(seen).toEqual(fixture.detections.filter((vector) => vector.detection === detection));
});

it("takes a number for a Unix time within five years of now", () => {
  const now = Date.UTC(2024, 0, 1);
  const days = (count: number): number => now / 1000 + count * 86_400;
  expect([days(1825), days(-1825)].map((seconds) => detect("timestamp", new Float(seconds), now))).toEqual(["timestamp", "timestamp"]);
  expect([days(1826), days(-1826), Number.NaN].map((seconds) => detect("timestamp", seconds, now))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(detect("timestamp", true, 0)).toBeUndefined();
});

it("sees no date in a string of another type", () => {
  expect(detect("iso_timestamp", "\uf0272024-01-02T03:04:05+00:00", 0)).toBeUndefined();
  expect(detect("iso_date", "\uf0282024-01-02", 0)).toBeUndefined();
});
