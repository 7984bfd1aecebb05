import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readFixture } from "../../test/fixtures.ts";
import { formatDays, formatMicros, formatOffset, formatTimeMicros, parseIsoDate, parseIsoDateTime, parseIsoTime } from "./iso.ts";
import { joinMicros, microsPerDay } from "./micros.ts";

interface Vector {
  readonly text: string;
  readonly iso_timestamp?: true;
  readonly micros?: string;
  readonly offset_minutes?: number | null;
  readonly days?: number;
  readonly time_micros?: number;
}
const { texts } = readFixture<{ texts: Vector[] }>("iso.json");
const types = readFixture<{ infer: { input: unknown; columns?: Record<string, { data_type: string }> }[] }>("types.json");

const anyDays = fc.integer({ min: -719162, max: 2932896 });
const anyMicrosOfDay = fc.oneof(
  fc.integer({ min: 0, max: microsPerDay - 1 }),
  fc.integer({ min: 0, max: 86399 }).map((second) => second * 1_000_000),
);

/** dlt's detection says yes to offsets of a day and more, and its parser then fails: no value to agree on. */
const detectedButUnreadable = texts.filter((vector) => vector.iso_timestamp && vector.micros === undefined);
/** Basic times after a `T`: documented at parseIsoTime. */
const timesAfterT = ["T030405", "T03Z"];

describe("date-times", () => {
  test("are read from exactly the texts, and as the values, that dlt reads", () => {
    for (const { text, micros, offset_minutes } of texts) {
      const parsed = parseIsoDateTime(text);
      expect({ text, micros: parsed && String(parsed.micros), offset: parsed?.offsetMinutes ?? null }).toEqual({
        text,
        micros,
        offset: offset_minutes ?? null,
      });
    }
  });

  test("with an offset of a day or more are the only ones that dlt detects and we do not", () => {
    expect(detectedButUnreadable.length).toBeGreaterThan(0);
    for (const { text } of detectedButUnreadable) {
      expect(text).toMatch(/(?:\+24|\+23:?60|-[2-9]\d)/);
      expect(parseIsoDateTime(text)).toBeUndefined();
    }
  });

  test("are told from other texts as dlt's inference does", () => {
    for (const { input, columns } of types.infer) {
      if (typeof input !== "string") continue;
      expect({ input, timestamp: parseIsoDateTime(input) !== undefined }).toEqual({
        input,
        timestamp: columns?.["c"]?.data_type === "timestamp",
      });
    }
  });

  test("print and parse to the same microseconds", () => {
    fc.assert(
      fc.property(anyDays, anyMicrosOfDay, fc.boolean(), (days, time, offset) => {
        const micros = joinMicros(days, time);
        const text = formatMicros(micros, { offset });
        expect(parseIsoDateTime(text)).toEqual({ micros, offsetMinutes: offset ? 0 : undefined });
        expect(parseIsoDateTime(text.replace("T", " "))?.micros).toBe(micros);
      }),
    );
  });

  test("with an offset are points in time", () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date("1800-01-01"), max: new Date("2200-01-01"), noInvalidDate: true }),
        fc.integer({ min: -1439, max: 1439 }),
        (date, offset) => {
          const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1);
          const parsed = parseIsoDateTime(local + formatOffset(offset));
          expect(parsed).toEqual({ micros: date.getTime() * 1000, offsetMinutes: offset });
        },
      ),
    );
  });

  test("print six fraction digits or none", () => {
    expect(formatMicros(1704164645123456, { offset: true })).toBe("2024-01-02T03:04:05.123456+00:00");
    expect(formatMicros(1704164645000000, { offset: true })).toBe("2024-01-02T03:04:05+00:00");
    expect(formatMicros(-1, { offset: false })).toBe("1969-12-31T23:59:59.999999");
    expect(formatMicros(-62135596800000000n, { offset: false })).toBe("0001-01-01T00:00:00");
  });

  test("outside of the years 1 to 9999 do not print", () => {
    expect(() => formatMicros(253402300800000000n, { offset: false })).toThrow(RangeError);
    expect(() => formatDays(-719163)).toThrow(RangeError);
  });
});

describe("dates", () => {
  test("are read from exactly the texts, and as the days, that dlt reads", () => {
    for (const { text, days } of texts) expect({ text, days: parseIsoDate(text) }).toEqual({ text, days });
  });

  test("print and parse to the same day", () => {
    fc.assert(fc.property(anyDays, (days) => parseIsoDate(formatDays(days)) === days));
  });
});

describe("times", () => {
  test("are read from the texts that dlt coerces into a time, but for basic ones after a T", () => {
    for (const { text, time_micros } of texts) {
      if (timesAfterT.includes(text)) expect(parseIsoTime(text)).toBeUndefined();
      else expect({ text, micros: inUtc(parseIsoTime(text)) }).toEqual({ text, micros: time_micros });
    }
  });

  test("print and parse to the same microseconds", () => {
    fc.assert(fc.property(anyMicrosOfDay, (micros) => parseIsoTime(formatTimeMicros(micros))?.micros === micros));
  });

  test("of a day have 24 hours", () => {
    expect(() => formatTimeMicros(microsPerDay)).toThrow(RangeError);
    expect(() => formatTimeMicros(-1)).toThrow(RangeError);
  });
});

function inUtc(time: ReturnType<typeof parseIsoTime>): number | undefined {
  return time && (time.micros - (time.offsetMinutes ?? 0) * 60_000_000 + microsPerDay) % microsPerDay;
}
