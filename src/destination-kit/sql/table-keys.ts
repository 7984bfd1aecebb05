import type { TableSchema } from "../../schema/document.ts";
import { completeColumns } from "../../schema/table.ts";

/** The columns with that hint, among those that exist. */
export function namesWith(table: TableSchema, hint: string): string[] {
  return completeColumns(table)
    .filter((column) => column[hint] === true)
    .map((column) => column.name);
}

export function rowKey(table: TableSchema): string {
  return namesWith(table, "row_key")[0] ?? "_dlt_id";
}

export function parentKey(table: TableSchema): string {
  return namesWith(table, "parent_key")[0] ?? "_dlt_parent_id";
}

/** Rows without a key cannot meet others. */
export function hasMergeKey(root: TableSchema): boolean {
  return namesWith(root, "primary_key").length > 0 || namesWith(root, "merge_key").length > 0;
}
