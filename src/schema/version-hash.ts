import { sortCodePoints } from "../core/code-points.ts";
import { sha3Base64 } from "../core/digest.ts";
import { encodeJson } from "../core/json.ts";
import type { SchemaDocument } from "./document.ts";

/** The hash of a schema's content: equal for equal tables, columns in the same order, settings and normalizers, whatever its version. */
export function schemaHash(document: SchemaDocument): string {
  return sha3Base64(encodeJson(hashedContent(document), { sorted: true }) + columnOrder(document));
}

function hashedContent(document: SchemaDocument): object {
  const { version, version_hash, imported_version_hash, previous_hashes, ...content } = document;
  return content;
}

/** The sorted document has lost the order of the columns, which is that of the table in the destination. */
function columnOrder(document: SchemaDocument): string {
  const names = sortCodePoints(Object.keys(document.tables));
  return names.map((name) => name + Object.keys(document.tables[name]?.columns ?? {}).join("")).join("");
}
