import { expect, test } from "vitest";
import { PlainDate } from "./plain-date.ts";

test("holds year, month and day", () => {
  const date = PlainDate.from("2024-02-29");
  expect([date.year, date.month, date.day]).toEqual([2024, 2, 29]);
  expect(`${date}`).toBe("2024-02-29");
  expect(JSON.stringify({ date })).toBe('{"date":"2024-02-29"}');
});

test.each(["2023-02-29", "2024-13-01", "2024", "20240102", "2024-1-2", "2024/01/02", "2024-01-02T00:00", ""])(
  "does not parse %j",
  (text) => {
    expect(() => PlainDate.from(text)).toThrow(RangeError);
  },
);

test("compares by the calendar", () => {
  const [early, late] = [PlainDate.from("0999-12-31"), PlainDate.from("2024-01-02")];
  expect([PlainDate.compare(early, late), PlainDate.compare(late, early), PlainDate.compare(late, late)]).toEqual([-1, 1, 0]);
  expect(late.equals(new PlainDate(2024, 1, 2))).toBe(true);
  expect(late.equals(early)).toBe(false);
});

test("does not exist outside of the calendar", () => {
  expect(() => new PlainDate(2024, 2, 30)).toThrow("There is no day 2024-2-30.");
});
