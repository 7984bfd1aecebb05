import type { Loose } from "./tables.ts";

export const operators = ["=", "!=", "<", "<=", ">", ">=", "like", "in", "not in"] as const;
/** `!=` with a value leaves out null, as in SQL; `in` and `not in` take lists. */
export type Operator = (typeof operators)[number];

type Comparable<V> = V extends number ? number | bigint : V;
type Operand<V, Op> = Op extends "in" | "not in"
  ? readonly Comparable<NonNullable<V>>[]
  : Op extends "=" | "!="
    ? Comparable<V> | null
    : Comparable<NonNullable<V>>;
type Aggregate<Row> = string extends keyof Row
  ? <V = unknown>(column: string) => Promise<V | null>
  : <C extends keyof Row & string>(column: C) => Promise<NonNullable<Row[C]> | null>;

/** A query that has not run yet. Everything that runs it throws UndefinedRelationError for a missing table. */
export interface Relation<Row = Loose, D extends string = string, Int = number> extends AsyncIterable<Row> {
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
  /** Null when there is no row. Without generated types the result takes the type it is used as. */
  readonly max: Aggregate<Row>;
  readonly min: Aggregate<Row>;
  count(): Promise<number>;
  fetchAll(): Promise<Row[]>;
  fetchOne(): Promise<Row | undefined>;
  /** Bounded memory (dlt: `iter_fetch`). Default about 10,000 rows each. */
  batches(rows?: number): AsyncIterable<Row[]>;
  /** The statement with its values in it, to look at. A run of it passes them as parameters. */
  toSql(): string;
}
