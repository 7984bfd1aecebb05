import { createHash } from "node:crypto";
import { ConfigError } from "../core/errors.ts";
import { type CompiledQuery, compileQuery } from "./compile-query.ts";
import type { JoinPlans } from "./plan-joins.ts";
import type { Query } from "./query.ts";
import type { Loose } from "./tables.ts";

/** The protocol of Postgres counts parameters in 16 bits. */
const maxParameters = 65_535;

/** What is sent for a query, and how its rows get their names back. */
export interface Statement extends CompiledQuery {
  readonly renamed: (rows: Loose[]) => Loose[];
  /** Of a column of the result. */
  readonly nameOf: (column: string) => string;
}

export interface StatementOptions {
  readonly qualify: (table: string) => string;
  readonly joins: JoinPlans;
  /** Bytes that a name may have; undefined is no limit. */
  readonly maxNameBytes: number | undefined;
}

/** Throws ConfigError. */
export function statementOf(query: Query, { qualify, joins, maxNameBytes }: StatementOptions): Statement {
  const long = new Map<string, string>();
  const columnName = (column: string): string => {
    const name = shortened(column, maxNameBytes);
    if (name !== column) long.set(name, column);
    return name;
  };
  const compiled = compileQuery(query, { qualify, joins, columnName });
  const { length } = compiled.parameters;
  if (length > maxParameters)
    throw new ConfigError(`The query has ${length} values, more than the ${maxParameters} that a database takes. Ask in smaller batches.`);
  const nameOf = (column: string): string => long.get(column) ?? column;
  return { ...compiled, nameOf, renamed: (rows) => (long.size === 0 ? rows : rows.map((row) => withNames(row, nameOf))) };
}

/** The name of a joined column is longer than those of its table and itself. A database would cut it off. */
function shortened(column: string, maxBytes: number | undefined): string {
  if (maxBytes === undefined || column.length * 3 <= maxBytes || Buffer.byteLength(column) <= maxBytes) return column;
  return `joined_${createHash("sha256").update(column).digest("hex").slice(0, 40)}`;
}

function withNames(row: Loose, nameOf: (column: string) => string): Loose {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [nameOf(name), value]));
}
