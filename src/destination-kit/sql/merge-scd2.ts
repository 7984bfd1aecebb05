import type { ColumnSchema } from "../../schema/document.ts";
import { activeMicrosOf, boundaryMicrosOf, scd2ColumnsOf } from "../../schema/scd2.ts";
import { insertMissing, type StagedChain, sameKey, shapeOf } from "./staged-chain.ts";
import { rowKey } from "./table-keys.ts";

/**
 * Every version of a row stays, with the time from which and until which it was the current one. A current row that was not staged ends: with a merge key
 * only if its key was staged. A staged row that is not among the current ones begins. Nested rows come with the version that they belong to, and stay.
 */
export function scd2(chain: StagedChain): string[] {
  const shape = shapeOf(chain);
  const { dialect, place, root, nested, mergeKey, quote } = shape;
  const { from, to, version } = scd2ColumnsOf(root.schema)!;
  const micros = boundaryMicrosOf(root.schema) ?? shape.createdAtMicros;
  const boundary = (column: ColumnSchema) => dialect.timestampLiteral(column, { micros });
  const activeMicros = activeMicrosOf(to);
  const active = activeMicros === undefined ? "NULL" : dialect.timestampLiteral(to, { micros: activeMicros, isActive: true });
  const isActive = activeMicros === undefined ? `d.${quote(to.name)} IS NULL` : `d.${quote(to.name)} = ${active}`;
  const key = [version.name];
  const staged = (columns: readonly string[]) => `EXISTS (SELECT 1 FROM ${root.staging} AS s WHERE ${sameKey(columns, quote)})`;
  const isMeant = mergeKey.length === 0 ? "" : ` AND ${staged(mergeKey)}`;
  const versions = [
    ...place.index(root, key),
    ...(mergeKey.length === 0 ? [] : place.index(root, mergeKey)),
    `UPDATE ${root.target} AS d SET ${quote(to.name)} = ${boundary(to)} WHERE ${isActive} AND NOT ${staged(key)}${isMeant}`,
    insertMissing(shape, root, { key, given: { [from.name]: boundary(from), [to.name]: active }, onTarget: isActive }),
  ];
  return [
    ...(root.hasJobs ? versions : []),
    ...nested.filter((table) => table.hasJobs).map((table) => insertMissing(shape, table, { key: [rowKey(table.schema)] })),
  ];
}
