import { dayOf, daysOf, daysOfOrdinal, daysOfWeek } from "./calendar.ts";

/**
 * Days since 1970-01-01 of a date, in all forms that dlt takes for one: `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, `YYYYMMDD`, `YYYY-DDD`, `YYYYDDD`,
 * `YYYY-Www[-D]`, `YYYYWww[D]`, and year, month and day joined by `/` or `:`. Undefined for anything else.
 */
export function parseIsoDate(text: string): number | undefined {
  if (text.length === 10 && text.charCodeAt(4) === 0x2d && text.charCodeAt(7) === 0x2d) return parseDay(text);
  if (text.length < 4 || text.length > 10 || !isDigit(text.charCodeAt(0))) return undefined;
  return parseStrictDate(text)?.days ?? parseLooseDate(text);
}

/** Days since 1970-01-01 of the first ten characters, when they are `YYYY-MM-DD`. */
export function parseDay(text: string): number | undefined {
  if (text.charCodeAt(4) !== 0x2d || text.charCodeAt(7) !== 0x2d) return undefined;
  const year = digits(text, 0) * 100 + digits(text, 2);
  return daysOf(year, digits(text, 5), digits(text, 8));
}

/** A date of ISO 8601. `extended` tells the forms with hyphens, whose times have colons. A bare year has no time. */
export function parseStrictDate(text: string): { readonly days: number; readonly extended: boolean } | undefined {
  const match = strictDate.exec(text);
  if (match === null) return undefined;
  const days = daysOfMatch(match);
  return days === undefined ? undefined : { days, extended: text.charCodeAt(4) === 0x2d };
}

/** A year alone, or with month and day after it, joined by nothing, `/` or `:`. */
export function parseLooseDate(text: string): number | undefined {
  const match = looseDate.exec(text);
  return match === null ? undefined : daysOf(Number(match[1]), Number(match[2] ?? 1), Number(match[3] ?? 1));
}

/** The shape of a loose date; whether there is such a day is another question. */
export const looseDate: RegExp = /^(\d{4})(?:[/:]?(\d\d)[/:]?(\d\d))?$/;

/** `2024-01-02` of days since 1970-01-01. Throws RangeError outside of the years 1 to 9999. */
export function formatDays(days: number): string {
  const { year, month, day } = dayOf(days);
  if (!(year >= 1 && year <= 9999)) throw new RangeError(`Day ${days} is outside of the years 1 to 9999.`);
  return `${year < 1000 ? String(year).padStart(4, "0") : year}-${twoDigits(month)}-${twoDigits(day)}`;
}

/** Two decimal digits at `at`; NaN when there are none, so that every later check of a range fails. */
export function digits(text: string, at: number): number {
  const tens = text.charCodeAt(at);
  const ones = text.charCodeAt(at + 1);
  return isDigit(tens) && isDigit(ones) ? tens * 10 + ones - 528 : Number.NaN;
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

export function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

const strictDate =
  /^(\d{4})(?:-(?<month>\d\d)(?:-(?<day>\d\d))?|-(?<ordinal>\d{3})|-W(?<week>\d\d)(?:-(?<weekday>\d))?|(?<month2>\d\d)(?<day2>\d\d)|(?<ordinal2>\d{3})|W(?<week2>\d\d)(?<weekday2>\d)?)?$/;

function daysOfMatch(match: RegExpExecArray): number | undefined {
  const year = Number(match[1]);
  const part = match.groups ?? {};
  const ordinal = part["ordinal"] ?? part["ordinal2"];
  if (ordinal !== undefined) return daysOfOrdinal(year, Number(ordinal));
  const week = part["week"] ?? part["week2"];
  if (week !== undefined) return daysOfWeek(year, Number(week), Number(part["weekday"] ?? part["weekday2"] ?? 1));
  return daysOf(year, Number(part["month"] ?? part["month2"] ?? 1), Number(part["day"] ?? part["day2"] ?? 1));
}
