import { ConfigError } from "../core/errors.ts";
import type { ArrowData } from "../formats/arrow/arrow-data.ts";
import { countOf, oneOf } from "../schema/given.ts";
import { joinedTables } from "./join-links.ts";
import { aggregated, filtered, isPlainText, joined, limited, ordered, type Query, selecting } from "./query.ts";
import type { Reader } from "./reader.ts";
import { type Operator, operators } from "./relation.ts";
import type { Loose } from "./tables.ts";

/** What the interface `Relation` says with row types, without them. */
export class RelationValue implements AsyncIterable<Loose> {
  readonly #reader: Reader;
  readonly #query: Query;

  constructor(reader: Reader, query: Query) {
    this.#reader = reader;
    this.#query = query;
  }

  /** The query of a relation, to put into one of `reader`. Undefined for any other value. */
  static queryOf(value: unknown, reader: Reader): Query | undefined {
    if (!(value instanceof RelationValue)) return undefined;
    const { datasetName } = value.#reader;
    if (datasetName === reader.datasetName) return value.#query;
    throw new ConfigError(`A relation of dataset \`${datasetName}\` cannot be used in a query on dataset \`${reader.datasetName}\`.`);
  }

  select(...columns: readonly string[]): RelationValue {
    if (columns.length === 0) throw new ConfigError("`select()` needs at least one column.");
    columns.forEach(checkColumn("select"));
    return this.#with(selecting(this.#query, columns));
  }

  where(column: string, operator: Operator, value: unknown): RelationValue {
    checkColumn("where")(column);
    oneOf("The operator of where()", operator, operators);
    checkOperand(column, operator, value);
    return this.#with(filtered(this.#query, { column, operator, value }));
  }

  orderBy(column: string, direction: "asc" | "desc" = "asc"): RelationValue {
    checkColumn("orderBy")(column);
    oneOf("The direction of orderBy()", direction, ["asc", "desc"]);
    return this.#with(ordered(this.#query, { column, direction }));
  }

  limit(rows: number): RelationValue {
    return this.#with(limited(this.#query, countOf("limit", rows)));
  }

  join(table: string, on?: readonly [column: string, ofTable: string]): RelationValue {
    checkTable("join", table);
    if (on !== undefined) checkPair(table, on);
    if (joinedTables(this.#query).some((one) => one.prefix !== "" && one.table === table))
      throw new ConfigError(
        `Table \`${table}\` is joined already, and its columns can come once. For more, write the query with the tag sql.`,
      );
    return this.#with(joined(this.#query, table, on));
  }

  max(column: string): Promise<unknown> {
    return this.#aggregate("max", column);
  }

  min(column: string): Promise<unknown> {
    return this.#aggregate("min", column);
  }

  async count(): Promise<number> {
    const [row] = await this.#reader.rows(aggregated(this.#query, { name: "count", column: undefined }));
    return Number(row?.["count"]);
  }

  fetchAll(): Promise<Loose[]> {
    return this.#reader.rows(this.#query);
  }

  async fetchOne(): Promise<Loose | undefined> {
    // SQL that somebody wrote may be something that takes no limit.
    if (!isPlainText(this.#query)) return (await this.#reader.rows(limited(this.#query, 1)))[0];
    for await (const [row] of this.#reader.batches(this.#query, 1)) return row;
    return undefined;
  }

  batches(rows = 10_000): AsyncIterable<Loose[]> {
    return this.#reader.batches(this.#query, countOf("batches", rows, 1));
  }

  async arrow(): Promise<ArrowData> {
    const { arrowTable } = await import("./arrow/arrow-table.ts");
    return await arrowTable(this.#reader, this.#query);
  }

  toSql(): string {
    return this.#reader.toSql(this.#query);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Loose> {
    for await (const rows of this.batches()) yield* rows;
  }

  #with(query: Query): RelationValue {
    return new RelationValue(this.#reader, query);
  }

  async #aggregate(name: "max" | "min", column: string): Promise<unknown> {
    checkColumn(name)(column);
    return await this.#reader.furthest(this.#query, name, column);
  }
}

/** Throws ConfigError. */
export function checkTable(method: string, name: unknown): void {
  if (typeof name === "string" && name !== "") return;
  throw new ConfigError(`\`${method}()\` needs the name of a table; got ${JSON.stringify(name) ?? String(name)}.`);
}

function checkPair(table: string, on: unknown): void {
  if (Array.isArray(on) && on.length === 2 && on.every((column) => typeof column === "string" && column !== "")) return;
  throw new ConfigError(
    `\`join(${JSON.stringify(table)}, ...)\` takes a pair of columns, \`["column", "column of ${table}"]\`; got ${JSON.stringify(on)}.`,
  );
}

function checkColumn(method: string): (column: unknown) => void {
  return (column) => {
    if (typeof column === "string" && column !== "") return;
    throw new ConfigError(`\`${method}()\` needs the name of a column; got ${JSON.stringify(column) ?? String(column)}.`);
  };
}

/** In SQL a comparison with null is never true, and `not in` a list with a null neither: rather than no rows in silence, an error. */
function checkOperand(column: string, operator: Operator, value: unknown): void {
  const isList = operator === "in" || operator === "not in";
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const call = `where(${JSON.stringify(column)}, ${JSON.stringify(operator)}, ...)`;
  if (isList && !Array.isArray(value)) throw new ConfigError(`\`${call}\` takes an array; got ${typeof value}.`);
  if (!isList && Array.isArray(value))
    throw new ConfigError(`\`${call}\` takes one value; got an array. For a list there are "in" and "not in".`);
  if (values.includes(undefined)) throw new ConfigError(`\`${call}\` got undefined: give it a value.`);
  if (!values.includes(null) || (!isList && (operator === "=" || operator === "!="))) return;
  throw new ConfigError(
    `\`${call}\` got null, which is never ${isList ? "in a list" : "more or less than anything"}: ask with "=" or "!=".`,
  );
}
