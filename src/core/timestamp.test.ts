import fc from "fast-check";
import { expect, test } from "vitest";
import { microsOf, Timestamp, timestampText } from "./timestamp.ts";

test("is a Date, and keeps microseconds", () => {
  const timestamp = Timestamp.from("2024-01-02T03:04:05.123456Z");
  expect(timestamp).toBeInstanceOf(Date);
  expect(timestamp.microseconds).toBe(456);
  expect(timestamp.getTime()).toBe(Date.UTC(2024, 0, 2, 3, 4, 5, 123));
  expect(timestamp > new Date("2024-01-02T03:04:05.122Z")).toBe(true);
});

test("prints six digits when the last three are not 0", () => {
  const exact = Timestamp.from("2024-01-02T03:04:05.123456+02:00");
  expect([exact.toISOString(), exact.toJSON(), String(exact)]).toEqual(Array(3).fill("2024-01-02T01:04:05.123456Z"));
  expect(Timestamp.from("2024-01-02T03:04:05.123Z").toISOString()).toBe("2024-01-02T03:04:05.123Z");
  expect(JSON.stringify({ exact })).toBe('{"exact":"2024-01-02T01:04:05.123456Z"}');
});

test.each(["2024-01-02T03:04:05", "2024-01-02", "now", "2024-02-30T00:00:00Z", "2024-01-02T03:04:05+24:00"])(
  "does not parse %s",
  (text) => {
    expect(() => Timestamp.from(text)).toThrow(`Not a timestamp with an offset: "${text}". Write it as 2024-01-02T03:04:05Z.`);
  },
);

test("and microseconds since 1970 convert without loss, also before 1970 and beyond 2^53", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -62135596800000000n, max: 253402300799999999n }), (micros) => {
      const counted = microsOf(Timestamp.fromMicros(micros));
      expect(BigInt(counted)).toBe(micros);
      expect(BigInt(microsOf(Timestamp.fromMicros(counted)))).toBe(micros);
      expect(typeof counted).toBe(Number.isSafeInteger(Number(micros)) ? "number" : "bigint");
    }),
  );
});

test("in documents has dlt's text, with the offset that it was written with", () => {
  expect(timestampText(new Date("2024-01-02T03:04:05.5Z"))).toBe("2024-01-02T03:04:05.500000+00:00");
  expect(timestampText(Timestamp.from("2024-01-02T03:04:05Z"))).toBe("2024-01-02T03:04:05+00:00");
  expect(timestampText(Timestamp.from("2024-01-02T03:04:05-05:30"))).toBe("2024-01-02T03:04:05-05:30");
  expect(timestampText(Timestamp.from("9999-12-31T23:59:59.999999+14:00"))).toBe("9999-12-31T23:59:59.999999+14:00");
});

test("of an invalid date has no microseconds", () => {
  expect(() => microsOf(new Date(Number.NaN))).toThrow(RangeError);
});
