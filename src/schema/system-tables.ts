import type { ColumnSchema, Columns, TableSchema } from "./document.ts";

/** The names of the tables that every dataset has. */
export const versionTableName = "_dlt_version";
export const loadsTableName = "_dlt_loads";
export const stateTableName = "_dlt_pipeline_state";
/** A table that a dataset gets when a cursor needs it. dlt does not know it. */
export const keyedStateTableName = "_leat_keyed_state";

/** True for the tables that belong to the loader, not to the user. */
export function isSystemTable(name: string): boolean {
  return name.startsWith("_dlt") || name === keyedStateTableName;
}

// Old tables are never reordered: new columns go to the end.

/** Every version of every schema of the dataset. */
export const versionTable: TableSchema = {
  name: versionTableName,
  columns: inOrder([
    { name: "version", data_type: "bigint", nullable: false, description: "Counts the changes of the schema" },
    { name: "engine_version", data_type: "bigint", nullable: false, description: "Layout of the document in `schema`" },
    { name: "inserted_at", data_type: "timestamp", nullable: false, description: "When this version was written here" },
    { name: "schema_name", data_type: "text", nullable: false, description: "Which schema this is a version of" },
    { name: "version_hash", data_type: "text", nullable: false, description: "Digest of the content; equal content has equal hashes" },
    { name: "schema", data_type: "text", nullable: false, description: "The whole schema document as JSON" },
  ]),
  write_disposition: "skip",
  resource: versionTableName,
  description: "Schemas of this dataset, one row per version",
};

/** One row per load package that is in. */
export const loadsTable: TableSchema = {
  name: loadsTableName,
  columns: inOrder([
    { name: "load_id", data_type: "text", nullable: false, precision: 64, description: "The load package" },
    { name: "schema_name", data_type: "text", nullable: true, description: "The schema that the package was loaded with" },
    { name: "status", data_type: "bigint", nullable: false, description: "0: the package is completely loaded" },
    { name: "inserted_at", data_type: "timestamp", nullable: false, description: "When the package was completed" },
    { name: "schema_version_hash", data_type: "text", nullable: true, description: "Hash of that schema in `_dlt_version`" },
  ]),
  write_disposition: "skip",
  resource: loadsTableName,
  description: "Completed load packages; rows of other packages do not count",
};

/** One row per state that was extracted. Part of a schema once state went into one of its packages; `_dlt_id` comes with the rows. */
export const stateTable: TableSchema = {
  columns: inOrder([
    { name: "version", data_type: "bigint", nullable: false, description: "Counts the changes of the state" },
    { name: "engine_version", data_type: "bigint", nullable: false, description: "Layout of the document in `state`" },
    { name: "pipeline_name", data_type: "text", nullable: false, description: "The pipeline that keeps this state" },
    { name: "state", data_type: "text", nullable: false, description: "The whole state document, compressed, as base64" },
    { name: "created_at", data_type: "timestamp", nullable: false, description: "When this state was taken" },
    { name: "version_hash", data_type: "text", nullable: true, description: "Digest of the content; equal content has equal hashes" },
    { name: "_dlt_load_id", data_type: "text", nullable: false, precision: 64, description: "The load package that brought this state" },
  ]),
  write_disposition: "append",
  file_format: "preferred",
  name: stateTableName,
  resource: stateTableName,
};

/** What is remembered of rows, and is too much for the state: entries that a package brings, found by name and key. Part of a schema once one of its packages had some. */
export const keyedStateTable: TableSchema = {
  columns: inOrder([
    { name: "pipeline_name", data_type: "text", nullable: false, description: "The pipeline that keeps this entry" },
    { name: "source", data_type: "text", nullable: false, description: "The source whose resources keep it" },
    { name: "resource", data_type: "text", nullable: true, description: "The resource that keeps it, where it is one alone" },
    {
      name: "name",
      data_type: "text",
      nullable: false,
      description: "What the entry is one of; `leat:border`: hashes of rows at a cursor",
    },
    { name: "key", data_type: "text", nullable: false, description: "Which one it is" },
    { name: "value", data_type: "text", nullable: true, description: "Its content" },
    { name: "deleted", data_type: "bool", nullable: false, description: "True: it is not there any more" },
    { name: "_dlt_load_id", data_type: "text", nullable: false, precision: 64, description: "The load package that brought this entry" },
  ]),
  write_disposition: "append",
  file_format: "preferred",
  name: keyedStateTableName,
  resource: keyedStateTableName,
};

/** The name of entries that are chunks of border hashes. */
export const borderEntries = "leat:border";

function inOrder(columns: readonly ColumnSchema[]): Columns {
  return Object.fromEntries(columns.map((column) => [column.name, column]));
}
