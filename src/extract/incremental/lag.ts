import { Decimal } from "decimal.js";
import { type Duration, durationMs } from "../../core/duration.ts";
import { formatMicros } from "../../core/iso.ts";
import { formatDays, parseDay } from "../../core/iso-date.ts";
import { parseStrictDateTime } from "../../core/iso-date-time.ts";
import { microsPerDay } from "../../core/micros.ts";
import { PlainDate } from "../../core/plain-date.ts";
import { PlainDateTime } from "../../core/plain-date-time.ts";
import { microsOf, Timestamp } from "../../core/timestamp.ts";

/**
 * The value that lies `lag` behind `value`: before it, or after it for a cursor that goes down (`direction` -1). Texts keep their form, dates their kind.
 * A bare number is seconds or days, whichever `initial` (else the value) is; undefined when the value is no number, date or date text, or its kind does
 * not go with the lag. Throws RangeError for a date outside of the years 1 to 9999.
 */
export function withLag(value: unknown, lag: number | Duration, initial: unknown, direction: 1 | -1): unknown {
  if (typeof lag === "number" && !isDateLike(value)) return numberWithLag(value, lag * direction);
  const moment = momentOf(value);
  if (moment === undefined) return undefined;
  if (typeof lag === "string") return moment.write(shifted(moment, durationMicros(lag, moment.isDate), direction));
  if (!(momentOf(initial)?.isDate ?? moment.isDate)) return moment.write(shifted(moment, BigInt(Math.round(lag * 1_000_000)), direction));
  // The whole day is read again.
  const day = floorDays(moment.micros) - BigInt(Math.ceil(lag * direction));
  return moment.write(day * perDay + (direction === 1 || moment.isDate ? 0n : perDay - 1n));
}

const perDay = BigInt(microsPerDay);

/** A date or a date-time: microseconds since 1970, and how such a value is written. */
interface Moment {
  readonly micros: bigint;
  readonly isDate: boolean;
  write(micros: bigint): unknown;
}

function isDateLike(value: unknown): boolean {
  return typeof value === "string" || value instanceof Date || value instanceof PlainDate || value instanceof PlainDateTime;
}

function numberWithLag(value: unknown, back: number): unknown {
  if (typeof value === "number") return Number.isInteger(value) ? Math.trunc(value - back) : value - back;
  if (typeof value === "bigint") return Number.isInteger(back) ? value - BigInt(back) : BigInt(Math.trunc(Number(value) - back));
  return Decimal.isDecimal(value) ? new Decimal(value.toString()).minus(back) : undefined;
}

function shifted({ micros }: Moment, back: bigint, direction: 1 | -1): bigint {
  return direction === 1 ? micros - back : micros + back;
}

/** Dates have no parts of days: rather too much is read than too little. */
function durationMicros(lag: Duration, isDate: boolean): bigint {
  const micros = BigInt(durationMs(lag)) * 1000n;
  return isDate ? ((micros + perDay - 1n) / perDay) * perDay : micros;
}

function floorDays(micros: bigint): bigint {
  return (micros - (((micros % perDay) + perDay) % perDay)) / perDay;
}

function momentOf(value: unknown): Moment | undefined {
  if (typeof value === "string") return textMoment(value);
  if (value instanceof Date) {
    const offset = Timestamp.offsetMinutesOf(value);
    return { micros: BigInt(microsOf(value)), isDate: false, write: (micros) => Timestamp.fromMicros(micros, offset) };
  }
  if (value instanceof PlainDateTime)
    return { micros: BigInt(value.micros), isDate: false, write: (micros) => PlainDateTime.fromMicros(micros) };
  if (value instanceof PlainDate)
    return { micros: BigInt(value.days) * perDay, isDate: true, write: (micros) => PlainDate.fromDays(Number(floorDays(micros))) };
  return undefined;
}

const dateText = /^(\d{4})(-?)(\d{2})\2(\d{2})$/;
const dateTimeText = /^\d{4}-\d{2}-\d{2}([T ])\d{2}(?::\d{2}(?::\d{2}(?:\.(\d{1,6}))?)?)?(Z|[+-]\d{2}:?\d{2})?$/;

function textMoment(text: string): Moment | undefined {
  const date = dateText.exec(text);
  if (date !== null) {
    const [, year, hyphen, month, day] = date;
    const days = parseDay(`${year}-${month}-${day}`);
    const write = (micros: bigint): string => formatDays(Number(floorDays(micros))).replaceAll("-", hyphen!);
    return days === undefined ? undefined : { micros: BigInt(days) * perDay, isDate: true, write };
  }
  const [, separator, fraction = "", zone = ""] = dateTimeText.exec(text) ?? [];
  const parsed = separator === undefined ? undefined : parseStrictDateTime(text);
  if (parsed === undefined) return undefined;
  const offset = BigInt(parsed.offsetMinutes ?? 0) * 60_000_000n;
  const length = text.length - zone.length;
  const write = (micros: bigint): string => {
    const written = formatMicros(micros + offset, { offset: false });
    const exact = written.includes(".") || fraction === "" ? written : `${written}.000000`;
    return exact.slice(0, length).replace("T", separator!) + zone;
  };
  return { micros: BigInt(parsed.micros), isDate: false, write };
}
