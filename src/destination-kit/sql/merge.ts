import type { ColumnSchema, TableSchema } from "../../schema/document.ts";
import { completeColumns } from "../../schema/table.ts";
import type { SqlDialect } from "./dialect.ts";

/** A root table and the tables nested in it, whose new rows wait in staging tables. */
export interface Merge {
  readonly dialect: SqlDialect;
  /** The root first, parents before the tables nested in them. */
  readonly tables: readonly MergedTable[];
}

interface MergedTable {
  readonly schema: TableSchema;
  /** Quoted. */
  readonly target: string;
  /** Quoted. */
  readonly staging: string;
  /** False: its staging table stays empty. */
  readonly hasJobs: boolean;
}

/** Rows without a key cannot meet others: they are appended, and need no staging. */
export function hasMergeKey(root: TableSchema): boolean {
  return namesWith(root, "primary_key").length > 0 || namesWith(root, "merge_key").length > 0;
}

/**
 * Staging tables belong to the connection and to its transaction. So rows of two pipelines never meet in one, none is left over after a crash,
 * and there is nothing for others to see: a staging dataset, as dlt has it, is not needed.
 * They take what the files hold; constraints are checked where the rows go in the end.
 */
export function createStaging({ dialect, tables }: Merge): string[] {
  return tables.map(({ schema, staging }) => {
    const lines = completeColumns(schema).map((column) => `${dialect.quoteIdentifier(column.name)} ${dialect.columnType(column)}`);
    return `CREATE TEMP TABLE ${staging} (\n  ${lines.join(",\n  ")}\n)`;
  });
}

/** The name of a staging table, for `temporaryTable`. */
export function stagingName(table: TableSchema): string {
  return `staging_${table.name}`;
}

/** What finds the staged rows of a key, where the database needs help with that. */
export function indexStaging({ dialect, tables: [root] }: Merge): string[] {
  if (root === undefined || dialect.indexTemporaryTable === undefined) return [];
  const keys = ["primary_key", "merge_key"].map((hint) => namesWith(root.schema, hint)).filter((key) => key.length > 0);
  return keys.map((key) => dialect.indexTemporaryTable!(stagingName(root.schema), key));
}

/** Finds a staged decimal by which the database cannot tell the newest row of a key. Undefined where none is asked for. */
export function findIncomparable({ dialect, tables: [root] }: Merge): { readonly sql: string; readonly column: string } | undefined {
  const sort = root === undefined || !needsDeduplication(root.schema) ? undefined : sortColumn(root.schema);
  if (root === undefined || sort === undefined || dialect.incomparableDecimal === undefined) return undefined;
  if (sort.data_type !== "decimal" && sort.data_type !== "wei") return undefined;
  const value = dialect.quoteIdentifier(sort.name);
  return { sql: `SELECT ${value} AS value FROM ${root.staging} WHERE ${dialect.incomparableDecimal(value)} LIMIT 1`, column: sort.name };
}

/** Merges what was staged by the strategy delete-insert: old rows whose key was staged go, with all that is nested in them, then the staged rows come. */
export function deleteInsert(merge: Merge): string[] {
  const shape = mergeShape(merge);
  return [
    ...deleteOld(shape),
    ...deleteUnwanted(shape),
    ...shape.tables.filter((table) => table.hasJobs).map((table) => insertStaged(shape, table)),
  ];
}

export function dropStaging({ tables }: Merge): string[] {
  return tables.map(({ staging }) => `DROP TABLE ${staging}`);
}

interface MergeShape extends Merge {
  readonly root: MergedTable;
  readonly nested: readonly MergedTable[];
  readonly primaryKey: readonly string[];
  readonly mergeKey: readonly string[];
  readonly hardDelete: ColumnSchema | undefined;
  /** Holds the ids of the root rows that go. */
  readonly oldRows: string;
  readonly quote: (name: string) => string;
}

function mergeShape(merge: Merge): MergeShape {
  const [root, ...nested] = merge.tables as readonly [MergedTable, ...MergedTable[]];
  return {
    ...merge,
    root,
    nested,
    primaryKey: namesWith(root.schema, "primary_key"),
    mergeKey: namesWith(root.schema, "merge_key"),
    hardDelete: completeColumns(root.schema).find((column) => column["hard_delete"] === true),
    oldRows: merge.dialect.temporaryTable("old_rows"),
    quote: (name) => merge.dialect.quoteIdentifier(name),
  };
}

function deleteOld(shape: MergeShape): string[] {
  const { root, nested, oldRows, quote } = shape;
  const matches = keyMatches(shape);
  if (nested.length === 0) return matches.map((match) => `DELETE FROM ${root.target} AS d WHERE ${match}`);
  const id = quote(rowKey(root.schema));
  // A table is emptied before its parent, which may be needed to find its rows.
  const deletes = [...nested].reverse().map((table) => `DELETE FROM ${table.target} WHERE ${isNestedIn(shape, table, "target", oldRows)}`);
  return [
    `CREATE TEMP TABLE ${oldRows} AS ${matches.map((match) => `SELECT d.${id} FROM ${root.target} AS d WHERE ${match}`).join(" UNION ")}`,
    ...deletes,
    `DELETE FROM ${root.target} WHERE ${id} IN (SELECT ${id} FROM ${oldRows})`,
    `DROP TABLE ${oldRows}`,
  ];
}

/** One condition per key: databases plan two statements better than one with OR. */
function keyMatches({ root, primaryKey, mergeKey, quote }: MergeShape): string[] {
  return [primaryKey, mergeKey]
    .filter((key) => key.length > 0)
    .map((key) => key.map((name) => `d.${quote(name)} = s.${quote(name)}`).join(" AND "))
    .map((condition) => `EXISTS (SELECT 1 FROM ${root.staging} AS s WHERE ${condition})`);
}

/** Staged rows that are not to come. A flag for deletion counts for the row that wins among those of its key, so duplicates go first. */
function deleteUnwanted(shape: MergeShape): string[] {
  const { dialect, root, nested, primaryKey, hardDelete, quote } = shape;
  const sort = sortColumn(root.schema);
  const order = sort === undefined ? [] : [`${quote(sort.name)} ${sort["dedup_sort"] === "asc" ? "ASC" : "DESC"} NULLS LAST`];
  return [
    ...(needsDeduplication(root.schema) ? [deleteDuplicates(dialect, root.staging, primaryKey, order)] : []),
    ...(hardDelete === undefined ? [] : [`DELETE FROM ${root.staging} WHERE ${flagged(quote(hardDelete.name), hardDelete)}`]),
    ...nested.filter((table) => table.hasJobs).map((table) => deleteDuplicates(dialect, table.staging, [rowKey(table.schema)], [])),
  ];
}

function sortColumn(root: TableSchema): ColumnSchema | undefined {
  return completeColumns(root).find((column) => column["dedup_sort"] === "asc" || column["dedup_sort"] === "desc");
}

function needsDeduplication(root: TableSchema): boolean {
  return namesWith(root, "primary_key").length > 0 && root["x-stage-data-deduplicated"] !== true;
}

/** Of the rows with one key the first in the order stays; of equal ones the one that came first. */
function deleteDuplicates(dialect: SqlDialect, table: string, key: readonly string[], order: readonly string[]): string {
  const { rowPosition } = dialect;
  const partition = key.map((name) => dialect.quoteIdentifier(name)).join(", ");
  const places = `ROW_NUMBER() OVER (PARTITION BY ${partition} ORDER BY ${[...order, rowPosition].join(", ")})`;
  const ranked = `SELECT ${rowPosition} AS position, ${places} AS place FROM ${table}`;
  return `DELETE FROM ${table} WHERE ${rowPosition} IN (SELECT position FROM (${ranked}) AS ranked WHERE place > 1)`;
}

function flagged(column: string, { data_type: dataType }: ColumnSchema): string {
  return dataType === "bool" ? column : `${column} IS NOT NULL`;
}

function insertStaged(shape: MergeShape, table: MergedTable): string {
  const { root, primaryKey, hardDelete, quote } = shape;
  const columns = completeColumns(table.schema)
    .map((column) => quote(column.name))
    .join(", ");
  const insert = `INSERT INTO ${table.target} (${columns}) SELECT ${columns} FROM ${table.staging}`;
  const isComplete = table === root || (primaryKey.length === 0 && hardDelete === undefined);
  return isComplete ? insert : `${insert} WHERE ${isNestedIn(shape, table, "staging", root.staging)}`;
}

/** True for rows nested in one of those root rows: by the key of the root row, or, in a table that lacks it, by way of the parents. */
function isNestedIn(shape: MergeShape, table: MergedTable, place: "target" | "staging", roots: string): string {
  const { root, tables, quote } = shape;
  const rootKey = namesWith(table.schema, "root_key")[0];
  const parent = tables.find((each) => each.schema.name === table.schema.parent)!;
  const id = quote(rowKey(rootKey === undefined ? parent.schema : root.schema));
  if (rootKey !== undefined) return `${quote(rootKey)} IN (SELECT ${id} FROM ${roots})`;
  const parents = parent === root ? roots : `${parent[place]} WHERE ${isNestedIn(shape, parent, place, roots)}`;
  return `${quote(parentKey(table.schema))} IN (SELECT ${id} FROM ${parents})`;
}

export function rowKey(table: TableSchema): string {
  return namesWith(table, "row_key")[0] ?? "_dlt_id";
}

export function parentKey(table: TableSchema): string {
  return namesWith(table, "parent_key")[0] ?? "_dlt_parent_id";
}

export function namesWith(table: TableSchema, hint: string): string[] {
  return completeColumns(table)
    .filter((column) => column[hint] === true)
    .map((column) => column.name);
}
