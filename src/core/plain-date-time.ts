import { formatMicros, type Micros, parseIsoDateTime } from "./iso.ts";
import { compareMicros, splitMicros } from "./micros.ts";
import { PlainDate } from "./plain-date.ts";
import { PlainTime } from "./plain-time.ts";
import { shownAsText } from "./shown-as-text.ts";

/** A date and time without a zone (dlt: naive datetime, `timezone: false`). */
export class PlainDateTime {
  readonly #micros: Micros;

  private constructor(micros: Micros) {
    this.#micros = micros;
  }

  /** Parses `2024-01-02T03:04:05`. A text with an offset is an instant: see `Timestamp`. Throws RangeError. */
  static from(text: string): PlainDateTime {
    const parsed = parseIsoDateTime(text);
    if (parsed === undefined || parsed.offsetMinutes !== undefined) {
      throw new RangeError(`Not a date-time without offset: ${JSON.stringify(text)}. Write it as 2024-01-02T03:04:05.`);
    }
    return new PlainDateTime(parsed.micros);
  }

  /** @internal Of the wall clock as microseconds since 1970. */
  static fromMicros(micros: Micros): PlainDateTime {
    formatMicros(micros, { offset: false });
    return new PlainDateTime(micros);
  }

  /** For sort(): the earlier one first. */
  static compare(a: PlainDateTime, b: PlainDateTime): -1 | 0 | 1 {
    return compareMicros(a.#micros, b.#micros);
  }

  toPlainDate(): PlainDate {
    return PlainDate.fromDays(splitMicros(this.#micros).days);
  }

  toPlainTime(): PlainTime {
    return PlainTime.fromMicros(splitMicros(this.#micros).micros);
  }

  /** @internal The wall clock as microseconds since 1970. */
  get micros(): Micros {
    return this.#micros;
  }

  equals(other: PlainDateTime): boolean {
    return compareMicros(this.#micros, other.#micros) === 0;
  }

  /** `2024-01-02T03:04:05`, with as many digits of a second as it needs. */
  toString(): string {
    return formatMicros(this.#micros, { offset: false });
  }

  toJSON(): string {
    return this.toString();
  }
}

shownAsText(PlainDateTime.prototype, "PlainDateTime");
