import type { PackageCommands } from "../load-package/package-state.ts";
import type { SchemaDocument, TableSchema } from "../schema/document.ts";
import { dropTables, tablesOfResources } from "../schema/drop-tables.ts";
import { newSchema } from "../schema/new-schema.ts";
import { hasSeenData } from "../schema/table.ts";
import type { PipelineState } from "../state/document.ts";
import { dropStatePaths } from "../state/drop-paths.ts";
import { dropResourceStates } from "../state/drop-slots.ts";
import type { GraphNode } from "./graph.ts";
import type { Refresh } from "./refresh-modes.ts";

export interface SourceToRefresh {
  readonly name: string;
  /** As it is stored now, or new. */
  readonly schema: SchemaDocument;
  /** What it begins anew with; default a schema without tables. */
  readonly freshSchema?: SchemaDocument | undefined;
  /** All that runs: a parent that only feeds transformers starts over with them. */
  readonly graph: readonly GraphNode[];
  /** Of a schema that begins anew. */
  readonly naming: string;
}

export interface Refreshed {
  /** The schema that the rows go into. */
  readonly schema: SchemaDocument;
  /** What the load has to do before them. */
  readonly commands: PackageCommands;
}

/** Starts a source over, or the resources of it that run. The state is changed in place. A source that never ran has nothing to be dropped. */
export function refreshSource(source: SourceToRefresh, refresh: Refresh | undefined, working: PipelineState): Refreshed {
  const { name, schema, graph } = source;
  const isStored = schema.version_hash !== "" && schema !== source.freshSchema;
  if (refresh === undefined || !isStored) return { schema, commands: {} };
  const running = new Set(graph.map(({ definition }) => definition.name));
  const isMeant = (resource: string): boolean => refresh === "drop_sources" || running.has(resource);
  const slot = working.sources !== undefined && Object.hasOwn(working.sources, name) ? working.sources[name] : undefined;
  dropResourceStates(slot, isMeant);
  if (slot !== undefined && refresh === "drop_sources") dropStatePaths(slot, ["*"]);
  const { tables } = tablesOfResources(schema, isMeant);
  return { schema: refreshedSchema(source, refresh, tables), commands: { refresh, ...commandsFor(refresh, tables.filter(hasSeenData)) } };
}

function refreshedSchema(
  { name, schema, naming, freshSchema = newSchema(name, { naming }) }: SourceToRefresh,
  refresh: Refresh,
  tables: readonly TableSchema[],
): SchemaDocument {
  switch (refresh) {
    case "drop_sources":
      // Who compares it with what is stored sees what it came after.
      return { ...freshSchema, previous_hashes: [schema.version_hash] };
    case "drop_resources":
      return dropTables(schema, tables);
    case "drop_data":
      return schema;
  }
}

function commandsFor(refresh: Refresh, tables: readonly TableSchema[]): PackageCommands {
  if (tables.length === 0) return {};
  return refresh === "drop_data" ? { truncated_tables: tables } : { dropped_tables: tables };
}
