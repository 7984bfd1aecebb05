import { completeColumns } from "../../schema/table.ts";
import type { SqlDialect } from "./dialect.ts";
import {
  type ChainShape,
  columnNames,
  isFlagged,
  isNestedIn,
  type StagedChain,
  type StagedStep,
  sameKey,
  shapeOf,
} from "./staged-chain.ts";
import type { StagedTable } from "./staged-table.ts";
import { rowKey } from "./table-keys.ts";

/** Old rows whose key was staged go, with all that is nested in them, then the staged rows come. */
export function deleteInsert(chain: StagedChain): StagedStep[] {
  const shape = shapeOf(chain);
  return [
    ...deleteOld(shape),
    ...deleteUnwanted(shape),
    ...shape.tables.filter((table) => table.hasJobs).map((table) => insertStaged(shape, table)),
  ];
}

function deleteOld(shape: ChainShape): string[] {
  const { dialect, root, nested, quote } = shape;
  if (nested.length === 0 && dialect.deletesByJoin === true)
    return matchedKeys(shape).map((key) => {
      const conditions = [sameKey(key, quote), ...withinStaged(shape, key)];
      return `DELETE FROM ${root.target} AS d USING ${root.staging} AS s WHERE ${conditions.join(" AND ")}`;
    });
  const matches = keyMatches(shape);
  if (matches.length === 0) return [];
  if (nested.length === 0) return matches.map((match) => `DELETE FROM ${root.target} AS d WHERE ${match}`);
  const oldRows = dialect.temporaryTable("old_rows");
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

function matchedKeys({ primaryKey, mergeKey }: ChainShape): (readonly string[])[] {
  return [primaryKey, mergeKey].filter((key) => key.length > 0);
}

/** One condition per key: databases plan two statements better than one with OR. */
function keyMatches(shape: ChainShape): string[] {
  const { root, quote } = shape;
  return matchedKeys(shape).map((key) =>
    [`EXISTS (SELECT 1 FROM ${root.staging} AS s WHERE ${sameKey(key, quote)})`, ...withinStaged(shape, key)].join(" AND "),
  );
}

/** The rows that can meet staged ones lie between the least and the greatest key of those: to compare two numbers costs less than to look for one, and partitions need not be looked at. */
function withinStaged({ dialect, root, quote }: ChainShape, key: readonly string[]): string[] {
  const ranged = completeColumns(root.schema).filter((column) => key.includes(column.name) && dialect.comparesFast?.(column));
  return ranged.map(({ name }) => {
    const [least, greatest] = ["min", "max"].map((aggregate) => `(SELECT ${aggregate}(${quote(name)}) FROM ${root.staging})`);
    return `d.${quote(name)} BETWEEN ${least} AND ${greatest}`;
  });
}

/** Staged rows that are not to come. A flag for deletion counts for the row that wins among those of its key, so duplicates go first. */
function deleteUnwanted(shape: ChainShape): StagedStep[] {
  const { dialect, root, hardDelete, quote } = shape;
  if (shape.isOfFiles) return [];
  const search = findDuplicates(shape);
  return [
    ...(search === undefined ? [] : [{ when: search, then: duplicatesOf(shape).map((of) => deleteDuplicates(dialect, of)) }]),
    ...(hardDelete === undefined ? [] : [`DELETE FROM ${root.staging} WHERE ${isFlagged(quote(hardDelete.name), hardDelete)}`]),
  ];
}

/** Gives a row where staged rows have one key. To look for them costs a fraction of what it takes to number all rows. Undefined where nobody has to look. */
export function findDuplicates(shape: ChainShape): string | undefined {
  const areThere = duplicatesOf(shape).map((of) => `EXISTS (SELECT 1 FROM ${of.table} ${countsKeys(shape, of)})`);
  return areThere.length === 0 ? undefined : `SELECT 1 WHERE ${areThere.join(" OR ")}`;
}

/** What is compared fast is counted in less time than it takes to group it. A null counts as a duplicate there, which costs another look at the rows and deletes none. */
function countsKeys({ dialect, root, quote }: ChainShape, { table, key }: Duplicates): string {
  const columns = key.map(quote).join(", ");
  const only = table === root.staging && key.length === 1 ? completeColumns(root.schema).find(({ name }) => name === key[0]) : undefined;
  if (only !== undefined && dialect.comparesFast?.(only)) return `HAVING count(*) > count(DISTINCT ${columns})`;
  return `GROUP BY ${columns} HAVING count(*) > 1`;
}

function duplicatesOf({ root, nested, primaryKey, quote }: ChainShape): Duplicates[] {
  const sort = completeColumns(root.schema).find((column) => column["dedup_sort"] === "asc" || column["dedup_sort"] === "desc");
  const order = sort === undefined ? [] : [`${quote(sort.name)} ${sort["dedup_sort"] === "asc" ? "ASC" : "DESC"} NULLS LAST`];
  const isDeduplicated = primaryKey.length === 0 || root.schema["x-stage-data-deduplicated"] === true;
  return [
    ...(isDeduplicated ? [] : [{ table: root.staging, key: primaryKey, order }]),
    ...nested.filter((table) => table.hasJobs).map((table) => ({ table: table.staging, key: [rowKey(table.schema)], order: [] })),
  ];
}

interface Duplicates {
  readonly table: string;
  readonly key: readonly string[];
  readonly order: readonly string[];
}

/** Of the rows with one key the first in the order stays; of equal ones the one that came first. */
function deleteDuplicates(dialect: SqlDialect, { table, key, order }: Duplicates): string {
  const { rowPosition } = dialect;
  const partition = key.map((name) => dialect.quoteIdentifier(name)).join(", ");
  const places = `ROW_NUMBER() OVER (PARTITION BY ${partition} ORDER BY ${[...order, rowPosition].join(", ")})`;
  const ranked = `SELECT ${rowPosition} AS position, ${places} AS place FROM ${table}`;
  return `DELETE FROM ${table} WHERE ${rowPosition} IN (SELECT position FROM (${ranked}) AS ranked WHERE place > 1)`;
}

function insertStaged(shape: ChainShape, table: StagedTable): string {
  const { root, primaryKey, hardDelete } = shape;
  const columns = columnNames(shape, table).join(", ");
  const insert = `INSERT INTO ${table.target} (${columns}) SELECT ${columns} FROM ${table.staging}`;
  const isComplete = table === root || (primaryKey.length === 0 && hardDelete === undefined);
  return isComplete ? insert : `${insert} WHERE ${isNestedIn(shape, table, "staging", root.staging)}`;
}
