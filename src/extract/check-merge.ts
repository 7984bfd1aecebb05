import { ConfigError } from "../core/errors.ts";
import type { TableSchema } from "../schema/document.ts";
import type { MergeStrategy } from "../schema/hint-options.ts";
import { hinted, mergeProblem } from "../schema/merge-problem.ts";
import { mergeStrategyOf } from "../schema/merge-strategy.ts";

/** Gives, in words, the hints of a root table that its way to be loaded has no use for. Throws ConfigError where that way misses something. */
export function checkMerge(table: TableSchema, mergeStrategies: readonly MergeStrategy[]): readonly string[] {
  if (table.parent !== undefined) return [];
  const asked = mergeStrategyOf(table, mergeStrategies);
  const strategy = mergeStrategies.find((known) => known === asked);
  if (table.write_disposition === "merge" && mergeStrategies.length === 0) return appended(table);
  if (strategy === undefined) return table.write_disposition === "merge" ? [] : unusedWithoutMerge(table);
  const problem = mergeProblem(table, strategy);
  if (problem !== undefined) throw new ConfigError(problem);
  return unused(table, strategy);
}

/** What could not be appended was refused before. */
function appended(table: TableSchema): string[] {
  const message = `Table \`${table.name}\` has the write disposition \`merge\`, and its destination cannot merge: its rows are appended.`;
  return [message, ...unusedWithoutMerge({ ...table, write_disposition: "append" })];
}

function unusedWithoutMerge(table: TableSchema): string[] {
  return (["hard_delete", "dedup_sort"] as const)
    .filter((hint) => hinted(table, hint).length > 0)
    .map((hint) => ignored(table, hint, `the write disposition \`${table.write_disposition}\``));
}

function unused(table: TableSchema, strategy: MergeStrategy): string[] {
  const has = (hint: string) => hinted(table, hint).length > 0;
  const of = `the merge strategy \`${strategy}\``;
  if (strategy === "delete-insert") {
    const hasKey = has("primary_key") || has("merge_key");
    return [
      ...(hasKey
        ? []
        : [
            `Table \`${table.name}\` is merged and has neither primary key nor merge key: its rows are appended. Give its resource a primaryKey.`,
          ]),
      ...(has("dedup_sort") && !has("primary_key") ? [ignored(table, "dedup_sort", `${of} without a primary key`)] : []),
      ...(has("dedup_sort") && table["x-stage-data-deduplicated"] === true
        ? [ignored(table, "dedup_sort", "rows that are `deduplicated`")]
        : []),
    ];
  }
  const ofNoUse = strategy === "scd2" ? ["hard_delete", "dedup_sort"] : ["merge_key", "dedup_sort"];
  return ofNoUse.filter(has).map((hint) => ignored(table, hint, of));
}

function ignored({ name }: TableSchema, hint: string, what: string): string {
  return `Table \`${name}\` has a column with the hint \`${hint}\`, for which ${what} has no use.`;
}
