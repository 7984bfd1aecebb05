import { Decimal } from "decimal.js";
import type { ResultColumn } from "../core/result-column.ts";
import type { LoadSession } from "../destination-kit/contract.ts";
import { UnsupportedError } from "../destination-kit/errors.ts";
import { limited, type Query, type QuerySource, queryOf, selecting } from "./query.ts";
import type { Statement } from "./statement.ts";

export interface Comparing {
  /** For errors. */
  readonly destination: string;
  readonly session: LoadSession;
  readonly statement: (query: Query) => Promise<Statement>;
  /** The condition that a value is a decimal which the database does not compare as a number. */
  readonly isIncomparable: (expression: string) => string;
}

/** Rather than rows that are wrong, or in a wrong order, without a word. Throws UnsupportedError. */
export async function refuseIncomparable(query: Query, comparing: Comparing): Promise<void> {
  for (const { from, conditions, order } of levelsOf(query)) {
    const ranges = conditions.filter(({ operator }) => ranging.has(operator));
    for (const { column, value } of ranges) if (isDecimal(value)) await refuseValue(column, value, comparing);
    const columns = [...new Set([...ranges, ...order].map(({ column }) => column))];
    if (columns.length > 0) await refuseColumns(from, columns, comparing);
  }
}

const ranging: ReadonlySet<string> = new Set(["<", "<=", ">", ">="]);

/** A query, and those that it is from. */
function levelsOf(query: Query): readonly Query[] {
  return [query, ...innerOf(query.from).flatMap(levelsOf)];
}

function innerOf(from: QuerySource): readonly Query[] {
  switch (from.kind) {
    case "table":
      return [];
    case "query":
      return [from.query];
    case "join":
      return [from.join.left];
    default:
      return from.parameters.flatMap((parameter) => (parameter.kind === "query" ? [parameter.query] : []));
  }
}

function isDecimal(value: unknown): boolean {
  return typeof value === "bigint" || Decimal.isDecimal(value);
}

async function refuseValue(column: string, value: unknown, { destination, session, isIncomparable }: Comparing): Promise<void> {
  const [found] = await session.query(`SELECT 1 AS found WHERE ${isIncomparable("$1")}`, [value]);
  if (found === undefined) return;
  const message = `Column \`${column}\` is compared with ${String(value)}, which has more digits than a number of the database: it cannot tell what is less or more.`;
  throw new UnsupportedError(`${message} ${advice}`, { destination });
}

async function refuseColumns(from: QuerySource, columns: readonly string[], comparing: Comparing): Promise<void> {
  const { session, statement, isIncomparable, destination } = comparing;
  const asked = selecting(queryOf(from), columns);
  let found: readonly ResultColumn[] = [];
  const none = await statement(limited(asked, 0));
  await session.query(none.sql, none.parameters, {
    onColumns: (types) => {
      found = types;
    },
  });
  for (const [index, column] of columns.entries()) {
    if (found[index]?.type.kind !== "decimal") continue;
    const { sql, parameters } = await statement(selecting(asked, [column]));
    const value = `"${found[index].name.replaceAll('"', '""')}"`;
    const odd = `SELECT ${value} AS value FROM (${sql}\n) AS asked WHERE ${isIncomparable(value)} LIMIT 1`;
    const [row] = await session.query<{ value: unknown }>(odd, parameters);
    if (row === undefined) continue;
    const message = `Column \`${column}\` holds ${String(row.value)}, which has more digits than a number of the database: it cannot tell what is less or more.`;
    throw new UnsupportedError(`${message} ${advice}`, { destination });
  }
}

const advice =
  "Compare about as much with the tag sql and CAST(... AS REAL), compare the rows in your program, or load into a database with exact decimals.";
