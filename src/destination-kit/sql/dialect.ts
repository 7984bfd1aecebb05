import type { ColumnSchema, TableSchema } from "../../schema/document.ts";
import type { LoadJob } from "../load-job.ts";

/** A statement, or one that takes the content of a file as its input. */
export type JobStatement = string | { readonly copy: string; readonly path: string };

/** How one database spells things. Pure: names and documents in, SQL out. */
export interface SqlDialect {
  quoteIdentifier(name: string): string;
  /** `BIGINT`, `DECIMAL(38,9)`, ... */
  columnType(column: ColumnSchema): string;
  /** `UNIQUE` and the like, after the type; empty when there is none. */
  columnConstraint(column: ColumnSchema): string;
  /** Removes all rows. `table` is quoted. */
  emptyTable(table: string): string;
  /** The full, quoted name of a table that only this connection sees. `CREATE TEMP TABLE` takes it too. */
  temporaryTable(name: string): string;
  /** A column that every table has by itself, and that grows as rows are inserted. */
  readonly rowPosition: string;
  /** A placeholder for the parameter of that number, from 1. */
  parameter(number: number): string;
  /** Waits until no other transaction writes the dataset, and keeps others out until the end of this one. Left out where a database has one writer anyway. */
  lockDataset?(dataset: string): string;
  /** Puts the rows of job files of one format into a table, in the order of the files. `table` is quoted. */
  loadJobs(table: string, schema: TableSchema, jobs: readonly LoadJob[]): Promise<readonly JobStatement[]>;
}
