import { expect, test } from "vitest";
import { PlainTime } from "./plain-time.ts";

test("holds hour to microsecond", () => {
  const time = PlainTime.from("03:04:05.123456");
  expect([time.hour, time.minute, time.second, time.millisecond, time.microsecond]).toEqual([3, 4, 5, 123, 456]);
  expect(`${time}`).toBe("03:04:05.123456");
  expect(JSON.stringify({ time: PlainTime.from("03:04") })).toBe('{"time":"03:04:00"}');
});

test.each(["24:00", "03:60", "03:04:05Z", "noon", ""])("does not parse %j", (text) => {
  expect(() => PlainTime.from(text)).toThrow(RangeError);
});

test("compares by the clock", () => {
  const [early, late] = [PlainTime.from("03:04:05"), PlainTime.from("03:04:05.000001")];
  expect([PlainTime.compare(early, late), PlainTime.compare(late, early), PlainTime.compare(late, late)]).toEqual([-1, 1, 0]);
  expect(early.equals(PlainTime.from("3:4:5"))).toBe(true);
});
