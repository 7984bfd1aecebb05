import { dayOf, daysOf } from "./calendar.ts";
import { formatDays, parseDay } from "./iso-date.ts";
import { shownAsText } from "./shown-as-text.ts";

/** A calendar date. Members and text are Temporal's, so that Temporal can replace it; Temporal's own values are accepted wherever these are. */
export class PlainDate {
  /** 1 to 9999. */
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
  readonly #days: number;

  /** Throws RangeError when there is no such day in the years 1 to 9999. */
  constructor(year: number, month: number, day: number) {
    const days = daysOf(year, month, day);
    if (days === undefined) throw new RangeError(`There is no day ${year}-${month}-${day}.`);
    this.year = year;
    this.month = month;
    this.day = day;
    this.#days = days;
  }

  /** Parses `2024-01-02`. Throws RangeError. */
  static from(text: string): PlainDate {
    const days = text.length === 10 ? parseDay(text) : undefined;
    if (days === undefined) throw new RangeError(`Not a date: ${JSON.stringify(text)}. Write it as 2024-01-02.`);
    return PlainDate.fromDays(days);
  }

  /** @internal The date that lies `days` after 1970-01-01. */
  static fromDays(days: number): PlainDate {
    const { year, month, day } = dayOf(days);
    return new PlainDate(year, month, day);
  }

  /** For sort(): the earlier one first. */
  static compare(a: PlainDate, b: PlainDate): -1 | 0 | 1 {
    return a.#days < b.#days ? -1 : a.#days > b.#days ? 1 : 0;
  }

  /** @internal Days since 1970-01-01. */
  get days(): number {
    return this.#days;
  }

  equals(other: PlainDate): boolean {
    return this.#days === other.#days;
  }

  /** `2024-01-02`. */
  toString(): string {
    return formatDays(this.#days);
  }

  toJSON(): string {
    return this.toString();
  }
}

shownAsText(PlainDate.prototype, "PlainDate");
