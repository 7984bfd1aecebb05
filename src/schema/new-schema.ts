import { type SchemaDocument, type SchemaSettings, schemaEngineVersion } from "./document.ts";
import { loadsTable, loadsTableName, versionTable, versionTableName } from "./system-tables.ts";

/** A schema with nothing but the system tables. It has no hash yet: the first `bumpSchema` gives it one and keeps version 1. */
export function newSchema(name: string, options: { readonly naming?: string } = {}): SchemaDocument {
  return {
    version: 1,
    version_hash: "",
    engine_version: schemaEngineVersion,
    name,
    tables: { [versionTableName]: versionTable, [loadsTableName]: loadsTable },
    settings: defaultSettings,
    normalizers: { names: options.naming ?? "snake_case", json: { module: relationalNormalizer } },
    previous_hashes: [],
  };
}

/** The stored name of the normalizer that makes nested tables. */
export const relationalNormalizer = "dlt.common.normalizers.json.relational";

const defaultSettings: SchemaSettings = {
  detections: ["iso_timestamp"],
  default_hints: {
    not_null: ["_dlt_id", "_dlt_root_id", "_dlt_parent_id", "_dlt_list_idx", "_dlt_load_id"],
    parent_key: ["_dlt_parent_id"],
    root_key: ["_dlt_root_id"],
    unique: ["_dlt_id"],
    row_key: ["_dlt_id"],
  },
};
