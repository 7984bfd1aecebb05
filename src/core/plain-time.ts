import { formatTimeMicros, parseIsoTime } from "./iso.ts";
import { shownAsText } from "./shown-as-text.ts";

/** A wall-clock time with microseconds. Members and text are Temporal's. */
export class PlainTime {
  readonly #micros: number;

  private constructor(micros: number) {
    this.#micros = micros;
  }

  /** Parses `03:04`, `03:04:05` or `03:04:05.678`. Throws RangeError. */
  static from(text: string): PlainTime {
    const time = parseIsoTime(text);
    if (time === undefined || time.offsetMinutes !== undefined) {
      throw new RangeError(`Not a time of day: ${JSON.stringify(text)}. Write it as 03:04:05.`);
    }
    return new PlainTime(time.micros);
  }

  /** @internal The time that lies `micros` microseconds after midnight. */
  static fromMicros(micros: number): PlainTime {
    formatTimeMicros(micros);
    return new PlainTime(micros);
  }

  /** For sort(): the earlier one first. */
  static compare(a: PlainTime, b: PlainTime): -1 | 0 | 1 {
    return a.#micros < b.#micros ? -1 : a.#micros > b.#micros ? 1 : 0;
  }

  get hour(): number {
    return Math.floor(this.#micros / 3_600_000_000);
  }

  get minute(): number {
    return Math.floor(this.#micros / 60_000_000) % 60;
  }

  get second(): number {
    return Math.floor(this.#micros / 1_000_000) % 60;
  }

  get millisecond(): number {
    return Math.floor(this.#micros / 1000) % 1000;
  }

  get microsecond(): number {
    return this.#micros % 1000;
  }

  /** @internal Microseconds since midnight. */
  get micros(): number {
    return this.#micros;
  }

  equals(other: PlainTime): boolean {
    return this.#micros === other.#micros;
  }

  /** `03:04:05`, with as many digits of a second as it needs. */
  toString(): string {
    return formatTimeMicros(this.#micros);
  }

  toJSON(): string {
    return this.toString();
  }
}

shownAsText(PlainTime.prototype, "PlainTime");
