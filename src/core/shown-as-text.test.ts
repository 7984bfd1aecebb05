import { inspect } from "node:util";
import { expect, test } from "vitest";
import { PlainDate } from "./plain-date.ts";
import { PlainDateTime } from "./plain-date-time.ts";
import { PlainTime } from "./plain-time.ts";
import { Timestamp } from "./timestamp.ts";

test("values show what they are when they are printed", () => {
  const row = {
    day: PlainDate.from("2024-01-02"),
    at: PlainDateTime.from("2024-01-02T03:04:05.678901"),
    time: PlainTime.from("03:04:05"),
    seen: Timestamp.from("2024-01-02T03:04:05.000006Z"),
  };
  expect(inspect(row, { breakLength: Number.POSITIVE_INFINITY })).toBe(
    "{ day: PlainDate 2024-01-02, at: PlainDateTime 2024-01-02T03:04:05.678901, time: PlainTime 03:04:05, seen: Timestamp 2024-01-02T03:04:05.000006Z }",
  );
});

test("and one that is no date does not fail there", () => {
  expect(inspect(new Timestamp(Number.NaN))).toBe("Timestamp Invalid");
});

test("and keys stay what they are", () => {
  expect(Object.keys(PlainTime.from("03:04:05"))).not.toContain("constructor");
  const keys: string[] = [];
  for (const key in Timestamp.from("2024-01-02T03:04:05Z")) keys.push(key);
  expect(keys).toEqual(["microseconds"]);
});
