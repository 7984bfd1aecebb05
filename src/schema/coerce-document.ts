import { decodeTyped, encodeJson } from "../core/json.ts";
import type { Cell } from "./cell.ts";
import type { DataType } from "./data-type.ts";
import type { JsonObject, JsonValue } from "./json-value.ts";
import { wellFormedJson } from "./well-formed-json.ts";

/** A list or an object: its JSON text, in which values of extended types are plain strings. */
export function coerceDocument(to: DataType, value: JsonObject | readonly JsonValue[]): Cell | undefined {
  if (to !== "json" && to !== "text") return undefined;
  const text = encodeJson(value);
  return wellFormedJson(mayHaveTypeMark.test(text) ? encodeJson(decodeTyped(value)) : text);
}

const mayHaveTypeMark = /"[\uf026-\uf02d]/;
