import { bumpSchema } from "./bump.ts";
import type { SchemaDocument, TableSchema } from "./document.ts";
import { isSystemTable } from "./system-tables.ts";
import { mergeTable } from "./update.ts";

/**
 * A schema that an author of a source wrote, as the beginning of the source's own one, or on top of what is stored of it: settings and normalizers are those
 * of the author, tables and columns are added to those that are known, hints that both have are those of the author.
 */
export function takeUp(stored: SchemaDocument | undefined, declared: SchemaDocument, name: string): SchemaDocument {
  if (stored === undefined) return declared.name === name ? declared : renamed(declared, name);
  const { settings, normalizers } = declared;
  const { config } = stored.normalizers.json;
  const json = { ...normalizers.json, ...(config === undefined ? {} : { config: { ...config, ...normalizers.json.config } }) };
  const base: SchemaDocument = { ...stored, settings, normalizers: { ...normalizers, json } };
  const tables = parentsFirst(declared).filter((table) => !isSystemTable(table.name));
  return tables.reduce((schema, table) => mergeTable(schema, table), base);
}

/** Another schema with the same content: its history begins here. */
function renamed(schema: SchemaDocument, name: string): SchemaDocument {
  return bumpSchema({ ...schema, name, version: 1, version_hash: "", previous_hashes: [] });
}

function parentsFirst({ tables }: SchemaDocument): readonly TableSchema[] {
  const depth = (table: TableSchema): number => (table.parent === undefined ? 0 : 1 + depth(tables[table.parent]!));
  return Object.values(tables).toSorted((a, b) => depth(a) - depth(b));
}
