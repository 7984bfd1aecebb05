import { ConfigError } from "../core/errors.ts";
import type { LoadSession } from "../destination-kit/contract.ts";
import { UndefinedRelationError } from "../destination-kit/errors.ts";
import { namingConvention } from "../schema/naming/naming-convention.ts";
import { type CompiledQuery, compileQuery, printQuery } from "./compile-query.ts";
import { InexactIntegerError } from "./errors.ts";
import { type Query, tablesOf } from "./query.ts";
import type { ReadSessions } from "./read-sessions.ts";
import type { Loose } from "./tables.ts";

/** The protocol of Postgres counts parameters in 16 bits. */
const maxParameters = 65_535;

export interface ReaderOptions {
  readonly datasetName: string;
  readonly destinationName: () => Promise<string>;
  readonly sessions: ReadSessions;
  readonly integers: "bigint" | undefined;
}

/** Runs the queries on one dataset. */
export class Reader {
  readonly datasetName: string;
  /** The dataset's name in the destination. */
  readonly datasetIdentifier: string;
  readonly #destinationName: () => Promise<string>;
  readonly #sessions: ReadSessions;
  readonly #integers: "bigint" | undefined;

  constructor(options: ReaderOptions) {
    this.datasetName = options.datasetName;
    // As a table gets its name.
    this.datasetIdentifier = namingConvention("snake_case").normalizeTableIdentifier(options.datasetName);
    this.#destinationName = options.destinationName;
    this.#sessions = options.sessions;
    this.#integers = options.integers;
  }

  async rows(query: Query): Promise<Loose[]> {
    const destination = await this.#destinationName();
    return this.use(async (session) => {
      const { sql, parameters } = compiled(query, session);
      const rows = await session.query<Loose>(sql, parameters, { integers: this.#integers }).catch(naming(query));
      this.#check(rows, query, destination);
      return rows;
    });
  }

  async *batches(query: Query, size: number): AsyncGenerator<Loose[]> {
    const destination = await this.#destinationName();
    const integers = this.#integers;
    const batches = this.#sessions.stream((session) => {
      const { sql, parameters } = compiled(query, session);
      return session.batches<Loose>(sql, parameters, size, { integers });
    });
    try {
      for await (const rows of batches) {
        this.#check(rows, query, destination);
        yield rows;
      }
    } catch (error) {
      await naming(query)(error);
    }
  }

  /** For what is no query on the user's data: its integers are numbers. */
  use<T>(work: (session: LoadSession) => Promise<T>): Promise<T> {
    return this.#sessions.use(work);
  }

  async requireDataset(session: LoadSession): Promise<void> {
    if (await session.datasetExists()) return;
    throw new UndefinedRelationError(this.datasetName, { destination: await this.#destinationName() });
  }

  toSql(query: Query): string {
    return printQuery(query, (table) => `${quote(this.datasetIdentifier)}.${quote(table)}`);
  }

  #check(rows: readonly Loose[], { aggregate }: Query, destination: string): void {
    if (this.#integers === "bigint") return;
    for (const row of rows) {
      for (const column in row) {
        const value = inexactIn(row[column]);
        if (value !== undefined) throw new InexactIntegerError(aggregate?.column ?? column, value, { destination });
      }
    }
  }
}

function compiled(query: Query, session: LoadSession): CompiledQuery {
  const result = compileQuery(query, (table) => session.qualifiedName(table));
  const { length } = result.parameters;
  if (length <= maxParameters) return result;
  throw new ConfigError(`The query has ${length} values, more than the ${maxParameters} that a database takes. Ask in smaller batches.`);
}

/** What a session calls the missing table differs from database to database. */
function naming(query: Query): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof UndefinedRelationError)) throw error;
    const tables = [...new Set(tablesOf(query))];
    const table = tables.find((name) => error.relation === name || error.relation.endsWith(`.${name}`)) ?? onlyOne(tables);
    if (table === undefined || table === error.relation) throw error;
    throw new UndefinedRelationError(table, { destination: error.destination, cause: error.cause });
  };
}

function onlyOne(tables: readonly string[]): string | undefined {
  return tables.length === 1 ? tables[0] : undefined;
}

/** Sessions give bigint for what a number cannot hold. */
function inexactIn(value: unknown): bigint | undefined {
  if (typeof value === "bigint") return value;
  return Array.isArray(value) ? value.map(inexactIn).find((found) => found !== undefined) : undefined;
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
