import type { Operator } from "./relation.ts";

/** A query as a value: nothing of it is SQL yet. A change gives a new one. */
export interface Query {
  readonly from: QuerySource;
  /** Undefined: all. */
  readonly columns: readonly Selected[] | undefined;
  /** One value in place of rows. */
  readonly aggregate: Aggregation | undefined;
  readonly conditions: readonly Condition[];
  readonly order: readonly Order[];
  readonly limit: number | undefined;
}

/** A column, or all that a table brought by a join. */
export type Selected = string | { readonly allOf: Join };

export type QuerySource =
  | { readonly kind: "table"; readonly table: string }
  | { readonly kind: "query"; readonly query: Query }
  | { readonly kind: "join"; readonly join: Join }
  /** SQL that somebody wrote, with its parameters between the texts. */
  | { readonly kind: "text"; readonly texts: readonly string[]; readonly parameters: readonly QueryParameter[] };

export type QueryParameter = { readonly kind: "value"; readonly value: unknown } | { readonly kind: "query"; readonly query: Query };

/** Rows of a query, each beside every row of a table that belongs to it. */
export interface Join {
  readonly left: Query;
  readonly table: string;
  /** A column of the left side and one of the table. Undefined: as the schema says. */
  readonly on: readonly [column: string, ofTable: string] | undefined;
}

export interface Aggregation {
  readonly name: "max" | "min" | "count";
  /** Undefined: rows are counted. */
  readonly column: string | undefined;
}

export interface Condition {
  readonly column: string;
  readonly operator: Operator;
  readonly value: unknown;
}

export interface Order {
  readonly column: string;
  readonly direction: "asc" | "desc";
}

export function queryOf(from: QuerySource): Query {
  return { from, columns: undefined, aggregate: undefined, conditions: [], order: [], limit: undefined };
}

export function selecting(query: Query, columns: readonly string[]): Query {
  return { ...query, columns };
}

export function filtered(query: Query, condition: Condition): Query {
  const base = unlimited(query);
  return { ...base, conditions: [...base.conditions, condition] };
}

export function ordered(query: Query, order: Order): Query {
  const base = unlimited(query);
  return { ...base, order: [...base.order, order] };
}

export function limited(query: Query, rows: number): Query {
  return { ...query, limit: Math.min(rows, query.limit ?? rows) };
}

/** The left side has all its columns, since those that link the tables need not be selected; what was selected stays so for the rows that come out. */
export function joined(query: Query, table: string, on: Join["on"]): Query {
  const whole = withAllColumns(query);
  // The order of a subquery is lost, but its limit needs one.
  const left = query.limit === undefined ? { ...whole, order: [] } : whole;
  const join = { left, table, on };
  const columns = selectedOf(query);
  return {
    ...queryOf({ kind: "join", join }),
    columns: columns === undefined ? undefined : [...columns, { allOf: join }],
    order: query.order,
  };
}

export function aggregated(query: Query, aggregate: Aggregation): Query {
  return { ...unlimited(query), columns: undefined, order: [], aggregate };
}

/** The largest or smallest value of a column as a row with that column alone; no row when there is no value. */
export function furthest(query: Query, column: string, direction: Order["direction"]): Query {
  const all = { ...unlimited(query), order: [] };
  const present = filtered(all, { column, operator: "!=", value: null });
  return { ...present, columns: [column], order: [{ column, direction }], limit: 1 };
}

/** True when nothing is done with what it is from. */
export function isPlain({ columns, aggregate, conditions, order, limit }: Query): boolean {
  return columns === undefined && aggregate === undefined && conditions.length === 0 && order.length === 0 && limit === undefined;
}

/** True for SQL as somebody wrote it, which may be no SELECT. */
export function isPlainText(query: Query): boolean {
  return query.from.kind === "text" && isPlain(query);
}

/** True for a whole table. */
export function isPlainTable(query: Query): query is Query & { readonly from: { readonly kind: "table" } } {
  return query.from.kind === "table" && isPlain(query);
}

/** The tables that it names; those inside of a text are not known. */
export function tablesOf({ from }: Query): readonly string[] {
  switch (from.kind) {
    case "table":
      return [from.table];
    case "query":
      return tablesOf(from.query);
    case "join":
      return [...tablesOf(from.join.left), from.join.table];
    default:
      return from.parameters.flatMap((parameter) => (parameter.kind === "query" ? tablesOf(parameter.query) : []));
  }
}

/** True when SQL that somebody wrote is in it, which may name any table. */
export function hasText({ from }: Query): boolean {
  if (from.kind === "query") return hasText(from.query);
  return from.kind === "join" ? hasText(from.join.left) : from.kind === "text";
}

/** The joins in it, the innermost first. */
export function joinsOf({ from }: Query): readonly Join[] {
  switch (from.kind) {
    case "table":
      return [];
    case "query":
      return joinsOf(from.query);
    case "join":
      return [...joinsOf(from.join.left), from.join];
    default:
      return from.parameters.flatMap((parameter) => (parameter.kind === "query" ? joinsOf(parameter.query) : []));
  }
}

/** What comes after a limit works on the rows that it left. */
function unlimited(query: Query): Query {
  return query.limit === undefined ? query : queryOf({ kind: "query", query });
}

function withAllColumns(query: Query): Query {
  const all = { ...query, columns: undefined };
  return query.from.kind === "query" ? { ...all, from: { kind: "query", query: withAllColumns(query.from.query) } } : all;
}

function selectedOf({ columns, from }: Query): Query["columns"] {
  return columns ?? (from.kind === "query" ? selectedOf(from.query) : undefined);
}
