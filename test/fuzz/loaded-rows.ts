import type { Pipeline } from "../../src/index.ts";

/** A row as SQL gives it, without leat's columns and without nulls. */
export interface LoadedRow {
  /** As that of an `ExpectedRow`, found by the ids. */
  readonly place: string;
  readonly table: string;
  readonly cells: ReadonlyMap<string, unknown>;
}

type SqlRow = Record<string, unknown>;

/** All rows of a root table and of the tables nested in it; `numberColumn` identifies its documents. */
export async function loadedRows(from: Pipeline, root: string, numberColumn: string): Promise<LoadedRow[]> {
  const rows = await readTables(from);
  const byId = new Map<string, { readonly table: string; readonly row: SqlRow }>();
  for (const { table, row } of rows) byId.set(String(row["_dlt_id"]), { table, row });
  return rows.map(({ table, row }) => ({ place: placeOf(table, row), table, cells: cellsOf(row) }));

  function placeOf(table: string, row: SqlRow): string {
    if (table === root) return String(row[numberColumn]);
    const parent = byId.get(String(row["_dlt_parent_id"]));
    if (parent === undefined) return `nowhere/${table}#${row["_dlt_list_idx"]}`;
    return `${placeOf(parent.table, parent.row)}/${table}#${row["_dlt_list_idx"]}`;
  }
}

async function readTables(from: Pipeline): Promise<{ readonly table: string; readonly row: SqlRow }[]> {
  const rows: { readonly table: string; readonly row: SqlRow }[] = [];
  await using client = from.sqlClient();
  for (const table of Object.keys(from.defaultSchema?.tables ?? {})) {
    if (table.startsWith("_dlt")) continue;
    for (const row of await client.query(`SELECT * FROM "${table}"`)) rows.push({ table, row });
  }
  return rows;
}

function cellsOf(row: SqlRow): Map<string, unknown> {
  return new Map(Object.entries(row).filter(([column, cell]) => cell !== null && !column.startsWith("_dlt_")));
}
