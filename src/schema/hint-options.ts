import type { DataType } from "./data-type.ts";

// The options that users write: dlt's names in camelCase, dlt's words as values. `hints.ts` turns them into what is stored.

export const writeDispositions = ["append", "replace", "merge", "skip"] as const;
export type WriteDispositionName = (typeof writeDispositions)[number];

export const replaceStrategies = ["truncate-and-insert", "insert-from-staging", "staging-optimized"] as const;
export type ReplaceStrategy = (typeof replaceStrategies)[number];

export const mergeStrategies = ["delete-insert", "upsert", "insert-only", "scd2"] as const;
export type MergeStrategy = (typeof mergeStrategies)[number];

export const contractModes = ["evolve", "freeze", "discard_row", "discard_value"] as const;
export type ContractMode = (typeof contractModes)[number];

export const fileFormats = ["preferred", "jsonl", "insert_values", "csv", "parquet"] as const;
export type FileFormat = (typeof fileFormats)[number];

export const tableFormats = ["native", "delta", "iceberg", "hive"] as const;
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

/** Which changes of the schema are allowed; one word means all three. Default `"evolve"`. */
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

export interface ColumnHints extends CustomHints {
  readonly dataType?: DataType;
  /** Default true; false for key columns. */
  readonly nullable?: boolean;
  /** Characters, bytes, bits or digits, by type. */
  readonly precision?: number;
  readonly scale?: number;
  /** False: timestamps without a zone. Default true. */
  readonly timezone?: boolean;
  readonly description?: string;
  readonly primaryKey?: boolean;
  readonly mergeKey?: boolean;
  readonly unique?: boolean;
  readonly sort?: boolean;
  readonly partition?: boolean;
  readonly cluster?: boolean;
  readonly rowKey?: boolean;
  readonly parentKey?: boolean;
  readonly rootKey?: boolean;
  /** A true (or, for other types, non-null) value deletes the row on merge. */
  readonly hardDelete?: boolean;
  /** Which of several rows with one key wins. */
  readonly dedupSort?: "asc" | "desc";
}

/** A link from columns of this table to those of another one. */
export interface TableReference {
  readonly columns: readonly string[];
  readonly referencedTable: string;
  readonly referencedColumns: readonly string[];
}

export interface TableHints<Row = unknown> extends CustomHints {
  readonly writeDisposition?: WriteDisposition;
  readonly primaryKey?: OneOrMore<ColumnOf<Row>>;
  readonly mergeKey?: OneOrMore<ColumnOf<Row>>;
  readonly columns?: { readonly [Column in ColumnOf<Row>]?: ColumnHints };
  readonly schemaContract?: SchemaContract;
  /** Levels of nested tables below the rows of this one; deeper values stay json. Default 1000; of a nested table, what is left of those above it. */
  readonly maxTableNesting?: number;
  readonly fileFormat?: FileFormat;
  readonly tableFormat?: TableFormat;
  readonly description?: string;
  readonly references?: readonly TableReference[];
  /** Create the table from `columns` even if no row comes. Default false. */
  readonly materialize?: boolean;
}

export interface ResourceHints<Row = unknown> extends TableHints<Row> {
  /** The table of a row. Default the resource's name. A function splits rows over tables. */
  readonly tableName?: string | PerRow<Row, string>;
  /** Hints of nested tables by path: `"tags"`, `"orders.lines"`. */
  readonly nestedHints?: { readonly [path: string]: TableHints };
}

/** Hints that hold for all tables of a source. */
export interface SourceHints {
  readonly maxTableNesting?: number;
  readonly schemaContract?: SchemaContract;
  /** Adds `_dlt_root_id` to nested tables. Default: where merge needs it. */
  readonly rootKey?: boolean;
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
