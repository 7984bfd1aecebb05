import { DriverFailure } from "../../core/driver-failure.ts";
import type {
  CommitResult,
  EarlyPackage,
  JobObserver,
  LoadSession,
  PackagePlan,
  ReadOptions,
  SqlConnection,
  StoredSchema,
  StoredState,
} from "../contract.ts";
import { UnsupportedError } from "../errors.ts";
import { commitInParts } from "./commit-in-parts.ts";
import { commitPackage } from "./commit-package.ts";
import type { SqlDriver } from "./driver.ts";
import { beginEarly } from "./early-package.ts";
import { destinationError } from "./failure.ts";
import { readEntries } from "./keyed-state.ts";
import { type SqlParts, type SqlTransactions, sqlTransactions } from "./sql-transactions.ts";
import { type SqlStatement, type SystemRow, type SystemStatements, toStoredSchema, toStoredState } from "./system-tables.ts";

/** How a package is stored in several transactions. */
export interface InParts {
  readonly workers: number;
  /** Another connection for the same datasets. Throws DriverFailure. */
  connect(): Promise<SqlParts>;
}

/** A load session over one SQL connection that can put a whole package into one transaction. */
export class SqlSession implements LoadSession {
  readonly #destination: string;
  readonly #dataset: string;
  readonly #driver: SqlDriver;
  readonly #transactions: SqlTransactions;
  readonly #inParts: InParts | undefined;
  #isInUse = false;

  constructor(parts: SqlParts, inParts?: InParts) {
    this.#destination = parts.destination;
    this.#dataset = parts.dataset;
    this.#driver = parts.driver;
    this.#transactions = sqlTransactions(parts);
    this.#inParts = inParts;
  }

  qualifiedName(table: string): string {
    return this.#transactions.qualify(table);
  }

  async readState(pipelineName: string): Promise<StoredState | undefined> {
    const row = await this.#firstRow(this.#stateStatements.newestState(pipelineName));
    return row === undefined ? undefined : toStoredState(row);
  }

  async readStates(pipelineName: string): Promise<readonly StoredState[]> {
    return (await this.#rows(this.#stateStatements.allStates(pipelineName))).map(toStoredState);
  }

  async readSchema(schemaName: string): Promise<StoredSchema | undefined> {
    const row = await this.#firstRow(this.#transactions.statements.newestSchema(schemaName));
    return row === undefined ? undefined : toStoredSchema(row);
  }

  async hasLoad(loadId: string): Promise<boolean> {
    return (await this.#firstRow(this.#transactions.statements.hasLoad(loadId))) !== undefined;
  }

  readKeyedState(pipelineName: string, name: string, keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { statements } = this.#transactions;
    return readEntries(
      keys,
      (some) => statements.entries(pipelineName, name, some),
      (statement) => this.#rows(statement),
    );
  }

  datasetExists(): Promise<boolean> {
    return this.#telling(() => this.#driver.schemaExists(this.#dataset));
  }

  async tableNames(): Promise<readonly string[]> {
    const sql =
      "SELECT table_name AS name FROM information_schema.tables " +
      "WHERE table_catalog = current_database() AND table_schema = $1 AND table_type = 'BASE TABLE' ORDER BY 1";
    return this.#telling(async () => {
      if (this.#driver.tableNames !== undefined) return this.#driver.tableNames(this.#dataset);
      const rows = await this.#driver.query<{ name: string }>(sql, [this.#dataset]);
      return rows.map((row) => row.name);
    });
  }

  columnsOf(tables: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    return this.#telling(() => this.#driver.columnsOf(this.#dataset, tables));
  }

  commitPackage(plan: PackagePlan, observe?: JobObserver): Promise<CommitResult> {
    const session = this.#transactions;
    const inParts = this.#inParts;
    if (inParts === undefined) return this.#telling(() => commitPackage(session, plan, observe));
    const connect = async (): Promise<SqlTransactions> => sqlTransactions(await inParts.connect());
    return this.#telling(() => commitInParts(session, { plan, observe, workers: inParts.workers, connect }));
  }

  /** Throws UnsupportedError where a package is several transactions, or keeps its state elsewhere. */
  async beginPackage(): Promise<EarlyPackage> {
    if (this.#inParts !== undefined || this.#transactions.ofState !== undefined)
      throw new UnsupportedError("A package that is stored in parts, or in two datasets, is stored when it is whole.", {
        destination: this.#destination,
      });
    return this.#telling(() => beginEarly(this.#transactions));
  }

  query<Row>(sql: string, parameters?: readonly unknown[], options?: ReadOptions): Promise<Row[]> {
    return this.#inDataset(() => this.#driver.query<Row>(sql, parameters, options));
  }

  async *batches<Row>(sql: string, parameters: readonly unknown[] = [], rows = 10_000, options?: ReadOptions): AsyncGenerator<Row[]> {
    try {
      yield* await this.#inDataset(async () => this.#driver.batches<Row>(sql, parameters, rows, options));
    } catch (error) {
      throw destinationError(error, this.#destination);
    }
  }

  execute(sql: string, parameters?: readonly unknown[]): Promise<{ readonly rowCount: number }> {
    return this.#inDataset(() => this.#driver.execute(sql, parameters));
  }

  transaction<T>(work: (client: SqlConnection) => Promise<T>): Promise<T> {
    // Before it begins: a rollback would take back what names without a dataset mean.
    return this.#inDataset(() => this.#transactions.inTransaction(() => work(this)));
  }

  close(): Promise<void> {
    return this.#driver.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #stateStatements(): SystemStatements {
    return (this.#transactions.ofState ?? this.#transactions).statements;
  }

  /** The first row; undefined also when the table or the dataset is missing. */
  async #firstRow(statement: SqlStatement): Promise<SystemRow | undefined> {
    return (await this.#rows(statement))[0];
  }

  /** None also when the table or the dataset is missing. */
  async #rows({ sql, parameters }: SqlStatement): Promise<readonly SystemRow[]> {
    try {
      return await this.#driver.query<SystemRow>(sql, parameters);
    } catch (error) {
      if (error instanceof DriverFailure && error.kind === "undefined-relation") return [];
      throw destinationError(error, this.#destination);
    }
  }

  /** For the SQL that people write. A dataset cannot be used before it exists, so it is tried until it does. */
  #inDataset<T>(work: () => Promise<T>): Promise<T> {
    return this.#telling(async () => {
      this.#isInUse ||= await this.#driver.use(this.#dataset);
      return work();
    });
  }

  async #telling<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw destinationError(error, this.#destination);
    }
  }
}
