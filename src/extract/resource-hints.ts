import type { ResourceHints } from "../schema/hint-options.ts";

/** Names of the hints that a resource, a transformer and `applyHints` take. */
export const hintNames = [
  "writeDisposition",
  "primaryKey",
  "mergeKey",
  "columns",
  "schemaContract",
  "maxTableNesting",
  "fileFormat",
  "tableFormat",
  "description",
  "references",
  "materialize",
  "tableName",
  "nestedHints",
] as const;

/** Later hints win; columns are merged one by one. */
export function mergeHints(first: ResourceHints, second: ResourceHints): ResourceHints {
  const merged: Record<string, unknown> = { ...first };
  for (const [key, value] of Object.entries(second)) if (value !== undefined) merged[key] = value;
  if (first.columns !== undefined && second.columns !== undefined) {
    const columns: Record<string, object | undefined> = { ...first.columns };
    for (const [name, hints] of Object.entries(second.columns)) columns[name] = { ...columns[name], ...hints };
    merged["columns"] = columns;
  }
  return merged as ResourceHints;
}
