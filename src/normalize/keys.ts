import { createHash } from "node:crypto";
import { encodeJson } from "../core/json.ts";
import type { JsonObject, JsonValue } from "../schema/json-value.ts";

const idOptions = { outputLength: 10 };

/** The id of a nested row: the same rows in the same order get the same ids again. */
export function nestedRowId(parentId: string, table: string, index: number): string {
  return digestOf(`${parentId}_${table}_${index}`);
}

/** The id of a row that its key identifies: of a table whose merge strategy updates rows. Takes the values before coercion. */
export function keyHash(row: ReadonlyMap<string, JsonValue>, keyColumns: readonly string[]): string {
  return digestOf(encodeJson(new Map(keyColumns.map((column) => [column, row.get(column) ?? null])), { sorted: true }));
}

/** The id of a row that its content identifies (scd2): of the document as it was extracted, without the columns dlt added. */
export function rowHash(document: JsonObject): string {
  const content = new Map(Object.entries(document).filter(([key]) => !key.startsWith("_dlt")));
  return digestOf(encodeJson(content, { sorted: true }));
}

/** 14 characters. One call per nested row: one-shot hashing with the same options object is what Node does fastest. */
function digestOf(text: string): string {
  return createHash("shake128", idOptions).update(text).digest("base64").slice(0, 14);
}
