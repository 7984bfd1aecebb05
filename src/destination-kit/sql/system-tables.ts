import { decompressText } from "../../core/digest.ts";
import { encodeJson } from "../../core/json.ts";
import { microsOf, Timestamp } from "../../core/timestamp.ts";
import type { SchemaDocument } from "../../schema/document.ts";
import {
  keyedStateTableName,
  loadsTable,
  loadsTableName,
  stateTableName,
  versionTable,
  versionTableName,
} from "../../schema/system-tables.ts";
import type { PackagePlan, StoredSchema, StoredState } from "../contract.ts";
import type { SqlDialect } from "./dialect.ts";

export interface SqlStatement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** Statements on the tables that every dataset has. */
export interface SystemStatements {
  newestState(pipelineName: string): SqlStatement;
  /** The newest first. */
  allStates(pipelineName: string): SqlStatement;
  newestSchema(schemaName: string): SqlStatement;
  /** A row when that content is stored, under whatever schema name. */
  hasVersion(hash: string): SqlStatement;
  hasLoad(loadId: string): SqlStatement;
  insertVersion(schema: SchemaDocument, insertedAtMicros: number): SqlStatement;
  deleteVersions(schemaName: string): SqlStatement;
  insertLoad(loadId: string, schema: SchemaDocument, insertedAtMicros: number): SqlStatement;
  /** A row when that part of a package is stored that does not count yet. */
  hasPart(loadId: string, part: string): SqlStatement;
  insertPart(plan: Pick<PackagePlan, "loadId" | "schema" | "insertedAtMicros">, part: string): SqlStatement;
  deleteParts(loadId: string): SqlStatement;
  insertState(row: NonNullable<PackagePlan["state"]>): SqlStatement;
  /** `key` and `value` of each. */
  entries(pipelineName: string, name: string, keys: readonly string[]): SqlStatement;
  /** The `key` of each, some of them twice perhaps. */
  entryKeys(pipelineName: string, name: string): SqlStatement;
  deleteEntries(pipelineName: string, name: string, keys: readonly string[]): SqlStatement;
  /** Removes all states of the pipeline but the newest. */
  deleteOldStates(pipelineName: string, keep: number): SqlStatement;
}

/** A load record with another status than 0 does not count, for dlt either: parts that are stored are noted in such records until their package counts. */
const partStatus = 1;
export const partColumn = "schema_version_hash";

export function systemStatements(dialect: SqlDialect, qualify: (table: string) => string): SystemStatements {
  const versions = qualify(versionTableName);
  const loads = qualify(loadsTableName);
  const states = qualify(stateTableName);
  const first = dialect.parameter(1);
  const key = dialect.quoteIdentifier("key");
  const entriesOf = `${qualify(keyedStateTableName)} WHERE pipeline_name = ${first} AND ${dialect.quoteIdentifier("name")} = ${dialect.parameter(2)}`;
  // All columns, since a table that an old dlt made lacks the younger ones.
  const loadedStates =
    `SELECT s.* FROM ${states} s JOIN ${loads} l ON l.load_id = s._dlt_load_id ` +
    `WHERE s.pipeline_name = ${first} AND l.status = 0 ORDER BY l.load_id DESC`;
  return {
    newestState: (pipelineName) => ({ sql: `${loadedStates} LIMIT 1`, parameters: [pipelineName] }),
    allStates: (pipelineName) => ({ sql: loadedStates, parameters: [pipelineName] }),
    newestSchema: (schemaName) => ({
      sql: `SELECT * FROM ${versions} WHERE schema_name = ${first} ORDER BY inserted_at DESC LIMIT 1`,
      parameters: [schemaName],
    }),
    hasVersion: (hash) => ({ sql: `SELECT 1 FROM ${versions} WHERE version_hash = ${first} LIMIT 1`, parameters: [hash] }),
    hasLoad: (loadId) => ({ sql: `SELECT 1 FROM ${loads} WHERE load_id = ${first} AND status = 0 LIMIT 1`, parameters: [loadId] }),
    insertVersion: (schema, insertedAtMicros) =>
      insert(dialect, versions, Object.keys(versionTable.columns), [
        schema.version,
        schema.engine_version,
        Timestamp.fromMicros(insertedAtMicros),
        schema.name,
        schema.version_hash,
        encodeJson(schema),
      ]),
    deleteVersions: (schemaName) => ({ sql: `DELETE FROM ${versions} WHERE schema_name = ${first}`, parameters: [schemaName] }),
    insertLoad: (loadId, schema, insertedAtMicros) =>
      insert(dialect, loads, Object.keys(loadsTable.columns), [
        loadId,
        schema.name,
        0,
        Timestamp.fromMicros(insertedAtMicros),
        schema.version_hash,
      ]),
    hasPart: (loadId, part) => ({
      sql: `SELECT 1 FROM ${loads} WHERE load_id = ${first} AND status = ${partStatus} AND ${dialect.quoteIdentifier(partColumn)} = ${dialect.parameter(2)} LIMIT 1`,
      parameters: [loadId, part],
    }),
    insertPart: ({ loadId, schema, insertedAtMicros }, part) =>
      insert(dialect, loads, Object.keys(loadsTable.columns), [
        loadId,
        schema.name,
        partStatus,
        Timestamp.fromMicros(insertedAtMicros),
        part,
      ]),
    deleteParts: (loadId) => ({ sql: `DELETE FROM ${loads} WHERE load_id = ${first} AND status = ${partStatus}`, parameters: [loadId] }),
    insertState: (row) => insert(dialect, states, Object.keys(row), Object.values(row)),
    entries: (pipelineName, name, keys) => ({
      sql: `SELECT ${key} AS entry_key, ${dialect.quoteIdentifier("value")} AS entry_value FROM ${entriesOf} AND ${key} IN (${places(dialect, 3, keys.length)})`,
      parameters: [pipelineName, name, ...keys],
    }),
    entryKeys: (pipelineName, name) => ({ sql: `SELECT ${key} AS entry_key FROM ${entriesOf}`, parameters: [pipelineName, name] }),
    deleteEntries: (pipelineName, name, keys) => ({
      sql: `DELETE FROM ${entriesOf} AND ${key} IN (${places(dialect, 3, keys.length)})`,
      parameters: [pipelineName, name, ...keys],
    }),
    deleteOldStates: (pipelineName, keep) => ({
      sql:
        `DELETE FROM ${states} WHERE pipeline_name = ${first} AND _dlt_load_id < (SELECT min(kept._dlt_load_id) FROM (` +
        `${loadedStates.replace("s.*", "s._dlt_load_id")} LIMIT ${keep}) AS kept)`,
      parameters: [pipelineName],
    }),
  };
}

function places(dialect: SqlDialect, from: number, count: number): string {
  return Array.from({ length: count }, (_, index) => dialect.parameter(from + index)).join(", ");
}

function insert(dialect: SqlDialect, table: string, columns: readonly string[], values: readonly unknown[]): SqlStatement {
  const names = columns.map((name) => dialect.quoteIdentifier(name)).join(", ");
  return { sql: `INSERT INTO ${table} (${names}) VALUES (${places(dialect, 1, columns.length)})`, parameters: values };
}

/** A row as the driver gives it. */
export type SystemRow = { readonly [column: string]: unknown };

export function toStoredState(row: SystemRow): StoredState {
  return {
    version: Number(row["version"]),
    engineVersion: Number(row["engine_version"]),
    pipelineName: String(row["pipeline_name"]),
    blob: String(row["state"]),
    versionHash: typeof row["version_hash"] === "string" ? row["version_hash"] : undefined,
    createdAtMicros: microsIn(row["created_at"]),
    loadId: String(row["_dlt_load_id"]),
  };
}

export function toStoredSchema(row: SystemRow): StoredSchema {
  return {
    version: Number(row["version"]),
    engineVersion: Number(row["engine_version"]),
    schemaName: String(row["schema_name"]),
    versionHash: String(row["version_hash"]),
    insertedAtMicros: microsIn(row["inserted_at"]),
    json: plainJson(String(row["schema"])),
  };
}

/** A document is compressed only when it exceeds the longest text that the destination takes. */
function plainJson(text: string): string {
  return text.startsWith("{") ? text : decompressText(text);
}

function microsIn(value: unknown): number {
  return value instanceof Date ? Number(microsOf(value)) : 0;
}
