import { ConfigError } from "../core/errors.ts";
import type { ResourceDefinition } from "../extract/definition.ts";
import type { SchemaDocument } from "../schema/document.ts";
import { completeColumns } from "../schema/table.ts";

/** An empty table needs a name and columns. Throws ConfigError where nothing says what they are. */
export function checkMaterialize({ name, hints, rowColumns = [] }: ResourceDefinition, schema: SchemaDocument): void {
  if (hints.materialize !== true) return;
  if (typeof hints.tableName === "function") {
    throw new ConfigError(
      `Resource \`${name}\` has the option materialize, and a function that names the table of each row: without rows there is no name. ` +
        "Give a text as tableName, or leave out materialize.",
    );
  }
  const declared = [...Object.values(hints.columns ?? {}), ...rowColumns.map((column) => column.hints)];
  if (declared.some((column) => column?.dataType !== undefined)) return;
  if (Object.values(schema.tables).some((table) => table.resource === name && completeColumns(table).length > 0)) return;
  throw new ConfigError(
    `Resource \`${name}\` has the option materialize, and no column with a type: an empty table has no rows that could tell. ` +
      "Declare columns: { name: { dataType: ... } }, or give a schema whose library has JSON Schema.",
  );
}
