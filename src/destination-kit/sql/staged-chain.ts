import type { ColumnSchema } from "../../schema/document.ts";
import type { MergeStrategy } from "../../schema/hint-options.ts";
import { completeColumns } from "../../schema/table.ts";
import type { SqlDialect } from "./dialect.ts";
import type { StagedTable } from "./staged-table.ts";
import type { StagingPlace } from "./staging-place.ts";
import { namesWith, parentKey, rowKey } from "./table-keys.ts";

/** A root table and the tables nested in it, whose new rows wait in staging tables before they go where they belong. */
export interface StagedChain {
  readonly dialect: SqlDialect;
  readonly strategy: MergeStrategy | StagedReplace;
  readonly place: StagingPlace;
  /** The root first, parents before the tables nested in them. */
  readonly tables: readonly StagedTable[];
  /** True: rows are read from the job files, and need no change: no two have one key, none is flagged as deleted. */
  readonly isOfFiles?: boolean;
  /** When the package was made: versions of rows (scd2) begin then. */
  readonly createdAtMicros: number;
}

/** The ways to replace that need staging tables. */
type StagedReplace = "insert-from-staging" | "staging-optimized";

/** A statement; or some that are run when another one gives a row. */
export type StagedStep = string | { readonly when: string; readonly then: readonly string[] };

/** A chain, and what all strategies ask about it. */
export interface ChainShape extends StagedChain {
  readonly root: StagedTable;
  readonly nested: readonly StagedTable[];
  readonly primaryKey: readonly string[];
  readonly mergeKey: readonly string[];
  readonly hardDelete: ColumnSchema | undefined;
  readonly quote: (name: string) => string;
}

export function shapeOf(chain: StagedChain): ChainShape {
  const [root, ...nested] = chain.tables as readonly [StagedTable, ...StagedTable[]];
  return {
    ...chain,
    root,
    nested,
    primaryKey: namesWith(root.schema, "primary_key"),
    mergeKey: namesWith(root.schema, "merge_key"),
    hardDelete: completeColumns(root.schema).find((column) => column["hard_delete"] === true),
    quote: (name) => chain.dialect.quoteIdentifier(name),
  };
}

/** The names of all columns, quoted. */
export function columnNames({ quote }: ChainShape, { schema }: StagedTable): string[] {
  return completeColumns(schema).map((column) => quote(column.name));
}

/** True where a row of the target, `d`, and a staged one, `s`, have the same values in these columns. Null is like nothing. */
export function sameKey(key: readonly string[], quote: (name: string) => string): string {
  return key.map((name) => `d.${quote(name)} = s.${quote(name)}`).join(" AND ");
}

/** Inserts the staged rows that have no counterpart in the target, one by one. The database may look at the target through an index, or hash it. */
export function insertMissing(shape: ChainShape, table: StagedTable, { key, given = {}, onTarget, onStaged }: MissingRows): string {
  const { quote } = shape;
  const columns = completeColumns(table.schema).map((column) => column.name);
  const values = columns.map((name) => given[name] ?? `s.${quote(name)}`).join(", ");
  const matches = [sameKey(key, quote), ...(onTarget === undefined ? [] : [onTarget])].join(" AND ");
  const isMissing = [`d.${quote(key[0]!)} IS NULL`, ...(onStaged === undefined ? [] : [onStaged])].join(" AND ");
  return (
    `INSERT INTO ${table.target} (${columns.map(quote).join(", ")}) SELECT ${values} ` +
    `FROM ${table.staging} AS s LEFT JOIN ${table.target} AS d ON ${matches} WHERE ${isMissing}`
  );
}

interface MissingRows {
  readonly key: readonly string[];
  /** Values that do not come from the staged row, by column. */
  readonly given?: Readonly<Record<string, string>>;
  /** Which rows of the target, `d`, count. */
  readonly onTarget?: string | undefined;
  /** Which of the staged rows, `s`, come. */
  readonly onStaged?: string | undefined;
}

/** True for rows whose flag says that they are deleted. */
export function isFlagged(column: string, { data_type: dataType }: ColumnSchema): string {
  return dataType === "bool" ? column : `${column} IS NOT NULL`;
}

/** True for rows nested in one of those root rows: by the key of the root row, or, in a table that lacks it, by way of the parents. */
export function isNestedIn(shape: ChainShape, table: StagedTable, place: "target" | "staging", roots: string): string {
  const { root, tables, quote } = shape;
  const rootKey = namesWith(table.schema, "root_key")[0];
  const parent = tables.find((each) => each.schema.name === table.schema.parent)!;
  const id = quote(rowKey(rootKey === undefined ? parent.schema : root.schema));
  if (rootKey !== undefined) return `${quote(rootKey)} IN (SELECT ${id} FROM ${roots})`;
  const parents = parent === root ? roots : `${parent[place]} WHERE ${isNestedIn(shape, parent, place, roots)}`;
  return `${quote(parentKey(table.schema))} IN (SELECT ${id} FROM ${parents})`;
}
