import { RowInvalidError } from "../errors.ts";
import type { Loose } from "../rows.ts";
import type { BorderEnvironment } from "./border-rows.ts";
import { BoundCursor } from "./bound-cursor.ts";
import type { CursorRule } from "./cursor-rule.ts";
import { compareValues, copyDate, cursorValue, isSameValue } from "./cursor-value.ts";
import type { Cursor } from "./incremental-options.ts";
import { askedPartitionKey, partitionKey } from "./partition-key.ts";
import { keyOfRow, MissingKeyError } from "./row-key.ts";
import { define, isObject, newSlot, own, type PartitionedState } from "./slot.ts";

/** One of the cursors, and what came of it in the page at hand. */
export interface Partition {
  readonly key: string;
  readonly cursor: BoundCursor;
  readonly slot: PartitionedState;
  isRead: boolean;
  hasPassed: boolean;
}

/**
 * A cursor for each value of a column. They are stored inside of the slot of the resource, where dlt leaves them alone; what the slot itself says is how far the
 * furthest of them is.
 */
export class Partitions {
  readonly #rule: CursorRule;
  readonly #column: string;
  readonly #whole: PartitionedState;
  readonly #environment: BorderEnvironment;
  readonly #byKey = new Map<string, Partition>();
  /** Keys of most rows are texts and numbers, which are found without being written as text. */
  readonly #byValue = new Map<unknown, Partition>();
  readonly #touched = new Set<Partition>();
  #last: unknown;

  /** `whole` is the slot of the resource. */
  constructor(rule: CursorRule, column: string, whole: PartitionedState, environment: BorderEnvironment) {
    this.#rule = rule;
    this.#column = column;
    this.#whole = whole;
    this.#environment = environment;
    this.#last = whole.last_value ?? null;
  }

  /** The furthest value of all partitions. */
  get lastValue(): unknown {
    return this.#last === null ? undefined : copyDate(this.#last);
  }

  get startOutOfRange(): boolean {
    return [...this.#byKey.values()].some(({ cursor }) => cursor.startOutOfRange);
  }

  get endOutOfRange(): boolean {
    return [...this.#byKey.values()].some(({ cursor }) => cursor.endOutOfRange);
  }

  /** Throws ConfigError for what is no key. */
  cursorFor(key: unknown): Cursor<unknown> {
    return shown(this.#partition(askedPartitionKey(this.#rule.resource, key)).cursor);
  }

  /** The partition of a row. Throws RowInvalidError. */
  ofRow(row: unknown, rowIndex: number): Partition {
    return this.of(keyIn(row, this.#column), rowIndex);
  }

  /** The partition of rows with this value in the column. Throws RowInvalidError. */
  of(value: unknown, rowIndex: number): Partition {
    const partition = this.#byValue.get(value) ?? this.#found(value, rowIndex);
    this.#touched.add(partition);
    return partition;
  }

  /** As `endPage` of one cursor, for all that had rows. */
  endPage(): void {
    for (const partition of this.#touched) {
      const { cursor, hasPassed } = partition;
      cursor.endPage(hasPassed);
      partition.hasPassed = false;
      partition.isRead = true;
      this.#reach(cursor.last);
    }
    this.#touched.clear();
  }

  /** The slot gets all that it is to have. */
  settle(): void {
    const read = [...this.#byKey.values()].filter(({ isRead }) => isRead);
    if (read.length === 0) return;
    if (!isObject(this.#whole.partitions)) this.#whole.partitions = {};
    const stored = this.#whole.partitions as Loose;
    for (const { key, cursor, slot } of read) {
      cursor.settle();
      const { last_value, unique_hashes, leat_border } = slot;
      define(stored, key, { last_value, unique_hashes, ...(leat_border === undefined ? {} : { leat_border }) });
    }
    this.#whole.last_value = this.#last;
    this.#whole.unique_hashes = this.#hashesAtLast(stored);
  }

  #found(value: unknown, rowIndex: number): Partition {
    const key = partitionKey(value);
    if (key === undefined) {
      const isThere = value !== undefined && value !== null;
      const what = `${isThere ? `a value of type ${typeof value}` : "no value"} for the partition of its cursor, which has to be a text, a number or a list of these,`;
      throw new RowInvalidError({ resource: this.#rule.resource, rowIndex, path: this.#column, what });
    }
    const partition = this.#partition(key);
    if (typeof value !== "object") this.#byValue.set(value, partition);
    return partition;
  }

  #partition(key: string): Partition {
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const stored = own((this.#whole.partitions ?? {}) as Loose, key) as Partial<PartitionedState> | undefined;
    const slot: PartitionedState = { ...newSlot(this.#rule), ...stored };
    const partition = { key, slot, cursor: new BoundCursor(this.#rule, slot, this.#environment), isRead: false, hasPassed: false };
    this.#byKey.set(key, partition);
    return partition;
  }

  #reach(value: unknown): void {
    if (value === null) return;
    const { ownFunc, direction } = this.#rule;
    const isFurther =
      this.#last === null ||
      (ownFunc === undefined ? direction * compareValues(value, this.#last) > 0 : !isSameValue(ownFunc([value, this.#last]), this.#last));
    if (isFurther) this.#last = cursorValue(value);
  }

  /** Of the rows that a cursor without partitions would compare one by one. */
  #hashesAtLast(stored: Readonly<Loose>): string[] {
    const atLast = (Object.values(stored) as PartitionedState[]).filter(({ last_value }) => isSameValue(last_value, this.#last));
    return [...new Set(atLast.flatMap(({ unique_hashes }) => unique_hashes))];
  }
}

/** Undefined for a row without it. */
function keyIn(row: unknown, column: string): unknown {
  try {
    return keyOfRow(row, column);
  } catch (error) {
    if (error instanceof MissingKeyError) return undefined;
    throw error;
  }
}

/** As users see it. */
function shown(cursor: BoundCursor): Cursor<unknown> {
  return {
    get initialValue() {
      return cursor.initialValue;
    },
    get startValue() {
      return cursor.startValue;
    },
    get lastValue() {
      return cursor.lastValue;
    },
    get endValue() {
      return cursor.endValue;
    },
  };
}
