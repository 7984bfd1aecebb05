import { bumpSchema } from "./bump.ts";
import type { SchemaDocument, TableSchema } from "./document.ts";
import { normalizerHints } from "./table.ts";
import { schemaHash } from "./version-hash.ts";

const maxPreviousHashes = 10;

/**
 * An imported schema in the place of the stored one, whose hash it remembers; version and hash are those of the import. What runs noted about tables that are
 * in both stays, since files for people do not have it: where that makes a difference it is one more version.
 */
export function replaceContent(stored: SchemaDocument, imported: SchemaDocument): SchemaDocument {
  const tables = Object.entries(imported.tables).map(([name, table]) => [name, withNotes(table, stored.tables[name])]);
  const content = { ...imported, tables: Object.fromEntries(tables), imported_version_hash: imported.version_hash } as SchemaDocument;
  if (schemaHash(content) === stored.version_hash) return { ...stored, imported_version_hash: imported.version_hash };
  const before = imported.previous_hashes.filter((hash) => hash !== stored.version_hash);
  return bumpSchema({ ...content, previous_hashes: [stored.version_hash, ...before].slice(0, maxPreviousHashes) });
}

function withNotes(table: TableSchema, stored: TableSchema | undefined): TableSchema {
  const notes = normalizerHints(stored ?? {});
  return Object.keys(notes).length === 0 ? table : { ...table, "x-normalizer": { ...notes, ...normalizerHints(table) } };
}
