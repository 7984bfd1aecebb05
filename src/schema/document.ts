import type { DataType } from "./data-type.ts";
import type { StoredContract, WriteDispositionName } from "./hint-options.ts";

/** The engine version of the documents that leat writes. */
export const schemaEngineVersion = 11;

/** A column as it is stored. Without `data_type` it is incomplete: known by its hints, not yet created anywhere. */
export interface ColumnSchema {
  readonly name: string;
  readonly data_type?: DataType;
  /** Missing means true. */
  readonly nullable?: boolean;
  readonly precision?: number;
  readonly scale?: number;
  readonly [hint: string]: unknown;
}

/** The columns of a table by name, in the order of the table. */
export type Columns = { readonly [column: string]: ColumnSchema };

/** A table as it is stored. Nested tables have `parent`, all others `resource` and `write_disposition`. */
export interface TableSchema {
  readonly name: string;
  readonly columns: Columns;
  readonly parent?: string;
  /** The name of the resource, as its author wrote it. */
  readonly resource?: string;
  readonly write_disposition?: WriteDispositionName;
  readonly [hint: string]: unknown;
}

/** What inference and contracts of a schema go by. Names are exact, or patterns after `re:`. */
export interface SchemaSettings {
  readonly detections?: readonly string[];
  readonly default_hints?: { readonly [hint: string]: readonly string[] };
  readonly preferred_types?: { readonly [name: string]: DataType };
  readonly schema_contract?: StoredContract;
  readonly [setting: string]: unknown;
}

/** How names and nested values of a schema are normalized. */
export interface SchemaNormalizers {
  readonly names: string;
  readonly json: { readonly module: string; readonly config?: NormalizerConfig; readonly [key: string]: unknown };
  /** Missing means true. */
  readonly use_break_path_on_normalize?: boolean;
  readonly [key: string]: unknown;
}

export interface NormalizerConfig {
  readonly max_nesting?: number;
  readonly root_key_propagation?: boolean;
  readonly propagation?: { readonly root?: CopiedColumns; readonly tables?: { readonly [table: string]: CopiedColumns } };
  readonly [key: string]: unknown;
}

/** Columns that nested rows get from their root row: name there, name here. */
export type CopiedColumns = { readonly [column: string]: string };

/** A schema as it is stored and hashed, with dlt's keys. A change makes a new document. */
export interface SchemaDocument {
  readonly version: number;
  /** Empty until the schema is saved for the first time. */
  readonly version_hash: string;
  readonly engine_version: number;
  readonly name: string;
  readonly tables: { readonly [table: string]: TableSchema };
  readonly settings: SchemaSettings;
  readonly normalizers: SchemaNormalizers;
  /** The newest first, ten at most. */
  readonly previous_hashes: readonly string[];
  readonly imported_version_hash?: string;
  readonly description?: string;
}
