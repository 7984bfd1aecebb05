import type { SchemaDocument } from "./document.ts";
import { schemaHash } from "./version-hash.ts";

const maxPreviousHashes = 10;

/** The document with the hash of its content. Changed content is a new version, and the old hash is remembered. Same object when nothing changed. */
export function bumpSchema(document: SchemaDocument): SchemaDocument {
  const hash = schemaHash(document);
  if (document.version_hash === hash) return document;
  if (!document.version_hash) return { ...document, version_hash: hash };
  return {
    ...document,
    version: document.version + 1,
    version_hash: hash,
    previous_hashes: remembering(document.previous_hashes, document.version_hash),
  };
}

function remembering(hashes: readonly string[], hash: string): readonly string[] {
  return hashes.includes(hash) ? hashes : [hash, ...hashes].slice(0, maxPreviousHashes);
}
