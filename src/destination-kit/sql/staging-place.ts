import { completeColumns } from "../../schema/table.ts";
import { createTable } from "./ddl.ts";
import type { SqlDialect } from "./dialect.ts";
import type { StagedTable } from "./staged-table.ts";

/** Where new rows wait. */
export interface StagingPlace {
  /** True: nobody but the transaction sees the tables. */
  readonly isPassing: boolean;
  /** The full, quoted name of the staging table of a table. */
  nameOf(table: string): string;
  /** What comes before all tables. */
  readonly prepare: readonly string[];
  create(table: StagedTable): readonly string[];
  /** Makes an index on a staging table, where the database needs one to find the rows that belong together. */
  index(table: StagedTable, columns: readonly string[]): readonly string[];
  /** Once the rows are where they belong. */
  finish(table: StagedTable): readonly string[];
  /** What comes after all tables. */
  readonly end: readonly string[];
}

/**
 * Tables that belong to the connection and to its transaction. So rows of two pipelines never meet in one, none is left over after a crash,
 * and there is nothing for others to see. They take what the files hold; constraints are checked where the rows go in the end.
 */
export function temporaryStaging(dialect: SqlDialect): StagingPlace {
  const named = (table: string) => `staging_${table}`;
  return {
    isPassing: true,
    nameOf: (table) => dialect.temporaryTable(named(table)),
    prepare: [],
    create: (table) => [`CREATE TEMP TABLE ${table.staging} (\n  ${columnLines(dialect, table)}\n)`],
    index: (table, columns) => dialect.indexStaging?.({ table: named(table.schema.name), columns }) ?? [],
    finish: (table) => [`DROP TABLE ${table.staging}`],
    end: [],
  };
}

export interface StagingDataset {
  readonly dialect: SqlDialect;
  /** Quoted, with what comes before it. */
  readonly dataset: string;
  /** Rows do not stay. */
  readonly isTruncated: boolean;
}

/** Tables in a dataset for people to look at, by the names of those that the rows go to. */
export function datasetStaging({ dialect, dataset, isTruncated }: StagingDataset): StagingPlace {
  return {
    isPassing: false,
    nameOf: (table) => `${dataset}.${dialect.quoteIdentifier(table)}`,
    prepare: createDataset(dialect, dataset),
    // A table of an earlier package may lack columns; and rows are counted on to lie in the order in which they came.
    create: (table) => [`DROP TABLE IF EXISTS ${table.staging}`, `CREATE TABLE ${table.staging} (\n  ${columnLines(dialect, table)}\n)`],
    index: (table, columns) => dialect.indexStaging?.({ dataset, table: table.schema.name, columns }) ?? [],
    finish: (table) => (isTruncated ? [dialect.emptyTable(table.staging)] : []),
    end: [],
  };
}

/** Tables that can take the place of those that rows go to. Without a dataset that is kept (`isKept`) nothing stays. */
export function movableStaging({
  dialect,
  dataset,
  isKept,
}: {
  readonly dialect: SqlDialect;
  readonly dataset: string;
  readonly isKept: boolean;
}): StagingPlace {
  return {
    isPassing: false,
    nameOf: (table) => `${dataset}.${dialect.quoteIdentifier(table)}`,
    prepare: createDataset(dialect, dataset),
    create: (table) => [`DROP TABLE IF EXISTS ${table.staging}`, createTable(dialect, table.staging, completeColumns(table.schema))],
    index: () => [],
    // dlt counts on the tables of a staging dataset that it has seen.
    finish: (table) => (isKept ? [createTable(dialect, table.staging, completeColumns(table.schema))] : []),
    end: isKept ? [] : [`DROP SCHEMA ${dataset}`],
  };
}

export function createDataset(dialect: SqlDialect, quotedDataset: string): readonly string[] {
  return dialect.createDataset?.(quotedDataset) ?? [`CREATE SCHEMA IF NOT EXISTS ${quotedDataset}`];
}

function columnLines(dialect: SqlDialect, { schema }: StagedTable): string {
  return completeColumns(schema)
    .map((column) => `${dialect.quoteIdentifier(column.name)} ${dialect.columnType(column)}`)
    .join(",\n  ");
}
