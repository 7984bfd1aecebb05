import type { TableSchema } from "./document.ts";
import type { MergeStrategy } from "./hint-options.ts";

/** What a root table lacks to be merged by the strategy; undefined when nothing. */
export function mergeProblem(table: TableSchema, strategy: MergeStrategy): string | undefined {
  const twice = (["hard_delete", "dedup_sort"] as const)
    .map((hint) => [hint, hinted(table, hint)] as const)
    .find(([, names]) => names.length > 1);
  if (twice !== undefined)
    return `Table \`${table.name}\` has the hint \`${twice[0]}\` on the columns \`${twice[1].join("`, `")}\`: one column can have it.`;
  if ((strategy === "upsert" || strategy === "insert-only") && hinted(table, "primary_key").length === 0)
    return `Table \`${table.name}\` is merged with the strategy \`${strategy}\` and has no primary key. Give its resource a primaryKey.`;
  return undefined;
}

/** Columns without a type count: what is declared is meant. */
export function hinted(table: TableSchema, hint: string): string[] {
  return Object.values(table.columns)
    .filter((column) => column[hint] !== undefined && column[hint] !== false && column[hint] !== null)
    .map((column) => column.name);
}
