import { ConfigError } from "../core/errors.ts";
import type { SchemaDocument, TableSchema } from "../schema/document.ts";
import { tableHints } from "../schema/hints.ts";
import type { NamingConvention } from "../schema/naming/naming-convention.ts";
import { mergeTable } from "../schema/update.ts";
import type { ResourceDefinition } from "./definition.ts";
import type { GraphNode } from "./graph.ts";
import { isCuttableCursor } from "./incremental/cuttable-cursor.ts";
import { normalizedTableName } from "./table-name.ts";

/** True for a table into which the rows of a run may be loaded in parts: the outcome is that of all rows at once. */
export function isCuttable(table: TableSchema): boolean {
  const { write_disposition: disposition, "x-merge-strategy": strategy = "delete-insert" } = table;
  if (disposition === "replace") return false;
  if (disposition !== "merge") return true;
  // scd2 retires what a package lacks; rows of one merge key take the place of all others; the order of rows counts within one package only.
  if (strategy === "scd2") return false;
  return !Object.values(table.columns).some(
    (column) => (strategy === "delete-insert" && column["merge_key"] === true) || column["dedup_sort"] !== undefined,
  );
}

/**
 * The resources of a source that a cut would make wrong, as far as they declare it. Resources that feed each other, or one such table, stay together:
 * what one of them remembers of its rows is only true once the rows of the others are loaded.
 */
export function wholeResources(graph: readonly GraphNode[], schema: SchemaDocument, naming: NamingConvention): ReadonlySet<string> {
  const tables = new Map<ResourceDefinition, string>();
  let declared = schema;
  for (const { definition, isLoaded } of graph) {
    const { tableName = definition.name } = definition.hints;
    const name = typeof tableName === "string" && isLoaded ? normalizedTableName(tableName, schema, naming) : "";
    if (name === "") continue;
    tables.set(definition, name);
    declared = mergeTable(declared, { write_disposition: "append", ...tableHints(definition.hints, naming), name });
    if (!isCuttable(declared.tables[name]!)) declared = mergeTable(declared, { name, [wholeMark]: true });
  }
  const isWhole = (definition: ResourceDefinition): boolean =>
    declared.tables[tables.get(definition) ?? ""]?.[wholeMark] === true || !isCuttableCursor(definition);
  const roots = new Set(graph.filter(({ definition }) => isWhole(definition)).map(({ definition }) => rootOf(definition)));
  return new Set(graph.filter(({ definition }) => roots.has(rootOf(definition))).map(({ definition }) => definition.name));
}

/** Two resources may declare one table: it stays whole when either of them says so. */
const wholeMark = "x-leat-whole";

function rootOf(definition: ResourceDefinition): ResourceDefinition {
  return definition.parent === undefined ? definition : rootOf(definition.parent);
}

/** The error for a table whose rows were committed in part before a resource said that they may not be. */
export function becameWhole(resource: string, table: string): ConfigError {
  return new ConfigError(
    `Resource \`${resource}\` made \`${table}\` a table that takes all rows of a run at once (replace, scd2, a merge key or dedup_sort), ` +
      "after rows of it were committed or read to an end. Declare it on the resource instead of on the rows, or run without `commitEvery` and `maxDuration`.",
  );
}
