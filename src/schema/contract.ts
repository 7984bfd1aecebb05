import type { SchemaDocument, TableSchema } from "./document.ts";
import type { ContractMode, StoredContract } from "./hint-options.ts";
import { isSystemTable } from "./system-tables.ts";
import { completeColumns, normalizerHints } from "./table.ts";

/** What a table allows, word by word. */
export interface Contract {
  readonly tables: ContractMode;
  readonly columns: ContractMode;
  readonly data_type: ContractMode;
}

const evolving: Contract = { tables: "evolve", columns: "evolve", data_type: "evolve" };

/** In `x-normalizer`: the table was new when its rows came, and takes all columns that its first package brings. */
export const evolveOnce = "evolve-columns-once";

/** The contract of a table: its own, else that of the table above it, else that of the schema. A table that is unknown has that of `parent`. */
export function contractOf(schema: SchemaDocument, table: string, parent?: string): Contract {
  if (isSystemTable(table)) return evolving;
  const known = tableOf(schema, table) ?? (parent === undefined ? undefined : tableOf(schema, parent));
  return expandContract(inherited(schema, known));
}

/** All three words; what a contract leaves out may change. */
function expandContract(stored: StoredContract | null | undefined): Contract {
  if (stored === undefined || stored === null) return evolving;
  return typeof stored === "string" ? { tables: stored, columns: stored, data_type: stored } : { ...evolving, ...stored };
}

/** True when everything may change. */
export function isEvolving({ tables, columns, data_type }: Contract): boolean {
  return tables === "evolve" && columns === "evolve" && data_type === "evolve";
}

/** True when something in the schema may refuse a change. */
export function hasStrictContract(schema: SchemaDocument): boolean {
  const tables = Object.values(schema.tables).map((table) => table["schema_contract"] as StoredContract | undefined);
  return [schema.settings.schema_contract, ...tables].some((stored) => !isEvolving(expandContract(stored)));
}

/** True for a table that the schema does not have, or has without a column that could be created: a contract lets its columns in. */
export function isNewTable(schema: SchemaDocument, name: string): boolean {
  const table = tableOf(schema, name);
  return table === undefined || completeColumns(table).length === 0;
}

/** The schema once the rows of these tables are normalized: from now on their columns are under contract. */
export function withoutEvolveOnce(schema: SchemaDocument, tables: Iterable<string>): SchemaDocument {
  const changed: Record<string, TableSchema> = {};
  for (const name of tables) {
    const table = tableOf(schema, name);
    if (table === undefined || !(evolveOnce in normalizerHints(table))) continue;
    const { [evolveOnce]: _, ...hints } = normalizerHints(table);
    const { "x-normalizer": __, ...bare } = table;
    changed[name] = (Object.keys(hints).length === 0 ? bare : { ...table, "x-normalizer": hints }) as TableSchema;
  }
  return Object.keys(changed).length === 0 ? schema : { ...schema, tables: { ...schema.tables, ...changed } };
}

function inherited(schema: SchemaDocument, table: TableSchema | undefined): StoredContract | null | undefined {
  if (table === undefined) return schema.settings.schema_contract;
  if ("schema_contract" in table) return table["schema_contract"] as StoredContract | null;
  return inherited(schema, table.parent === undefined ? undefined : tableOf(schema, table.parent));
}

function tableOf(schema: SchemaDocument, name: string): TableSchema | undefined {
  return Object.hasOwn(schema.tables, name) ? schema.tables[name] : undefined;
}
