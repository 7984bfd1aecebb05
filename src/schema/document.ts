import type { DataType } from "./data-type.ts";
import type { StoredContract, WriteDispositionName } from "./hint-options.ts";

/** The engine version of the documents that leat writes. */
export const schemaEngineVersion = 11;

/** A column as it is stored. Without `data_type` it is incomplete: known by its hints, not yet created anywhere. */
export interface ColumnSchema {
  /** As it is in the destination. */
  readonly name: string;
  /** Missing: incomplete. */
  readonly data_type?: DataType;
  /** Missing means true. */
  readonly nullable?: boolean;
  /** Characters, bytes, bits or digits, by type; missing: what the destination takes. */
  readonly precision?: number;
  /** Of a decimal: digits behind the point. */
  readonly scale?: number;
  readonly [hint: string]: unknown;
}

/** The columns of a table by name, in the order of the table. */
export type Columns = { readonly [column: string]: ColumnSchema };

/** A table as it is stored. Nested tables have `parent`, all others `resource` and `write_disposition`. */
export interface TableSchema {
  /** As it is in the destination. */
  readonly name: string;
  /** By name, in their order. */
  readonly columns: Columns;
  /** The table that a nested table is nested in. */
  readonly parent?: string;
  /** The name of the resource, as its author wrote it. */
  readonly resource?: string;
  /** Nested tables have that of their root table. */
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
  /** Counts the changes, from 1. */
  readonly version: number;
  /** Empty until the schema is saved for the first time. */
  readonly version_hash: string;
  /** Layout of the document. */
  readonly engine_version: number;
  /** Also the name of its source. */
  readonly name: string;
  /** By name; those of leat (`_dlt_…`) too. */
  readonly tables: { readonly [table: string]: TableSchema };
  /** What decides about new columns. */
  readonly settings: SchemaSettings;
  /** The naming convention, and how nested values are taken apart. */
  readonly normalizers: SchemaNormalizers;
  /** The newest first, ten at most. */
  readonly previous_hashes: readonly string[];
  /** Digest of the file that it was imported from. */
  readonly imported_version_hash?: string;
  /** For people who read it. */
  readonly description?: string;
}
