import { formatDays, isDigit, looseDate, parseDay, parseLooseDate, parseStrictDate } from "./iso-date.ts";
import { formatTimeMicros, type IsoTime, parseBasicTime, parseExtendedTime, parseLooseTime } from "./iso-time.ts";
import { joinMicros, type Micros, splitMicros } from "./micros.ts";

/** A date-time: microseconds since 1970 (UTC when the text has an offset, else the wall clock as if it were UTC). */
export interface IsoDateTime {
  readonly micros: Micros;
  readonly offsetMinutes: number | undefined;
}

/**
 * Reads what dlt's `iso_timestamp` takes for a date-time, and nothing else; dates and times alone are not. That is ISO 8601
 * (`2024-01-02T03[:04[:05[.678]]]`, also with a space, basic `20240102T030405`, week and ordinal dates) and the loose
 * `2024/01/02 3:04:05`. Differs from dlt in one thing: an offset of 24 hours or more, which dlt detects but fails to read, is not a date-time.
 *
 * It runs for every text cell, hence the look at the first characters before anything else.
 */
export function parseIsoDateTime(text: string): IsoDateTime | undefined {
  if (text.length < 7 || !startsWithYear(text) || !mayHaveTime(text)) return undefined;
  return parseStrictDateTime(text) ?? parseLooseDateTime(text);
}

/** ISO 8601 only: the forms in which values are stored. */
export function parseStrictDateTime(text: string): IsoDateTime | undefined {
  const separator = text.charCodeAt(10);
  if ((separator === 0x54 || separator === 0x20) && text.charCodeAt(4) === 0x2d && text.charCodeAt(7) === 0x2d) {
    const days = parseDay(text);
    if (days !== undefined) return join(days, parseExtendedTime(text, 11));
  }
  return parseOtherForms(text);
}

/** `2024-01-02T03:04:05`, with six fraction digits when the part below a second is not 0, and `+00:00` for `offset`. */
export function formatMicros(micros: Micros, options: { readonly offset: boolean }): string {
  const split = splitMicros(micros);
  const text = `${formatDays(split.days)}T${formatTimeMicros(split.micros)}`;
  return options.offset ? `${text}+00:00` : text;
}

function startsWithYear(text: string): boolean {
  return isDigit(text.charCodeAt(0)) && isDigit(text.charCodeAt(1)) && isDigit(text.charCodeAt(2)) && isDigit(text.charCodeAt(3));
}

/** The earliest time begins at index 4 (`20241:05`), the latest colon lies at 12 (`2024/01/0203:04`). Numbers and dates alone have neither. */
function mayHaveTime(text: string): boolean {
  const end = Math.min(13, text.length);
  for (let index = 4; index < end; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x54 || code === 0x20 || code === 0x3a) return true;
  }
  return false;
}

/** Ordinal, week, month and basic dates: the date ends at index 7 to 10. */
function parseOtherForms(text: string): IsoDateTime | undefined {
  const separator = text.slice(7, 11).search(/[T ]/);
  if (separator === -1) return undefined;
  const date = parseStrictDate(text.slice(0, 7 + separator));
  if (date === undefined) return undefined;
  const time = text.slice(8 + separator);
  return join(date.days, date.extended ? parseExtendedTime(time, 0) : parseBasicTime(time));
}

/** `202403:04` is a date (month 03, day 04), not the year 2024 at 03:04. */
function parseLooseDateTime(text: string): IsoDateTime | undefined {
  const match = looseDateTime.exec(text);
  if (match === null || looseDate.test(text)) return undefined;
  const days = parseLooseDate(match[1] ?? "");
  const micros = parseLooseTime(match[2] ?? "");
  return days === undefined || micros === undefined ? undefined : { micros: joinMicros(days, micros), offsetMinutes: undefined };
}

const looseDateTime = /^(\d{4}(?:[/:]?\d\d[/:]?\d\d)?) ?(\d{1,2}:.+)$/;

function join(days: number, time: IsoTime | undefined): IsoDateTime | undefined {
  if (time === undefined) return undefined;
  const offset = time.offsetMinutes ?? 0;
  return { micros: joinMicros(days, time.micros - offset * 60_000_000), offsetMinutes: time.offsetMinutes };
}
