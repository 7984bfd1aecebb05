import type { SchemaDocument, TableSchema } from "./document.ts";
import type { NameTest } from "./name-pattern.ts";
import { withoutPropagation } from "./root-key.ts";
import { dataTables, nestedTables } from "./table.ts";

/** The resources that tables of a schema belong to, and those tables. */
export interface ResourceTables {
  /** In the order in which the schema has them. */
  readonly resources: readonly string[];
  /** Nested ones before their parents: in this order they can be dropped. */
  readonly tables: readonly TableSchema[];
}

/** All tables of the resources that pass the test, with all that is nested in them. Tables of leat's own belong to no resource of the user. */
export function tablesOfResources(schema: SchemaDocument, isMeant: NameTest): ResourceTables {
  const byResource = new Map<string, Set<TableSchema>>();
  for (const table of dataTables(schema)) {
    if (table.resource === undefined || !isMeant(table.resource)) continue;
    const tables = byResource.get(table.resource) ?? new Set();
    for (const each of nestedTables(schema, table.name)) tables.add(each);
    byResource.set(table.resource, tables);
  }
  const tables = new Set([...byResource.values()].flatMap((each) => [...each]));
  return { resources: [...byResource.keys()], tables: [...tables].toReversed() };
}

/** The schema without these tables, and without what it says about columns that are copied from them. Same object when there are none. */
export function dropTables(schema: SchemaDocument, dropped: readonly TableSchema[]): SchemaDocument {
  if (dropped.length === 0) return schema;
  const names = new Set(dropped.map((table) => table.name));
  const kept = Object.entries(schema.tables).filter(([name]) => !names.has(name));
  return withoutPropagation({ ...schema, tables: Object.fromEntries(kept) }, names);
}
