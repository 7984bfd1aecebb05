import { ConfigError } from "../core/errors.ts";
import type { SchemaDocument } from "../schema/document.ts";
import { completeColumns } from "../schema/table.ts";
import { findLink, type JoinStep, joinedName, joinedTables } from "./join-links.ts";
import { type Join, joinsOf, type Query } from "./query.ts";

/** What SQL needs of a join. */
export interface JoinPlan {
  readonly steps: readonly JoinStep[];
  /** All of the joined table. */
  readonly columns: readonly string[];
}

export type JoinPlans = ReadonlyMap<Join, JoinPlan>;

/** The columns of the tables that exist. */
export type ColumnsOf = (table: string) => readonly string[] | undefined;

/** How each join of a query is done. Throws ConfigError when the schemas do not say, or a column would come twice. */
export function planJoins(query: Query, schemas: readonly SchemaDocument[], columnsOf: ColumnsOf): JoinPlans {
  return new Map(joinsOf(query).map((join) => [join, planJoin(join, schemas, columnsOf)]));
}

/** True when the schemas say how. */
export function areLinked(query: Query, schemas: readonly SchemaDocument[]): boolean {
  return joinsOf(query).every(({ left, table, on }) => on !== undefined || findLink(joinedTables(left), table, schemas) !== undefined);
}

/** The columns of a table as the schemas have them. */
export function columnsIn(schemas: readonly SchemaDocument[]): ColumnsOf {
  return (name) => {
    const tables = schemas.flatMap(({ tables }) => (Object.hasOwn(tables, name) ? [tables[name]!] : []));
    const columns = tables.flatMap((table) => completeColumns(table).map((column) => column.name));
    return columns.length === 0 ? undefined : [...new Set(columns)];
  };
}

function planJoin(join: Join, schemas: readonly SchemaDocument[], columnsOf: ColumnsOf): JoinPlan {
  const { left, table, on } = join;
  const steps = on === undefined ? findLink(joinedTables(left), table, schemas) : [{ table, from: [on[0]], to: [on[1]] }];
  if (steps === undefined) throw unlinked(join);
  const columns = columnsOf(table);
  if (columns === undefined)
    throw new ConfigError(
      `No schema of this pipeline has a table \`${table}\`, so its columns are not known here. Run or sync() the pipeline first.`,
    );
  refuseDoubles(join, columns, columnsOf);
  return { steps, columns };
}

function unlinked({ left, table }: Join): ConfigError {
  const tables = joinedTables(left).map((one) => `\`${one.table}\``);
  const to = tables.length === 0 ? "a query in SQL" : tables.join(", ");
  return new ConfigError(
    `No reference links table \`${table}\` to ${to}. Name the columns: join(${JSON.stringify(table)}, ["column", "column of ${table}"]), or declare \`references\` on the resource.`,
  );
}

/** A document with a key `a` that is an object, and a table `a`: both give `a__b`. Names of a destination may not differ by case alone. */
function refuseDoubles({ left, table }: Join, columns: readonly string[], columnsOf: ColumnsOf): void {
  const present = new Set(
    joinedTables(left).flatMap((one) => (columnsOf(one.table) ?? []).map((column) => (one.prefix + column).toLowerCase())),
  );
  const double = columns.map((column) => joinedName(table, column)).find((name) => present.has(name.toLowerCase()));
  if (double === undefined) return;
  throw new ConfigError(
    `Joining table \`${table}\` gives two columns \`${double}\`. A table can be joined once; for more, write the query with the tag sql.`,
  );
}
