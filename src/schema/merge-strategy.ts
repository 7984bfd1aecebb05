import type { TableSchema } from "./document.ts";
import type { MergeStrategy } from "./hint-options.ts";

/**
 * How the rows of a root table are merged: as its hint says, else the first way that the destination has; undefined when they are not merged.
 * A stored hint may name a strategy that leat does not know. A destination without any appends.
 */
export function mergeStrategyOf(root: TableSchema, supported: readonly MergeStrategy[]): string | undefined {
  if (root.write_disposition !== "merge" || supported.length === 0) return undefined;
  const hint = root["x-merge-strategy"];
  return typeof hint === "string" ? hint : supported[0];
}
