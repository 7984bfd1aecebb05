import type { DataType } from "./data-type.ts";

// The options that users write: dlt's names in camelCase, dlt's words as values. `hints.ts` turns them into what is stored.

export const writeDispositions = ["append", "replace", "merge", "skip"] as const;
export type WriteDispositionName = (typeof writeDispositions)[number];

export const replaceStrategies = ["truncate-and-insert", "insert-from-staging", "staging-optimized"] as const;
/** How a table is replaced. One that the destination does not have is refused with UnsupportedError before anything runs. Default its own. */
export type ReplaceStrategy = (typeof replaceStrategies)[number];

export const mergeStrategies = ["delete-insert", "upsert", "insert-only", "scd2"] as const;
/** How rows are merged. One that the destination does not have is refused with UnsupportedError before anything runs. */
export type MergeStrategy = (typeof mergeStrategies)[number];

export const contractModes = ["evolve", "freeze", "discard_row", "discard_value"] as const;
/** What becomes of a change: it is made, the run fails, the row is left out, or the value is left out. */
export type ContractMode = (typeof contractModes)[number];

export const fileFormats = ["preferred", "jsonl", "insert_values", "csv", "parquet"] as const;
/** The format of job files. `preferred` is what the destination prefers. */
export type FileFormat = (typeof fileFormats)[number];

export const tableFormats = ["native", "delta", "iceberg", "hive"] as const;
/** The format of tables in a data lake. `native`, the default, is that of the destination; others are refused with UnsupportedError. */
export type TableFormat = (typeof tableFormats)[number];

/** How rows meet the table. Default `"append"`. `replace` never shows readers an empty table, unless its strategy is `truncate-and-insert`. */
export type WriteDisposition =
  | WriteDispositionName
  | { readonly disposition: "append" | "skip" }
  | { readonly disposition: "replace"; readonly strategy?: ReplaceStrategy }
  | DeleteInsertDisposition
  | { readonly disposition: "merge"; readonly strategy: "upsert" | "insert-only" }
  | Scd2Disposition;

interface DeleteInsertDisposition {
  readonly disposition: "merge";
  readonly strategy?: "delete-insert";
  /** The rows have unique keys, do not look. */
  readonly deduplicated?: boolean;
}

export interface Scd2Disposition {
  readonly disposition: "merge";
  readonly strategy: "scd2";
  /** Default `["_dlt_valid_from", "_dlt_valid_to"]`. */
  readonly validityColumnNames?: readonly [from: string, to: string];
  /** What the end of validity of current rows holds. Default null. */
  readonly activeRecordTimestamp?: Date | string | null;
  /** When the versions of this load begin. Default the time of the load package. */
  readonly boundaryTimestamp?: Date | string | null;
  /** The column that tells versions apart. Default `_dlt_id`, a hash of the row. */
  readonly rowVersionColumnName?: string;
}

/**
 * Which changes of the schema are allowed: new `tables`, new `columns`, and values that do not fit the type of their column (`dataType`). One word means all
 * three. Default `"evolve"`.
 */
export type SchemaContract =
  | ContractMode
  | { readonly tables?: ContractMode; readonly columns?: ContractMode; readonly dataType?: ContractMode };

/** A contract as it is stored. */
export type StoredContract =
  | ContractMode
  | { readonly tables?: ContractMode; readonly columns?: ContractMode; readonly data_type?: ContractMode };

/** dlt's `x-` hints: kept in the schema as they are. */
export interface CustomHints {
  readonly [hint: `x-${string}`]: unknown;
}

/** What is said about a column. It wins over what is inferred. */
export interface ColumnHints extends CustomHints {
  /** Values are converted to it. Default: what the first value is. */
  readonly dataType?: DataType;
  /** Default true; false for key columns. */
  readonly nullable?: boolean;
  /** Characters, bytes, bits or digits, by type. */
  readonly precision?: number;
  /** Of a decimal: digits behind the point. */
  readonly scale?: number;
  /** False: timestamps without a zone. Default true. */
  readonly timezone?: boolean;
  /** For people who read the schema. */
  readonly description?: string;
  /** Names one row; several columns make one key. Merge goes by it. No constraint is made. */
  readonly primaryKey?: boolean;
  /** Names rows that come together, such as a day: merge replaces all of them. */
  readonly mergeKey?: boolean;
  /** A UNIQUE constraint, where the destination has `createIndexes` on. */
  readonly unique?: boolean;
  /** Rows are kept in this order, where a destination can. */
  readonly sort?: boolean;
  /** The table is divided by it, where a destination can. */
  readonly partition?: boolean;
  /** Rows are kept near each other by it, where a destination can. */
  readonly cluster?: boolean;
  /** The column is the id of the row, as leat's `_dlt_id` is. */
  readonly rowKey?: boolean;
  /** The column is the id of the parent row, as leat's `_dlt_parent_id` is. */
  readonly parentKey?: boolean;
  /** The column is the id of the root row, as leat's `_dlt_root_id` is. */
  readonly rootKey?: boolean;
  /** A true (or, for other types, non-null) value deletes the row on merge. */
  readonly hardDelete?: boolean;
  /** Which of several rows with one key wins. */
  readonly dedupSort?: "asc" | "desc";
}

/** A link from columns of this table to those of another one. */
export interface TableReference {
  /** Columns of this table. */
  readonly columns: readonly string[];
  /** The other table, by its name in the destination. */
  readonly referencedTable: string;
  /** Its columns, in the order of `columns`. */
  readonly referencedColumns: readonly string[];
}

/** What is said about a table. */
export interface TableHints<Row = unknown> extends CustomHints {
  /** How rows meet the table. Default `"append"`. */
  readonly writeDisposition?: WriteDisposition;
  /** The column or columns that name one row: see `ColumnHints.primaryKey`. */
  readonly primaryKey?: OneOrMore<ColumnOf<Row>>;
  /** The column or columns that name rows that come together: see `ColumnHints.mergeKey`. */
  readonly mergeKey?: OneOrMore<ColumnOf<Row>>;
  /** Hints by column, by its name in the data or in the destination. */
  readonly columns?: { readonly [Column in ColumnOf<Row>]?: ColumnHints };
  /** Which changes are allowed. Default `"evolve"`, or what is stored. */
  readonly schemaContract?: SchemaContract;
  /** Levels of nested tables below the rows of this one; deeper values stay json. Default 1000; of a nested table, what is left of those above it. */
  readonly maxTableNesting?: number;
  /** The format of its job files. Default: that of the run. UnsupportedError for one that the destination does not load. */
  readonly fileFormat?: FileFormat;
  /** Default `"native"`; others are an UnsupportedError. */
  readonly tableFormat?: TableFormat;
  /** For people who read the schema. */
  readonly description?: string;
  /** Links to other tables: `join()` of a dataset goes by them. No constraint is made. */
  readonly references?: readonly TableReference[];
  /** Create the table from `columns` even if no row comes. Default false. */
  readonly materialize?: boolean;
}

/** What is said about the tables of a resource. */
export interface ResourceHints<Row = unknown> extends TableHints<Row> {
  /** The table of a row. Default the resource's name. A function splits rows over tables. */
  readonly tableName?: string | PerRow<Row, string>;
  /** Hints of nested tables by path: `"tags"`, `"orders.lines"`. */
  readonly nestedHints?: { readonly [path: string]: TableHints };
}

/** Hints that hold for all tables of a source. */
export interface SourceHints {
  /** Levels of nested tables below root rows; deeper values stay json. Default 1000, or `max_table_nesting` in config. */
  readonly maxTableNesting?: number;
  /** Of tables whose resource says nothing. Default `"evolve"`, or what is stored. */
  readonly schemaContract?: SchemaContract;
  /** Adds `_dlt_root_id` to nested tables. Default: where merge needs it. */
  readonly rootKey?: boolean;
  /** True or false for all its resources. Default: what each says. */
  readonly parallel?: boolean;
}

type KeyOf<Row> = Row extends unknown ? Extract<keyof Row, string> : never;
type Check<Row, Known> = string extends KeyOf<Row> ? string : [KeyOf<Row>] extends [never] ? string : Known;

/** A column: a key of the row or a flattened one (`author__id`); any text when the row type is unknown. */
export type ColumnOf<Row> = Check<Row, KeyOf<Row> | `${KeyOf<Row>}__${string}`>;
/** A JSON path into the row that starts at one of its keys, or at `$`; any text when the row type is unknown. */
export type PathOf<Row> = Check<Row, KeyOf<Row> | `${KeyOf<Row>}.${string}` | `${KeyOf<Row>}[${string}` | `$${string}`>;

export type OneOrMore<T> = T | readonly T[];
/** A function of a row, compared bivariantly, so that every resource is a `Resource`. */
export type PerRow<Row, T> = { call(row: Row): T }["call"];
