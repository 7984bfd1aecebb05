import type { ResourceHints, TableHints } from "../schema/hint-options.ts";

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

/** Later hints win, one by one: of a column, of a nested table, of a reference to a table. */
export function mergeHints<Hints extends ResourceHints>(first: Hints, second: Hints): Hints {
  const merged: Record<string, unknown> = { ...(first as object) };
  for (const [key, value] of Object.entries(second)) if (value !== undefined) merged[key] = value;
  if (first.columns !== undefined && second.columns !== undefined) merged["columns"] = mergeColumns(first.columns, second.columns);
  if (first.references !== undefined && second.references !== undefined) {
    const references = new Map([...first.references, ...second.references].map((reference) => [reference.referencedTable, reference]));
    merged["references"] = [...references.values()];
  }
  if (first.nestedHints !== undefined && second.nestedHints !== undefined) {
    const nested: Record<string, TableHints> = { ...first.nestedHints };
    for (const [path, hints] of Object.entries(second.nestedHints)) nested[path] = mergeHints(nested[path] ?? {}, hints);
    merged["nestedHints"] = nested;
  }
  return merged as Hints;
}

function mergeColumns(first: NonNullable<TableHints["columns"]>, second: NonNullable<TableHints["columns"]>): object {
  const columns: Record<string, object | undefined> = { ...first };
  for (const [name, hints] of Object.entries(second)) columns[name] = { ...columns[name], ...hints };
  return columns;
}
