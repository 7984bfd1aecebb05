import { completeColumns } from "../../schema/table.ts";
import { type StagedChain, shapeOf } from "./staged-chain.ts";

/** Finds a staged decimal by which the database cannot tell the newest row of a key. Undefined where none is asked for. */
export function findIncomparable(chain: StagedChain): { readonly sql: string; readonly column: string } | undefined {
  const { dialect, root, primaryKey, quote, strategy } = shapeOf(chain);
  if (strategy !== "delete-insert" || dialect.incomparableDecimal === undefined) return undefined;
  if (primaryKey.length === 0 || root.schema["x-stage-data-deduplicated"] === true) return undefined;
  const sort = completeColumns(root.schema).find((column) => column["dedup_sort"] === "asc" || column["dedup_sort"] === "desc");
  if (sort?.data_type !== "decimal" && sort?.data_type !== "wei") return undefined;
  const value = quote(sort.name);
  return { sql: `SELECT ${value} AS value FROM ${root.staging} WHERE ${dialect.incomparableDecimal(value)} LIMIT 1`, column: sort.name };
}
