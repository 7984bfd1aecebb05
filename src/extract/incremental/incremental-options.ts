import type { Decimal } from "decimal.js";
import type { Duration } from "../../core/duration.ts";
import type { PlainDate } from "../../core/plain-date.ts";
import type { PlainDateTime } from "../../core/plain-date-time.ts";
import type { PlainTime } from "../../core/plain-time.ts";
import type { ColumnOf, OneOrMore, PathOf } from "../../schema/hint-options.ts";

/** What a partition of a cursor is known by: a text, a number, or a list of these. `1` and `"1"` are two. */
export type Key = string | number | bigint | readonly (string | number | bigint)[];

/** What a cursor compares. */
export type CursorValue = string | number | bigint | Date | Decimal | PlainDate | PlainTime | PlainDateTime;

/** Last-value loading (dlt: `dlt.sources.incremental`). `Value` comes from `initialValue`, else from the row schema's field. */
export interface IncrementalOptions<Row = unknown, Path extends string = string, Value = unknown> {
  /** The name of a field of the rows as they are yielded, or a JSON path: `updated_at`, `meta.updated[0]`, `$.items[*].at` (the first one that is there), `$` (the row). */
  readonly cursorPath: Path extends PathOf<Row> ? Path : PathOf<Row>;
  /** Where the first run starts. Later runs start where the one before ended. */
  readonly initialValue?: Value;
  /** Makes the run a backfill of `[initialValue, endValue)` that leaves state alone. Needs `initialValue`. */
  readonly endValue?: NoInfer<Value>;
  /** Which value is the furthest. Default `"max"`. A function gets the last value, if any, behind a new one, and gives the further one. */
  readonly lastValueFunc?: "max" | "min" | ((values: readonly NoInfer<Value>[]) => NoInfer<Value>);
  /** Rows come sorted: stop the generator at the border. `"asc"` is the direction in which the cursor moves, with `"min"` from high to low; `"desc"` is against it. */
  readonly rowOrder?: "asc" | "desc";
  /** What becomes of a row without a value at the path, or with null there. Default `"raise"`: throws CursorMissingError. */
  readonly onCursorValueMissing?: "raise" | "include" | "exclude";
  /**
   * Reads again what lies this far back, never before `initialValue`; nothing is de-duplicated then, so merge by a key. `"2h"` for dates and date texts; a
   * number is in the unit of a numeric cursor (as in dlt, it is seconds for times and days for dates). Does nothing in a run with `endValue`.
   */
  readonly lag?: number | Duration;
  /** Default `"closed"`: rows at the border are read again and de-duplicated. `"open"`: rows with the value that the last run ended with are left out. */
  readonly rangeStart?: "open" | "closed";
  /** Default `"open"`: a row at `endValue` is left out. */
  readonly rangeEnd?: "open" | "closed";
  /** De-duplicates at the border by these columns; `[]` turns it off. Default the resource's primary key, else the whole row. */
  readonly primaryKey?: OneOrMore<ColumnOf<Row>>;
  /** Keeps one cursor per value of this column; see `Incremental.cursorFor`. */
  readonly partitionBy?: ColumnOf<Row>;
}

/** The cursor of one run. */
export interface Cursor<out Value = CursorValue | undefined> {
  /** As it is declared, or set from outside. */
  readonly initialValue: Value;
  /** Where this run starts: what the previous one ended with, less `lag`. */
  readonly startValue: Value;
  /** The furthest value so far. Moves while rows are yielded. */
  readonly lastValue: Value;
  /** Where the range of this run ends; undefined in a run without an end. */
  readonly endValue: Value | undefined;
}

/** What `ctx.incremental` and `current.incremental()` give while a resource runs. */
export interface Incremental<out Value = CursorValue | undefined> extends Cursor<Value> {
  /** As it is declared, or set from outside. */
  readonly cursorPath: string;
  /** True once a row before the start, or past the end, was seen. */
  readonly startOutOfRange: boolean;
  /** True once a row past the end was seen. */
  readonly endOutOfRange: boolean;
  /** With `rowOrder`: nothing further can be in range. */
  canClose(): boolean;
  /** The cursor of one partition (`partitionBy`), for example of one parent. */
  cursorFor(key: Key): Cursor<Value>;
}

type FieldOf<Row, Path> = Path extends keyof Row ? NonNullable<Row[Path]> : CursorValue;

/** The cursor that options of these types give; `unknown` without a path. */
export type IncrementalOf<Row, Path, Value> = [Path] extends [never]
  ? unknown
  : Incremental<unknown extends Value ? FieldOf<Row, Path> | undefined : Value>;
