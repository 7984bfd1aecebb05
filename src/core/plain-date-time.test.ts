import { expect, test } from "vitest";
import { PlainDateTime } from "./plain-date-time.ts";

test("is a date and a time", () => {
  const dateTime = PlainDateTime.from("2024-01-02T03:04:05.5");
  expect(`${dateTime.toPlainDate()} ${dateTime.toPlainTime()}`).toBe("2024-01-02 03:04:05.500000");
  expect(`${dateTime}`).toBe("2024-01-02T03:04:05.500000");
  expect(JSON.stringify({ dateTime })).toBe('{"dateTime":"2024-01-02T03:04:05.500000"}');
});

test("keeps microseconds far from 1970", () => {
  expect(`${PlainDateTime.from("9999-12-31T23:59:59.999999")}`).toBe("9999-12-31T23:59:59.999999");
  expect(`${PlainDateTime.from("0001-01-01T00:00:00.000001").toPlainTime()}`).toBe("00:00:00.000001");
});

test.each(["2024-01-02T03:04:05Z", "2024-01-02T03:04:05+02:00", "2024-01-02", "x"])("does not parse %s", (text) => {
  expect(() => PlainDateTime.from(text)).toThrow(RangeError);
});

test("compares by the wall clock", () => {
  const [early, late] = [PlainDateTime.from("2024-01-02T03:04:05"), PlainDateTime.from("9999-01-01T00:00:00")];
  expect([PlainDateTime.compare(early, late), PlainDateTime.compare(late, early), PlainDateTime.compare(late, late)]).toEqual([-1, 1, 0]);
  expect(early.equals(PlainDateTime.from("2024-01-02 03:04:05"))).toBe(true);
});
