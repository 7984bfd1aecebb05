import type { Operator } from "./relation.ts";

/** A query as a value: nothing of it is SQL yet. A change gives a new one. */
export interface Query {
  readonly from: QuerySource;
  /** Undefined: all. */
  readonly columns: readonly string[] | undefined;
  /** One value in place of rows. */
  readonly aggregate: Aggregation | undefined;
  readonly conditions: readonly Condition[];
  readonly order: readonly Order[];
  readonly limit: number | undefined;
}

export type QuerySource =
  | { readonly kind: "table"; readonly table: string }
  | { readonly kind: "query"; readonly query: Query }
  /** SQL that somebody wrote, with its parameters between the texts. */
  | { readonly kind: "text"; readonly texts: readonly string[]; readonly parameters: readonly QueryParameter[] };

export type QueryParameter = { readonly kind: "value"; readonly value: unknown } | { readonly kind: "query"; readonly query: Query };

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

export function aggregated(query: Query, aggregate: Aggregation): Query {
  return { ...unlimited(query), columns: undefined, order: [], aggregate };
}

/** True for SQL as somebody wrote it, which may be no SELECT. */
export function isPlainText(query: Query): boolean {
  const { from, columns, aggregate, conditions, order, limit } = query;
  return (
    from.kind === "text" &&
    columns === undefined &&
    aggregate === undefined &&
    conditions.length === 0 &&
    order.length === 0 &&
    limit === undefined
  );
}

/** True for a whole table. */
export function isPlainTable(query: Query): query is Query & { readonly from: { readonly kind: "table" } } {
  return query.from.kind === "table" && isPlainText({ ...query, from: { kind: "text", texts: [], parameters: [] } });
}

/** The tables that it names; those inside of a text are not known. */
export function tablesOf({ from }: Query): readonly string[] {
  switch (from.kind) {
    case "table":
      return [from.table];
    case "query":
      return tablesOf(from.query);
    default:
      return from.parameters.flatMap((parameter) => (parameter.kind === "query" ? tablesOf(parameter.query) : []));
  }
}

/** What comes after a limit works on the rows that it left. */
function unlimited(query: Query): Query {
  return query.limit === undefined ? query : queryOf({ kind: "query", query });
}
