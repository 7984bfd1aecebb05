import { digits, isDigit, twoDigits } from "./iso-date.ts";
import { microsPerDay } from "./micros.ts";

/** A time of day: microseconds since midnight, and its offset from UTC in minutes if the text has one. */
export interface IsoTime {
  readonly micros: number;
  readonly offsetMinutes: number | undefined;
}

/**
 * A time of day as dlt reads it from text: `HH:MM[:SS[.f]]` with or without offset, and `H:M[:S][.f]`. Digits beyond microseconds are cut off.
 * dlt also takes basic times after a `T` (`T030405`); nobody writes those, and they are not read here.
 */
export function parseIsoTime(text: string): IsoTime | undefined {
  const strict = text.charCodeAt(2) === 0x3a ? parseExtendedTime(text, 0) : undefined;
  if (strict !== undefined) return strict;
  const micros = parseLooseTime(text);
  return micros === undefined ? undefined : { micros, offsetMinutes: undefined };
}

/** `HH`, `HH:MM` or `HH:MM:SS[.f]` and an offset from `at` to the end of the text. No regex: this runs for every date-time of every row. */
export function parseExtendedTime(text: string, at: number): IsoTime | undefined {
  const hour = digits(text, at);
  if (!(hour < 24)) return undefined;
  let end = at + 2;
  let micros = hour * 3_600_000_000;
  if (text.charCodeAt(end) === 0x3a) {
    const minute = digits(text, end + 1);
    if (!(minute < 60)) return undefined;
    micros += minute * 60_000_000;
    end += 3;
    if (text.charCodeAt(end) === 0x3a) {
      const second = digits(text, end + 1);
      if (!(second < 60)) return undefined;
      micros += second * 1_000_000;
      end += 3;
      const mark = text.charCodeAt(end);
      if (mark === 0x2e || mark === 0x2c) {
        const first = end + 1;
        end = endOfDigits(text, first);
        if (end === first) return undefined;
        micros += fraction(text, first, end);
      }
    }
  }
  return withOffset(micros, text, end);
}

/** `HH`, `HHMM`, `HH:MM` or `HHMMSS[.f]` and an offset: the times of basic dates (`HH:MM:SS` is not one of them). */
export function parseBasicTime(text: string): IsoTime | undefined {
  const match = basicTime.exec(text);
  if (match === null) return undefined;
  const { hour, minute, minute2, minute3, second, part = "" } = match.groups ?? {};
  const micros = microsOfTime(Number(hour), Number(minute ?? minute2 ?? minute3 ?? 0), Number(second ?? 0), part);
  return micros === undefined ? undefined : withOffset(micros, text, match[0].length);
}

/** Microseconds of `H:M[:S][.f]` with one or two digits each. */
export function parseLooseTime(text: string): number | undefined {
  const match = looseTime.exec(text);
  if (match === null) return undefined;
  return microsOfTime(Number(match[1]), Number(match[2]), Number(match[3] ?? 0), match[4] ?? "");
}

/** `03:04:05` or `03:04:05.678900` of microseconds since midnight. */
export function formatTimeMicros(micros: number): string {
  if (!(micros >= 0 && micros < microsPerDay)) throw new RangeError(`${micros} microseconds are not a time of day.`);
  const seconds = Math.floor(micros / 1_000_000);
  const rest = micros - seconds * 1_000_000;
  const minutes = Math.floor(seconds / 60);
  const text = `${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}:${twoDigits(seconds % 60)}`;
  return rest === 0 ? text : `${text}.${String(rest).padStart(6, "0")}`;
}

/** `+00:00`, `-05:30`. */
export function formatOffset(minutes: number): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${twoDigits(Math.floor(size / 60))}:${twoDigits(size % 60)}`;
}

const basicTime = /^(?<hour>\d\d)(?:(?<minute>\d\d)(?=\D|$)|:(?<minute2>\d\d)|(?<minute3>\d\d)(?<second>\d\d)(?:[.,](?<part>\d+))?)?/;
const looseTime = /^ ?(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?(?:[.|,](\d{1,9}))?$/;

function microsOfTime(hour: number, minute: number, second: number, part: string): number | undefined {
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return hour * 3_600_000_000 + minute * 60_000_000 + second * 1_000_000 + fraction(part, 0, part.length);
}

/** Microseconds of the digits of a fraction; those beyond the sixth are cut off, as dlt does. */
function fraction(text: string, from: number, to: number): number {
  let micros = 0;
  for (let index = 0; index < 6; index++) {
    micros = micros * 10 + (from + index < to ? text.charCodeAt(from + index) - 48 : 0);
  }
  return micros;
}

function endOfDigits(text: string, from: number): number {
  let end = from;
  while (isDigit(text.charCodeAt(end))) end++;
  return end;
}

function withOffset(micros: number, text: string, at: number): IsoTime | undefined {
  if (at === text.length) return { micros, offsetMinutes: undefined };
  if (text.charCodeAt(at) === 0x5a) return at + 1 === text.length ? { micros, offsetMinutes: 0 } : undefined;
  const offsetMinutes = parseOffset(text, at);
  return offsetMinutes === undefined ? undefined : { micros, offsetMinutes };
}

/** `+HH`, `+HH:`, `+HHMM` or `+HH:MM`, less than a day. dlt takes 60 to 99 minutes too, and so do we. */
function parseOffset(text: string, at: number): number | undefined {
  const sign = text.charCodeAt(at);
  if (sign !== 0x2b && sign !== 0x2d) return undefined;
  const minuteAt = text.charCodeAt(at + 3) === 0x3a ? at + 4 : at + 3;
  if (text.length !== minuteAt && text.length !== minuteAt + 2) return undefined;
  const minutes = digits(text, at + 1) * 60 + (text.length === minuteAt ? 0 : digits(text, minuteAt));
  if (!(minutes < 1440)) return undefined;
  return sign === 0x2d && minutes > 0 ? -minutes : minutes;
}
