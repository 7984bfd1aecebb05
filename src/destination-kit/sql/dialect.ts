import type { ColumnSchema, TableSchema } from "../../schema/document.ts";
import type { LoadJob } from "../load-job.ts";

/** A statement; one that takes the content of a file as its input; or one that runs for each row, with its cells as they are bound. */
export type JobStatement =
  | string
  | { readonly copy: string; readonly path: string }
  | { readonly insert: string; readonly rows: AsyncIterable<readonly (readonly unknown[])[]> };

/** How one database spells things. Pure: names and documents in, SQL out. */
export interface SqlDialect {
  /** A name as it stands in a statement. Throws UnsupportedError for one that the database cannot have. */
  quoteIdentifier(name: string): string;
  /** `BIGINT`, `DECIMAL(38,9)`, ... */
  columnType(column: ColumnSchema): string;
  /** `UNIQUE` and the like, after the type; empty when there is none. */
  columnConstraint(column: ColumnSchema): string;
  /** Makes a dataset inside of a transaction; nothing where `begin` of the driver has done it. `dataset` is quoted. Default `CREATE SCHEMA IF NOT EXISTS`. */
  createDataset?(dataset: string): readonly string[];
  /** Removes all rows. `table` is quoted. */
  emptyTable(table: string): string;
  /** The full, quoted name of a table that only this connection sees. `CREATE TEMP TABLE` takes it too. */
  temporaryTable(name: string): string;
  /**
   * The statement that makes an index on a temporary table, by the name that `temporaryTable` was given. Left out where the database finds the rows of two
   * tables that belong together without one.
   */
  indexTemporaryTable?(name: string, columns: readonly string[]): string;
  /** The condition that an expression is a decimal which the database does not compare as a number. Left out where it compares all of them. */
  incomparableDecimal?(expression: string): string;
  /** A column that every table has by itself, and that grows as rows are inserted. */
  readonly rowPosition: string;
  /** A placeholder for the parameter of that number, from 1. */
  parameter(number: number): string;
  /** Waits until no other transaction writes the dataset, and keeps others out until the end of this one. Left out where a database has one writer anyway. */
  lockDataset?(dataset: string): string;
  /** Puts the rows of job files of one format into a table, in the order of the files. `table` is quoted. */
  loadJobs(table: string, schema: TableSchema, jobs: readonly LoadJob[]): Promise<readonly JobStatement[]>;
}
