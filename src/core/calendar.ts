/** A day of the proleptic Gregorian calendar. */
export interface CalendarDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Days since 1970-01-01, or undefined when there is no such day in the years 1 to 9999 (those that Python, and so dlt, can hold). NaN is no day. */
export function daysOf(year: number, month: number, day: number): number | undefined {
  const exists = year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  return exists ? countDays(year, month, day) : undefined;
}

/** Days since 1970-01-01 of the n-th day of a year, or undefined when the year has no such day. */
export function daysOfOrdinal(year: number, ordinal: number): number | undefined {
  if (year < 1 || year > 9999 || ordinal < 1 || ordinal > (isLeap(year) ? 366 : 365)) return undefined;
  return countDays(year, 1, 1) + ordinal - 1;
}

/**
 * Days since 1970-01-01 of a day of an ISO week (weekday 1 is Monday), or undefined when the year has no such week.
 * As in dlt, week 0 is the one before week 1 and weekday 0 the day before Monday.
 */
export function daysOfWeek(year: number, week: number, weekday: number): number | undefined {
  if (year < 1 || year > 9999 || week > weeksInYear(year) || weekday > 7) return undefined;
  const days = firstMonday(year) + (week - 1) * 7 + weekday - 1;
  return isDay(days) ? days : undefined;
}

/** True for a count of days that lies in the years 1 to 9999. */
export function isDay(days: number): boolean {
  return days >= firstDay && days <= lastDay;
}

/** The calendar day of a count of days since 1970-01-01. */
export function dayOf(days: number): CalendarDay {
  const shifted = days + epochFromMarch0000;
  const era = Math.floor(shifted / daysPerEra);
  const dayOfEra = shifted - era * daysPerEra;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

const firstDay = -719162; // 0001-01-01
const lastDay = 2932896; // 9999-12-31
const daysPerEra = 146097; // 400 years
const epochFromMarch0000 = 719468;
const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeap(year) ? 29 : (monthLengths[month - 1] ?? 0);
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Counts years from March, so that the leap day is the last of its year. `| 0` rounds down and keeps V8 on integers: this runs for every date-time. */
function countDays(year: number, month: number, day: number): number {
  const fromMarch = month <= 2 ? year - 1 : year;
  const leapDays = ((fromMarch / 4) | 0) - ((fromMarch / 100) | 0) + ((fromMarch / 400) | 0);
  const dayOfYear = (((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) | 0) + day - 1;
  return fromMarch * 365 + leapDays + dayOfYear - epochFromMarch0000;
}

/** The Monday of week 1: the week that holds January 4th. */
function firstMonday(year: number): number {
  const january4 = countDays(year, 1, 4);
  const sinceMonday = (((january4 + 3) % 7) + 7) % 7;
  return january4 - sinceMonday;
}

function weeksInYear(year: number): number {
  return (firstMonday(year + 1) - firstMonday(year)) / 7;
}
