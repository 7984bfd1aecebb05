import type { ArrowData } from "../formats/arrow/arrow-data.ts";
import type { Loose, ReadRow, TableName, TableRow } from "./tables.ts";

export const operators = ["=", "!=", "<", "<=", ">", ">=", "like", "in", "not in"] as const;
/** `!=` with a value leaves out null, as in SQL; `in` and `not in` take lists. */
export type Operator = (typeof operators)[number];

// A timestamp as it is read keeps microseconds; one to compare with may be any date.
type Comparable<V> = V extends number ? number | bigint : V extends Date ? Date : V;
type Operand<V, Op> = Op extends "in" | "not in"
  ? readonly Comparable<NonNullable<V>>[]
  : Op extends "=" | "!="
    ? Comparable<V> | null
    : Comparable<NonNullable<V>>;
type Aggregate<Row> = string extends keyof Row
  ? <V = unknown>(column: string) => Promise<V | null>
  : <C extends keyof Row & string>(column: C) => Promise<NonNullable<Row[C]> | null>;
type Prefixed<Row, Prefix extends string> = { [C in keyof Row & string as `${Prefix}__${C}`]: Row[C] };

/** A query that has not run yet. Everything that runs it throws UndefinedRelationError for a missing table. */
export interface Relation<Row = Loose, D extends string = string, Int = number> extends AsyncIterable<Row> {
  /** These columns only. Call `where` and `orderBy` before it, which then may use the others. */
  select<C extends keyof Row & string>(...columns: readonly C[]): Relation<Pick<Row, C>, D, Int>;
  /** Several calls are joined by AND. `=` and `!=` accept null. An empty list is in nothing. */
  where<C extends keyof Row & string, const Op extends Operator>(
    column: C,
    operator: Op,
    value: Operand<Row[C], Op>,
  ): Relation<Row, D, Int>;
  /** Several calls order by one column after the other. Null comes last. */
  orderBy(column: keyof Row & string, direction?: "asc" | "desc"): Relation<Row, D, Int>;
  /** What is called after it works on these rows. */
  limit(rows: number): Relation<Row, D, Int>;
  /**
   * Each row beside every row of the table that belongs to it; rows without one are left out. Nested tables join parents, and the other way round, by
   * themselves; so do tables with declared `references`. `on` names one column of each side instead. Columns of the joined table get its name as prefix.
   */
  join<const T extends TableName<D>>(
    table: T,
    on?: readonly [column: keyof Row & string, ofTable: string],
  ): Relation<Row & Prefixed<ReadRow<TableRow<D, T>, Int>, T>, D, Int>;
  /** Null when there is no row. Without generated types the result takes the type it is used as. */
  readonly max: Aggregate<Row>;
  /** As `max`, of the smallest value. */
  readonly min: Aggregate<Row>;
  /** How many rows it has. */
  count(): Promise<number>;
  /** All rows, in memory. For many rows there are `batches` and `for await`. */
  fetchAll(): Promise<Row[]>;
  /** The first row; undefined when there is none. */
  fetchOne(): Promise<Row | undefined>;
  /** Bounded memory (dlt: `iter_fetch`). Default about 10,000 rows each. */
  batches(rows?: number): AsyncIterable<Row[]>;
  /** All rows as a table of apache-arrow, which has to be installed; throws MissingDriverError. Integers are exact. */
  arrow(): Promise<ArrowData>;
  /** The statement with its values in it, to look at. A run of it passes them as parameters. */
  toSql(): string;
}
