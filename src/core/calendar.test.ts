import fc from "fast-check";
import { expect, test } from "vitest";
import { dayOf, daysOf, daysOfOrdinal, daysOfWeek, isDay } from "./calendar.ts";

const anyDay = fc.integer({ min: -719162, max: 2932896 });

test("counts days as Date does", () => {
  fc.assert(
    fc.property(anyDay, (days) => {
      const date = new Date(days * 86_400_000);
      const { year, month, day } = dayOf(days);
      expect([year, month, day]).toEqual([date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()]);
      expect(daysOf(year, month, day)).toBe(days);
    }),
  );
});

test("knows no day that does not exist", () => {
  const none = [
    daysOf(2023, 2, 29),
    daysOf(1900, 2, 29),
    daysOf(2024, 13, 1),
    daysOf(2024, 0, 1),
    daysOf(2024, 4, 31),
    daysOf(0, 1, 1),
    daysOf(10_000, 1, 1),
    daysOf(2024, Number.NaN, 1),
    daysOf(Number.NaN, 1, 1),
    daysOfOrdinal(2023, 366),
    daysOfOrdinal(2024, 0),
    daysOfWeek(2024, 53, 1),
    daysOfWeek(2024, 3, 8),
    daysOfWeek(9999, 52, 7),
  ];
  expect(none).toEqual(none.map(() => undefined));
});

test("counts ordinal and week dates", () => {
  expect(daysOfOrdinal(2024, 366)).toBe(daysOf(2024, 12, 31));
  expect(daysOfWeek(2024, 1, 1)).toBe(daysOf(2024, 1, 1));
  expect(daysOfWeek(2020, 53, 7)).toBe(daysOf(2021, 1, 3));
  expect(daysOfWeek(2021, 1, 1)).toBe(daysOf(2021, 1, 4));
});

test("takes week 0 and weekday 0 as dlt does: one week, one day earlier", () => {
  expect(daysOfWeek(2024, 0, 1)).toBe(daysOf(2023, 12, 25));
  expect(daysOfWeek(2024, 3, 0)).toBe(daysOf(2024, 1, 14));
});

test("ends where Python's dates end", () => {
  expect([daysOf(1, 1, 1), daysOf(9999, 12, 31)].map((days) => isDay(days ?? Number.NaN))).toEqual([true, true]);
  expect([isDay(-719163), isDay(2932897)]).toEqual([false, false]);
});
