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
   * What makes an index on a staging table: a temporary one, by the name that `temporaryTable` was given, or one of a dataset, which is quoted. Left out where
   * the database finds the rows of two tables that belong together without one.
   */
  indexStaging?(staging: { readonly dataset?: string; readonly table: string; readonly columns: readonly string[] }): readonly string[];
  /** The condition that an expression is a decimal which the database does not compare as a number. Left out where it compares all of them. */
  incomparableDecimal?(expression: string): string;
  /** True where a value is compared with two others in less time than it takes to look for it among many. Left out where the database narrows a search by itself. */
  comparesFast?(column: ColumnSchema): boolean;
  /** True: rows are deleted where they join others (`DELETE ... USING`), which the database plans better than `EXISTS`. Default false. */
  readonly deletesByJoin?: boolean;
  /** A point in time for a column, in microseconds since 1970. `isActive`: it stands for "has not ended yet". */
  timestampLiteral(column: ColumnSchema, literal: { readonly micros: number; readonly isActive?: boolean }): string;
  /** A column that every table has by itself, and that grows as rows are inserted. */
  readonly rowPosition: string;
  /** An expression that fails with a message, which is an expression, too. For databases that change a row twice, by either of two, without a word; left out where that fails. */
  raise?(message: string): string;
  /** False: there is no MERGE. Then rows are changed, deleted and inserted by parts of one statement, which all see what was there before. */
  readonly hasMerge?: boolean;
  /** A placeholder for the parameter of that number, from 1. */
  parameter(number: number): string;
  /** Waits until no other transaction writes the dataset, and keeps others out until the end of this one. Left out where a database has one writer anyway. */
  lockDataset?(dataset: string): string;
  /** What to select the rows of job files of one format from, by the names of columns; those that a file lacks are null. Undefined, or left out, where such files have to be loaded. */
  jobFiles?(jobs: readonly LoadJob[]): string | undefined;
  /** Puts the rows of job files of one format into a table, in the order of the files. `table` is quoted. */
  loadJobs(table: string, schema: TableSchema, jobs: readonly LoadJob[]): Promise<readonly JobStatement[]>;
}
