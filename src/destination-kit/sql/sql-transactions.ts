import type { ReplaceStrategy } from "../../schema/hint-options.ts";
import type { Capabilities } from "../capabilities.ts";
import type { SqlDialect } from "./dialect.ts";
import type { SqlDriver } from "./driver.ts";
import { type SqlStatement, type SystemRow, type SystemStatements, systemStatements } from "./system-tables.ts";

/** What a session is made of. */
export interface SqlParts {
  /** Name of the destination, for errors. */
  readonly destination: string;
  readonly dataset: string;
  /** Where the state is; undefined: in the same dataset. */
  readonly stateDataset?: string | undefined;
  readonly capabilities: Capabilities;
  readonly dialect: SqlDialect;
  readonly driver: SqlDriver;
  /** Of tables that do not say theirs. Default the first of the destination. */
  readonly replaceStrategy?: ReplaceStrategy | undefined;
  /** Where new rows wait; undefined: in temporary tables. */
  readonly stagingDataset?: string | undefined;
}

/** What the commit of a package needs of its session. Throws DriverFailure where the database fails. */
export interface SqlTransactions extends Omit<SqlParts, "stateDataset"> {
  /** The same connection for the dataset that keeps the state; undefined: this one does. */
  readonly ofState: SqlTransactions | undefined;
  readonly statements: SystemStatements;
  /** The full, quoted name of a table. */
  readonly qualify: (table: string) => string;
  /** The full, quoted name of a dataset; default this one. */
  quotedDataset(name?: string): string;
  run(statement: SqlStatement): Promise<void>;
  first(statement: SqlStatement): Promise<SystemRow | undefined>;
  /** True when the statement gives a row. */
  exists(statement: SqlStatement): Promise<boolean>;
  /** `isLast`: nothing else is to come on this connection. */
  inTransaction<T>(work: () => Promise<T>, ending?: { readonly isLast: boolean }): Promise<T>;
}

export function sqlTransactions({ stateDataset, ...parts }: SqlParts): SqlTransactions {
  const { dataset, dialect, driver } = parts;
  const quotedDataset = (name = dataset) => [...driver.qualifier(name), name].map((part) => dialect.quoteIdentifier(part)).join(".");
  const qualify = (table: string) => `${quotedDataset()}.${dialect.quoteIdentifier(table)}`;
  return {
    ...parts,
    ofState: stateDataset === undefined || stateDataset === dataset ? undefined : sqlTransactions({ ...parts, dataset: stateDataset }),
    statements: systemStatements(dialect, qualify),
    qualify,
    quotedDataset,
    async run({ sql, parameters }) {
      await driver.execute(sql, parameters);
    },
    first: async ({ sql, parameters }) => (await driver.query<SystemRow>(sql, parameters))[0],
    exists: async ({ sql, parameters }) => (await driver.query(sql, parameters)).length > 0,
    inTransaction: (work, { isLast } = { isLast: false }) => inTransaction(driver, work, isLast),
  };
}

async function inTransaction<T>(driver: SqlDriver, work: () => Promise<T>, isLast: boolean): Promise<T> {
  await (driver.begin === undefined ? driver.script(["BEGIN"]) : driver.begin());
  try {
    const result = await work();
    await commitTransaction(driver, isLast);
    return result;
  } catch (error) {
    // A transaction that the database ended by itself has nothing to roll back; the first error is the one to tell.
    await driver.script(["ROLLBACK"]).catch(() => {});
    throw error;
  }
}

/** Ends the transaction that is open. */
export async function commitTransaction(driver: SqlDriver, isLast: boolean): Promise<void> {
  await (isLast && driver.commitLast !== undefined ? driver.commitLast() : driver.script(["COMMIT"]));
}
