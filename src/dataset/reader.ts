import type { ResultColumn } from "../core/result-column.ts";
import type { LoadSession, ReadOptions } from "../destination-kit/contract.ts";
import { UndefinedRelationError } from "../destination-kit/errors.ts";
import type { SchemaDocument } from "../schema/document.ts";
import { type Naming, printQuery } from "./compile-query.ts";
import { InexactIntegerError } from "./errors.ts";
import { areLinked, columnsIn, type JoinPlans, planJoins } from "./plan-joins.ts";
import { qualifiedName } from "./qualified-name.ts";
import { aggregated, furthest, hasText, joinsOf, type Query, tablesOf } from "./query.ts";
import type { ReadSessions } from "./read-sessions.ts";
import type { OwnLiteral } from "./sql-literal.ts";
import { type Statement, statementOf } from "./statement.ts";
import type { Loose } from "./tables.ts";

export interface ReaderOptions {
  readonly datasetName: string;
  readonly destination: () => Promise<ReadDestination>;
  /** How the destination writes values, as far as it is known without waiting for anything. */
  readonly literal: () => OwnLiteral | undefined;
  readonly sessions: ReadSessions;
  readonly integers: "bigint" | undefined;
  /** The schemas that this machine knows. */
  readonly schemas: () => readonly SchemaDocument[];
  /** The other dataset of the pipeline that such a table is in. */
  readonly datasetElsewhere?: ((table: string) => string | undefined) | undefined;
  /** For errors. */
  readonly workingDir: string;
}

/** What of a destination reading needs. */
export interface ReadDestination {
  readonly name: string;
  readonly capabilities: { readonly maxIdentifierLength: number | undefined; readonly typedAggregates: boolean };
  readonly incomparableDecimal?: (expression: string) => string;
}

/** Runs the queries on one dataset. */
export class Reader {
  readonly datasetName: string;
  readonly #options: ReaderOptions;

  constructor(options: ReaderOptions) {
    this.datasetName = options.datasetName;
    this.#options = options;
  }

  async rows(query: Query): Promise<Loose[]> {
    const { destination: getDestination, integers } = this.#options;
    const destination = await getDestination();
    const reading = this.use(async (session) => {
      await this.#check(query, session, destination);
      const { sql, parameters, renamed } = await this.#statement(query, session, destination);
      const rows = renamed(await session.query<Loose>(sql, parameters, { integers }));
      if (integers !== "bigint") refuseInexact(rows, query, destination);
      return rows;
    });
    return reading.catch(naming(query, this.#options));
  }

  /** `integers` in place of those of the dataset. */
  async *batches(query: Query, size: number, { integers = this.#options.integers, onColumns }: ReadOptions = {}): AsyncGenerator<Loose[]> {
    const destination = await this.#options.destination();
    const statement = async (session: LoadSession) => {
      await this.#check(query, session, destination);
      return this.#statement(query, session, destination);
    };
    const batches = this.#options.sessions.stream(async function* (session) {
      const { sql, parameters, renamed, nameOf } = await statement(session);
      const named =
        onColumns && ((columns: readonly ResultColumn[]) => onColumns(columns.map((one) => ({ ...one, name: nameOf(one.name) }))));
      for await (const rows of session.batches<Loose>(sql, parameters, size, { integers, onColumns: named })) yield renamed(rows);
    });
    try {
      for await (const rows of batches) {
        if (integers !== "bigint") refuseInexact(rows, query, destination);
        yield rows;
      }
    } catch (error) {
      naming(query, this.#options)(error);
    }
  }

  async destinationName(): Promise<string> {
    return (await this.#options.destination()).name;
  }

  /** The largest or smallest value of a column, with the type that the column has. Null when there is none. */
  async furthest(query: Query, name: "max" | "min", column: string): Promise<unknown> {
    const { capabilities } = await this.#options.destination();
    const isTyped = capabilities.typedAggregates;
    const asked = isTyped ? aggregated(query, { name, column }) : furthest(query, column, name === "max" ? "desc" : "asc");
    const [row] = await this.rows(asked);
    return row?.[isTyped ? name : column] ?? null;
  }

  /** For what is no query on the user's data: its integers are numbers. */
  use<T>(work: (session: LoadSession) => Promise<T>): Promise<T> {
    return this.#options.sessions.use(work);
  }

  async requireDataset(session: LoadSession): Promise<void> {
    if (await session.datasetExists()) return;
    throw new UndefinedRelationError(this.datasetName, { destination: await this.destinationName() });
  }

  /** Asks nobody: what joins need is known from the schemas of this machine. */
  toSql(query: Query): string {
    const schemas = joinsOf(query).length === 0 ? [] : this.#options.schemas();
    const naming: Naming = {
      qualify: (table) => qualifiedName(this.datasetName, table),
      columnName: (column) => column,
      joins: planJoins(query, schemas, columnsIn(schemas)),
    };
    return printQuery(query, naming, this.#options.literal());
  }

  async #statement(query: Query, session: LoadSession, destination: ReadDestination): Promise<Statement> {
    return statementOf(query, {
      qualify: (table) => session.qualifiedName(table),
      joins: await this.#joins(query, session, destination),
      maxNameBytes: destination.capabilities.maxIdentifierLength,
    });
  }

  async #check(query: Query, session: LoadSession, destination: ReadDestination): Promise<void> {
    const { name, incomparableDecimal: isIncomparable } = destination;
    if (isIncomparable === undefined) return;
    const { refuseIncomparable } = await import("./incomparable-decimals.ts");
    await refuseIncomparable(query, {
      destination: name,
      session,
      isIncomparable,
      statement: (asked) => this.#statement(asked, session, destination),
    });
  }

  /** With the columns as they are: the schemas of this machine may be ahead of the destination, or behind. */
  async #joins(query: Query, session: LoadSession, { name: destination }: ReadDestination): Promise<JoinPlans> {
    const joins = joinsOf(query);
    if (joins.length === 0) return new Map();
    const columns = await session.columnsOf(tablesOf(query));
    const missing = joins.find(({ table }) => !columns.has(table));
    if (missing !== undefined) throw new UndefinedRelationError(missing.table, { destination });
    return planJoins(query, await this.#schemas(query, session), (table) => columns.get(table));
  }

  async #schemas(query: Query, session: LoadSession): Promise<readonly SchemaDocument[]> {
    const { schemas, workingDir } = this.#options;
    const local = schemas();
    if (areLinked(query, local)) return local;
    const { storedSchemas } = await import("./stored-schemas.ts");
    return [...local, ...(await storedSchemas(session, workingDir))];
  }
}

function refuseInexact(rows: readonly Loose[], { aggregate }: Query, { name: destination }: ReadDestination): void {
  for (const row of rows) {
    for (const column in row) {
      const value = inexactIn(row[column]);
      if (value !== undefined) throw new InexactIntegerError(aggregate?.column ?? column, value, { destination });
    }
  }
}

/** What a session calls the missing table differs from database to database. */
function naming(query: Query, { datasetElsewhere }: ReaderOptions): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof UndefinedRelationError)) throw error;
    const tables = [...new Set(tablesOf(query))];
    const table =
      tables.find((name) => error.relation === name || error.relation.endsWith(`.${name}`)) ??
      (hasText(query) ? undefined : onlyOne(tables));
    const other = table === undefined ? undefined : datasetElsewhere?.(table);
    if (table === undefined || (table === error.relation && other === undefined)) throw error;
    const advice =
      other === undefined
        ? undefined
        : `It is in dataset \`${other}\` of the pipeline: read that with pipeline({ datasetName: "${other}", ... }).dataset().`;
    throw new UndefinedRelationError(table, { destination: error.destination, cause: error.cause, advice });
  };
}

function onlyOne(tables: readonly string[]): string | undefined {
  return tables.length === 1 ? tables[0] : undefined;
}

/** Sessions give bigint for what a number cannot hold. */
function inexactIn(value: unknown): bigint | undefined {
  if (typeof value === "bigint") return value;
  if (typeof value !== "object" || value === null) return undefined;
  const parts = Array.isArray(value)
    ? value
    : value instanceof Map
      ? [...value].flat()
      : value.constructor === Object
        ? Object.values(value)
        : [];
  return parts.length === 0 ? undefined : parts.map(inexactIn).find((found) => found !== undefined);
}
