import { ConfigError } from "../core/errors.ts";
import type { ResourceDefinition } from "../extract/definition.ts";
import type { SchemaDocument } from "../schema/document.ts";

/** Rows that are changed where they are need a key that says which ones they are. Throws ConfigError where nobody has named one. */
export function checkPrimaryKey({ name, hints, rowColumns = [] }: ResourceDefinition, schema: SchemaDocument): void {
  const { writeDisposition, primaryKey = [], columns = {} } = hints;
  if (typeof writeDisposition !== "object" || !("strategy" in writeDisposition)) return;
  const { strategy } = writeDisposition;
  if (strategy !== "upsert" && strategy !== "insert-only") return;
  const declared = [...Object.values(columns), ...rowColumns.map((column) => column.hints)];
  if (primaryKey.length > 0 || declared.some((column) => column?.primaryKey === true)) return;
  const stored = Object.values(schema.tables).filter((table) => table.resource === name);
  if (stored.some((table) => Object.values(table.columns).some((column) => column["primary_key"] === true))) return;
  throw new ConfigError(`Resource \`${name}\` is merged with the strategy \`${strategy}\` and has no primary key. Give it a primaryKey.`);
}
