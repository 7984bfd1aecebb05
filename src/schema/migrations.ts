import type { Columns } from "./document.ts";
import { relationalNormalizer } from "./new-schema.ts";
import { loadsTable, loadsTableName, versionTable, versionTableName } from "./system-tables.ts";

type Members = { readonly [key: string]: unknown };
type Tables = { readonly [table: string]: Members };

/** A schema document of any engine version. */
export interface StoredSchema {
  readonly name: string;
  readonly tables: Tables;
  readonly [key: string]: unknown;
}

/** A document of engine version `from` as the current engine has it. Its hash is that of before: bump it when it is saved. */
export function migrateSchema(document: StoredSchema, from: number): StoredSchema {
  const migrated = steps.slice(from - 1).reduce((schema, step) => step(schema), document);
  return mapTables({ ...migrated, engine_version: steps.length + 1 }, withoutNullMarks);
}

/** The first leads from 1 to 2. Engine 2 had filters (`includes`, `excludes`); leat has none and leaves them out. */
const steps: readonly ((schema: StoredSchema) => StoredSchema)[] = [
  (schema) => schema,
  toSettings,
  (schema) => ({ ...schema, version_hash: "" }),
  (schema) => withTables(schema, { [versionTableName]: versionTable, [loadsTableName]: loadsTable }),
  (schema) => withTables(schema, { [loadsTableName]: loadsTable }),
  withoutSeals,
  (schema) => ({ ...schema, previous_hashes: [] }),
  (schema) => mapTables(schema, withSeenData),
  toRowKeys,
  (schema) => ({ ...schema, normalizers: { ...members(schema["normalizers"]), use_break_path_on_normalize: false } }),
];

/** 2 to 3: hints and types move into settings, tables get `columns` and a parent. */
function toSettings(schema: StoredSchema): StoredSchema {
  const { hints, preferred_types, includes, excludes, ...others } = schema;
  const patterns = Object.entries(members(hints)).map(([hint, names]) => [hint, (names as readonly string[]).map(asPattern)]);
  const types = Object.entries(members(preferred_types)).map(([name, type]) => [asPattern(name), type]);
  return {
    ...others,
    normalizers: {
      names: "snake_case",
      json: { module: relationalNormalizer, config: { propagation: { root: { _dlt_id: "_dlt_root_id" } } } },
    },
    settings: { default_hints: Object.fromEntries(patterns), preferred_types: Object.fromEntries(types) },
    tables: Object.fromEntries(Object.entries(schema.tables).map(([name, columns]) => [name, toTable(name, columns, schema.tables)])),
  };
}

function asPattern(name: string): string {
  return `re:${name}`;
}

function toTable(name: string, columns: Members, tables: Tables): Members {
  const parent = name.slice(0, Math.max(name.lastIndexOf("__"), 0));
  return { name, columns, ...(Object.hasOwn(tables, parent) ? { parent } : { write_disposition: "append", resource: name }) };
}

/** 6 to 7: a sealed schema is now one with a contract. */
function withoutSeals(schema: StoredSchema): StoredSchema {
  const { schema_sealed, ...settings } = members(schema["settings"]);
  return mapTables({ ...schema, settings }, ({ table_sealed, ...table }) => table);
}

/** 8 to 9: a table that has row ids has had rows. */
function withSeenData(table: Members): Members {
  if (!("_dlt_id" in columnsOf(table))) return table;
  return { ...table, "x-normalizer": { ...members(table["x-normalizer"]), "seen-data": true } };
}

/** 9 to 10: `complex` is called `json`, keys of rows and parents have hints of their own. */
function toRowKeys(schema: StoredSchema): StoredSchema {
  const settings = members(schema["settings"]);
  const renamed = {
    ...settings,
    ...("default_hints" in settings ? { default_hints: withRowKeyHints(members(settings["default_hints"])) } : {}),
    ...("preferred_types" in settings ? { preferred_types: mapValues(members(settings["preferred_types"]), renamedType) } : {}),
  };
  const normalizers = withoutIdSwitch(members(schema["normalizers"]));
  return mapTables({ ...schema, settings: renamed, normalizers }, (table) => ({ ...table, columns: mapColumns(table, withRowKey) }));
}

function withRowKeyHints({ foreign_key, ...hints }: Members): Members {
  return Object.keys(hints).length === 0 && foreign_key === undefined
    ? hints
    : { ...hints, row_key: ["_dlt_id"], parent_key: ["_dlt_parent_id"] };
}

function withRowKey(name: string, { foreign_key, ...column }: Members): Members {
  const typed = "data_type" in column ? { ...column, data_type: renamedType(column["data_type"]) } : column;
  if (name === "_dlt_id") return { ...typed, row_key: column["unique"] ?? false };
  return name === "_dlt_parent_id" ? { ...typed, parent_key: foreign_key ?? false } : typed;
}

function renamedType(type: unknown): unknown {
  return type === "complex" ? "json" : type;
}

function withoutIdSwitch(normalizers: Members): Members {
  const json = members(normalizers["json"]);
  if (!("config" in json)) return normalizers;
  const { generate_dlt_id, ...config } = members(json["config"]);
  return { ...normalizers, json: { ...json, config } };
}

/** Columns that had nothing but nulls once got a mark instead of staying unknown. */
function withoutNullMarks(table: Members): Members {
  const kept = Object.entries(columnsOf(table)).filter(([, column]) => !isNullOnly(column));
  return { ...table, columns: Object.fromEntries(kept.map(([name, column]) => [name, withoutNullMark(column)])) };
}

function isNullOnly(column: Members): boolean {
  return Boolean(members(column["x-normalizer"])["seen-null-first"]) && !column["data_type"];
}

function withoutNullMark(column: Members): Members {
  const { "x-normalizer": hints, ...others } = column;
  const { "seen-null-first": mark, ...kept } = members(hints);
  if (mark === undefined) return column;
  return Object.keys(kept).length === 0 ? others : { ...others, "x-normalizer": kept };
}

function withTables(schema: StoredSchema, tables: Tables): StoredSchema {
  return { ...schema, tables: { ...schema.tables, ...tables } };
}

function mapTables(schema: StoredSchema, change: (table: Members) => Members): StoredSchema {
  return { ...schema, tables: mapValues(schema.tables, (table) => change(members(table))) as Tables };
}

function mapColumns(table: Members, change: (name: string, column: Members) => Members): Members {
  return Object.fromEntries(Object.entries(columnsOf(table)).map(([name, column]) => [name, change(name, column)]));
}

function mapValues(object: Members, change: (value: unknown) => unknown): Members {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

function columnsOf(table: Members): Columns {
  return members(table["columns"]) as Columns;
}

function members(value: unknown): Members {
  return typeof value === "object" && value !== null ? (value as Members) : {};
}
