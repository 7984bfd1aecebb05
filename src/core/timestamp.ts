import { formatMicros, formatOffset, type Micros, parseIsoDateTime } from "./iso.ts";
import { shownAsText } from "./shown-as-text.ts";

/** A `Date` that keeps microseconds. Timestamps are typed `Date`; those that leat reads are `Timestamp`. Prints six digits when the last three are not 0. */
export class Timestamp extends Date {
  /** 0 to 999, added to the milliseconds. */
  readonly microseconds: number;
  /** The offset it was written with. It is no part of the value; leat prints it again, so that a document of dlt that was only read does not change. */
  readonly #offsetMinutes: number;

  constructor(milliseconds: number, microseconds = 0, offsetMinutes = 0) {
    super(milliseconds);
    this.microseconds = microseconds;
    this.#offsetMinutes = offsetMinutes;
  }

  /** Parses ISO 8601 with an offset. Throws RangeError. */
  static from(text: string): Timestamp {
    const parsed = parseIsoDateTime(text);
    if (parsed?.offsetMinutes === undefined) {
      throw new RangeError(`Not a timestamp with an offset: ${JSON.stringify(text)}. Write it as 2024-01-02T03:04:05Z.`);
    }
    return Timestamp.fromMicros(parsed.micros, parsed.offsetMinutes);
  }

  /** @internal Of microseconds since 1970 in UTC. */
  static fromMicros(micros: Micros, offsetMinutes = 0): Timestamp {
    const exact = typeof micros === "number";
    const microseconds = exact ? ((micros % 1000) + 1000) % 1000 : Number(((micros % 1000n) + 1000n) % 1000n);
    const milliseconds = exact ? (micros - microseconds) / 1000 : Number((micros - BigInt(microseconds)) / 1000n);
    return new Timestamp(milliseconds, microseconds, offsetMinutes);
  }

  /** @internal Minutes east of UTC that `date` was written with; 0 for a plain `Date`. */
  static offsetMinutesOf(date: Date): number {
    return #offsetMinutes in date ? date.#offsetMinutes : 0;
  }

  override toISOString(): string {
    const text = super.toISOString();
    return this.microseconds === 0 ? text : `${text.slice(0, -1)}${String(this.microseconds).padStart(3, "0")}Z`;
  }

  override toJSON(): string {
    return this.toISOString();
  }

  override toString(): string {
    return this.toISOString();
  }
}

shownAsText(Timestamp.prototype, "Timestamp");

/** Microseconds since 1970 in UTC. Throws RangeError for an invalid date. */
export function microsOf(date: Date): Micros {
  const milliseconds = date.getTime();
  if (Number.isNaN(milliseconds)) throw new RangeError("An invalid date has no microseconds.");
  const microseconds = date instanceof Timestamp ? date.microseconds : 0;
  const micros = milliseconds * 1000 + microseconds;
  return Number.isSafeInteger(micros) ? micros : BigInt(milliseconds) * 1000n + BigInt(microseconds);
}

/** The text of a point in time in documents: `2024-01-02T03:04:05.678900+00:00`, with the offset that it was read with. */
export function timestampText(date: Date): string {
  const offset = Timestamp.offsetMinutesOf(date);
  const micros = microsOf(date);
  if (offset === 0) return formatMicros(micros, { offset: true });
  const shift = offset * 60_000_000;
  const local = typeof micros === "number" && Number.isSafeInteger(micros + shift) ? micros + shift : BigInt(micros) + BigInt(shift);
  return formatMicros(local, { offset: false }) + formatOffset(offset);
}
