import { ConfigError } from "../../core/errors.ts";
import { PlainDateTime } from "../../core/plain-date-time.ts";
import { microsOf, Timestamp } from "../../core/timestamp.ts";
import { isArrowData } from "../../formats/arrow/arrow-data.ts";
import { type BorderEnvironment, BorderRows } from "./border-rows.ts";
import type { CursorRule } from "./cursor-rule.ts";
import { compareValues, copyDate, cursorValue, isSameValue } from "./cursor-value.ts";
import { CursorMissingError, CursorTypeError } from "./errors.ts";
import type { Cursor } from "./incremental-options.ts";
import { withLag } from "./lag.ts";
import { type CursorSlot, storedHashes, storeHashes } from "./slot.ts";

/** One cursor during a run: which rows are new to it, and how far it got. What it stores is dlt's, to the letter. Null stands for no value. */
export class BoundCursor implements Cursor<unknown> {
  readonly rule: CursorRule;
  readonly #slot: CursorSlot;
  readonly #border: BorderRows | undefined;
  /** Some of the hashes that the run before has left are chunks. */
  readonly #hasChunks: boolean;
  readonly #warn: (code: string, message: string) => void;
  /** What rows are held against: the last value of the run before, less the lag. */
  start: unknown;
  /** The furthest value so far, from `start` on. */
  last: unknown;
  end: unknown;
  /** What the slot says of the start, once a row has passed. */
  readonly #storedStart: unknown;
  /** A row has shown which kind of values comes. */
  #isSeen = false;
  #hasMoved = false;
  startOutOfRange = false;
  endOutOfRange = false;

  /** Throws ConfigError when what is stored does not go with the lag. */
  constructor(rule: CursorRule, slot: CursorSlot, environment: BorderEnvironment) {
    this.rule = rule;
    this.#slot = slot;
    this.#warn = environment.warn;
    this.#storedStart = slot.last_value ?? null;
    this.start = startOf(rule, this.#storedStart);
    this.last = this.start;
    this.end = rule.end;
    const stored = storedHashes(slot);
    this.#hasChunks = stored.chunks.length > 0;
    this.#border = rule.deduplicates ? new BorderRows(rule, stored, environment) : undefined;
  }

  get initialValue(): unknown {
    return shown(this.rule.initial);
  }

  get startValue(): unknown {
    return shown(this.start);
  }

  get lastValue(): unknown {
    return shown(this.last);
  }

  get endValue(): unknown {
    return shown(this.end);
  }

  /** Whether a row is new. Throws CursorMissingError, CursorTypeError. */
  passes(row: unknown): boolean {
    const { rule } = this;
    const found = rule.path.read(row);
    if (found === undefined && isArrowData(row)) throw mixedPage(rule.resource);
    if (found === undefined || found === null) return this.passesWithout(() => row, found === null);
    const value = typeof found === "object" ? cursorValue(found) : found;
    if (!this.#isSeen) this.#adapt(value);
    if (this.end !== null && this.#isPastEnd(value, row)) {
      this.endOutOfRange = true;
      return false;
    }
    this.#isSeen = true;
    return rule.ownFunc === undefined ? this.#passesInOrder(value, row) : this.#passesBy(rule.ownFunc, value, row);
  }

  /** A row without a value. Throws CursorMissingError, with what `row` gives. */
  passesWithout(row: () => unknown, isNull: boolean): boolean {
    const { resource, path, options } = this.rule;
    const { onCursorValueMissing = "raise" } = options;
    if (onCursorValueMissing === "raise") throw new CursorMissingError({ resource, cursorPath: path.text, row: row(), isNull });
    return onCursorValueMissing === "include";
  }

  /** A row at the start: one that was there the last time is left out. Throws MissingKeyError. */
  isKnownAtStart(row: () => unknown): boolean {
    if (this.rule.isStartOpen) return this.#isKnown(true);
    return this.#isKnown(this.#border?.hasKnown === true && this.#border.wasKnown(row()));
  }

  /** The values that are to come are of the kind of this one. */
  adaptTo(value: unknown): void {
    if (!this.#isSeen) this.#adapt(value);
    this.#isSeen = true;
  }

  /** The cursor would move there. */
  isAhead(value: unknown): boolean {
    return this.last === null || this.rule.direction * compareValues(value, this.last) > 0;
  }

  /** Rows that have passed at the furthest value of a column. Throws MissingKeyError. */
  reach(value: unknown, rows: readonly unknown[]): void {
    const order = this.last === null ? 1 : this.rule.direction * compareValues(value, this.last);
    if (order < 0) return;
    const [first, ...others] = rows;
    if (order > 0) this.last = value;
    if (order > 0 && rows.length > 0) this.#border?.restart(first);
    else if (rows.length > 0) this.#border?.add(first);
    for (const row of others) this.#border?.add(row);
  }

  /** Rows at the border are told apart. */
  get deduplicates(): boolean {
    return this.#border !== undefined;
  }

  /** A value that cannot be compared with the start or `endValue`, or with none. */
  typeError(value: unknown, row: unknown, against?: "start" | "endValue"): CursorTypeError {
    if (against === undefined) return this.#typeError(value, row);
    return this.#typeError(value, row, against === "start" ? { value: this.start, what: lastName } : { value: this.end, what: against });
  }

  /** Rows that came together are through: the slot follows. `hasPassed`: one of them at least was new. */
  endPage(hasPassed: boolean): void {
    const slot = this.#slot;
    if (!this.#hasMoved) this.#keepStored();
    slot.last_value = this.last;
    if (hasPassed) slot.start_value = this.#storedStart;
    if (this.#border === undefined) {
      if (slot.unique_hashes.length > 0) slot.unique_hashes = [];
      if (slot.leat_border !== undefined) delete slot.leat_border;
    } else this.#border.endPage();
  }

  /** The slot gets all that it is to have, before it is stored. */
  settle(): void {
    const slot = this.#slot;
    const border = this.#border?.stored();
    if (border !== undefined) storeHashes(slot, border, this.#border!.size);
    // The value may have become one with an offset, or without.
    else if (slot.leat_border !== undefined && this.#hasChunks) slot.leat_border.last_value = slot.last_value;
  }

  /** What is stored never goes back, however far the lag does. */
  #keepStored(): void {
    this.#hasMoved = true;
    const { rule } = this;
    const stored = this.#storedStart;
    if (!rule.hasLag || rule.isStateless || stored === null || this.last === null) return;
    if (rule.direction * compareValues(this.last, stored) < 0) this.last = stored;
  }

  #passesInOrder(value: unknown, row: unknown): boolean {
    if (this.last === null) {
      if (compareValues(value, value) !== 0) throw this.#typeError(value, row);
      this.#advance(value, row);
      return true;
    }
    const ahead = this.#ahead(value, this.last, row, lastName);
    if (ahead > 0) {
      this.#advance(value, row);
      return true;
    }
    if (this.start !== null) {
      const fromStart = this.start === this.last ? ahead : this.#ahead(value, this.start, row, lastName);
      if (fromStart < 0) this.startOutOfRange = true;
      if (fromStart < 0 || (fromStart === 0 && this.#isRowKnown(row))) return false;
    }
    if (ahead === 0) this.#border?.add(row);
    return true;
  }

  /** As `#passesInOrder`, asking the user's function in place of an order. */
  #passesBy(func: NonNullable<CursorRule["ownFunc"]>, value: unknown, row: unknown): boolean {
    const { start, last } = this;
    const next = func(last === null ? [value] : [value, last]);
    if (last === null || !isSameValue(last, next)) {
      this.#advance(cursorValue(next), row);
      return true;
    }
    const alone = func([value]);
    if (start !== null && isSameValue(func([value, start]), start)) {
      if (!isSameValue(alone, start)) {
        this.startOutOfRange = true;
        return false;
      }
      if (this.#isRowKnown(row)) return false;
    }
    if (isSameValue(alone, last)) this.#border?.add(row);
    return true;
  }

  /** As `isKnownAtStart`, without a closure per row. */
  #isRowKnown(row: unknown): boolean {
    const { isStartOpen } = this.rule;
    return isStartOpen ? this.#isKnown(true) : this.#isKnown(this.#border?.wasKnown(row) ?? false);
  }

  #isKnown(isKnown: boolean): boolean {
    const { isStartOpen, isUnique } = this.rule;
    // Others with the same value may follow, unless there can be none.
    if (isKnown && (isStartOpen || isUnique)) this.startOutOfRange = true;
    return isKnown;
  }

  #advance(value: unknown, row: unknown): void {
    // The state would keep nothing of it, and the next run begin anew.
    if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) throw this.#typeError(value, row);
    this.last = value;
    this.#border?.restart(row);
  }

  #isPastEnd(value: unknown, row: unknown): boolean {
    const { ownFunc, isEndOpen } = this.rule;
    if (ownFunc === undefined) {
      const ahead = this.#ahead(value, this.end, row, "endValue");
      return ahead > 0 || (isEndOpen && ahead === 0);
    }
    return !isSameValue(ownFunc([value, this.end]), this.end) || (isEndOpen && isSameValue(ownFunc([value]), this.end));
  }

  #ahead(value: unknown, other: unknown, row: unknown, what: string): number {
    const order = compareValues(value, other);
    if (Number.isNaN(order)) throw this.#typeError(value, row, { value: other, what });
    return this.rule.direction === 1 ? order : -order;
  }

  #typeError(value: unknown, row: unknown, against?: { readonly value: unknown; readonly what: string }): CursorTypeError {
    const { resource, path } = this.rule;
    return new CursorTypeError({ resource, cursorPath: path.text, value, row, ...(against === undefined ? {} : { against }) });
  }

  /** Date-times with and without an offset have no order. The rows decide: what is stored or declared follows them, naive ones count as UTC. */
  #adapt(value: unknown): void {
    const adapted = inKindOf(value, this.start);
    if (adapted !== this.start) {
      this.#warnOfZone("initialValue, or the last value of the run before,", value, this.start);
      this.start = adapted;
      this.last = adapted;
    }
    const end = inKindOf(value, this.end);
    if (end !== this.end) this.#warnOfZone("endValue", value, this.end);
    this.end = end;
  }

  #warnOfZone(what: string, value: unknown, other: unknown): void {
    const { resource, path } = this.rule;
    const [row, known] = value instanceof Date ? ["with", "without"] : ["without", "with"];
    this.#warn(
      "cursor-timezone",
      `\`${path.text}\` of resource \`${resource}\` has values ${row} an offset, and ${what} is one ${known} (${String(other)}). It is taken for the same in UTC.`,
    );
  }
}

function mixedPage(resource: string): ConfigError {
  return new ConfigError(
    `Resource \`${resource}\` has a cursor and gives a page that has rows, and then an Arrow table: yield them one after the other.`,
  );
}

const lastName = "initialValue or the last value";

function startOf(rule: CursorRule, stored: unknown): unknown {
  const { hasLag, isStateless, initial, direction, resource } = rule;
  const { lag = 0 } = rule.options;
  if (!hasLag || isStateless || stored === null) return stored;
  const lagged = orElse(initial ?? undefined, () => withLag(stored, lag, initial, direction));
  if (lagged === undefined) {
    throw new ConfigError(
      `The lag ${JSON.stringify(lag)} of resource \`${resource}\` does not go with its cursor, which is at ${String(stored)}: ` +
        'a number goes with numbers, a duration such as "2h" with dates and date texts.',
    );
  }
  if (initial === null) return lagged;
  const order = direction * compareValues(lagged, inKindOf(lagged, initial));
  return order <= 0 ? initial : lagged;
}

/** A lag may go beyond the year 1. */
function orElse(fallback: unknown, make: () => unknown): unknown {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError) return fallback;
    throw error;
  }
}

/** A date-time with or without offset, as `value` is one. */
function inKindOf(value: unknown, other: unknown): unknown {
  if (value instanceof Date && other instanceof PlainDateTime) return Timestamp.fromMicros(other.micros);
  if (value instanceof PlainDateTime && other instanceof Date) return PlainDateTime.fromMicros(microsOf(other));
  return other;
}

function shown(value: unknown): unknown {
  return value === null ? undefined : copyDate(value);
}
