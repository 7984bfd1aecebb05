import { type ChainShape, columnNames, insertMissing, isFlagged, isNestedIn, type StagedChain, sameKey, shapeOf } from "./staged-chain.ts";
import type { StagedTable } from "./staged-table.ts";
import { rowKey } from "./table-keys.ts";

/**
 * Rows whose primary key is there are changed where they are, the others come. A row that is flagged as deleted removes the one that is there; where none is, it
 * comes like any other, as with dlt. Rows nested in a staged root row keep their ids, which follow from its key; those that it does not have any more go.
 */
export function upsert(chain: StagedChain): string[] {
  const shape = shapeOf(chain);
  const { root, nested, primaryKey, hardDelete } = shape;
  return [
    ...refuseTwice(shape),
    mergeInto(shape, root, { key: primaryKey, hardDelete }),
    ...nested.filter((table) => table.hasJobs).map((table) => mergeInto(shape, table, { key: [rowKey(table.schema)] })),
    // A table is emptied before its parent, which may be needed to find its rows.
    ...[...nested].reverse().flatMap((table) => deleteNested(shape, table)),
  ];
}

/** Only rows whose primary key is not there yet come. Nested rows come where their id is new, also of root rows that are there: as with dlt. */
export function insertOnly(chain: StagedChain): string[] {
  const shape = shapeOf(chain);
  const { root, nested, primaryKey, hardDelete, quote } = shape;
  const onStaged = hardDelete === undefined ? undefined : notFlagged(`s.${quote(hardDelete.name)}`, hardDelete);
  return [
    ...(root.hasJobs ? [insertMissing(shape, root, { key: primaryKey, onStaged })] : []),
    ...nested.filter((table) => table.hasJobs).map((table) => insertMissing(shape, table, { key: [rowKey(table.schema)] })),
  ];
}

/** Of two staged rows for one that is there, nobody can say which one is meant. */
function refuseTwice({ dialect, root, primaryKey, quote }: ChainShape): string[] {
  if (dialect.raise === undefined) return [];
  const key = primaryKey.map(quote).join(", ");
  const named = primaryKey.map((name) => `'${name.replaceAll("'", "''")} ' || CAST(s.${quote(name)} AS VARCHAR)`).join(" || ', ' || ");
  const twice = `SELECT ${key} FROM ${root.staging} GROUP BY ${key} HAVING count(*) > 1`;
  const isThere = `EXISTS (SELECT 1 FROM ${root.target} AS d WHERE ${sameKey(primaryKey, quote)})`;
  return [
    `SELECT ${dialect.raise(`'Two of them have the primary key ' || ${named} || ' of a row that is there.'`)} FROM (${twice}) AS s WHERE ${isThere}`,
  ];
}

interface Meeting {
  readonly key: readonly string[];
  readonly hardDelete?: ChainShape["hardDelete"];
}

function mergeInto(shape: ChainShape, table: StagedTable, meeting: Meeting): string {
  return shape.dialect.hasMerge === false ? changeAndInsert(shape, table, meeting) : merge(shape, table, meeting);
}

function merge(shape: ChainShape, table: StagedTable, { key, hardDelete }: Meeting): string {
  const { quote } = shape;
  const columns = columnNames(shape, table);
  const isKey = new Set(key.map(quote));
  const changes = columns.filter((column) => !isKey.has(column)).map((column) => `${column} = s.${column}`);
  return [
    `MERGE INTO ${table.target} AS d USING ${table.staging} AS s ON ${sameKey(key, quote)}`,
    ...(hardDelete === undefined ? [] : [`WHEN MATCHED AND ${isFlagged(`s.${quote(hardDelete.name)}`, hardDelete)} THEN DELETE`]),
    ...(changes.length === 0 ? [] : [`WHEN MATCHED THEN UPDATE SET ${changes.join(", ")}`]),
    `WHEN NOT MATCHED THEN INSERT (${columns.join(", ")}) VALUES (${columns.map((column) => `s.${column}`).join(", ")})`,
  ].join(" ");
}

function changeAndInsert(shape: ChainShape, table: StagedTable, { key, hardDelete }: Meeting): string {
  const { quote } = shape;
  const isKey = new Set(key.map(quote));
  const changes = columnNames(shape, table).filter((column) => !isKey.has(column));
  const meets = sameKey(key, quote);
  const flag = hardDelete === undefined ? undefined : `s.${quote(hardDelete.name)}`;
  const parts = [
    ...(flag === undefined
      ? []
      : [`gone AS (DELETE FROM ${table.target} AS d USING ${table.staging} AS s WHERE ${meets} AND ${isFlagged(flag, hardDelete!)})`]),
    ...(changes.length === 0
      ? []
      : [
          `changed AS (UPDATE ${table.target} AS d SET ${changes.map((column) => `${column} = s.${column}`).join(", ")} FROM ${table.staging} AS s ` +
            `WHERE ${[meets, ...(flag === undefined ? [] : [notFlagged(flag, hardDelete!)])].join(" AND ")})`,
        ]),
  ];
  return `${parts.length === 0 ? "" : `WITH ${parts.join(", ")} `}${insertMissing(shape, table, { key })}`;
}

/** The rows that staged root rows have no longer, and all of those that are flagged as deleted. */
function deleteNested(shape: ChainShape, table: StagedTable): string[] {
  const { root, hardDelete, quote } = shape;
  const id = [rowKey(table.schema)];
  const isStaged = `EXISTS (SELECT 1 FROM ${table.staging} AS s WHERE ${sameKey(id, quote)})`;
  const deleted = hardDelete === undefined ? [] : [`${root.staging} WHERE ${isFlagged(quote(hardDelete.name), hardDelete)}`];
  return [
    `DELETE FROM ${table.target} AS d WHERE ${isNestedIn(shape, table, "target", root.staging)}${table.hasJobs ? ` AND NOT ${isStaged}` : ""}`,
    ...deleted.map((roots) => `DELETE FROM ${table.target} WHERE ${isNestedIn(shape, table, "target", roots)}`),
  ];
}

function notFlagged(column: string, { data_type: dataType }: NonNullable<ChainShape["hardDelete"]>): string {
  return dataType === "bool" ? `(${column} IS NULL OR NOT ${column})` : `${column} IS NULL`;
}
