import type { Float } from "../core/float.ts";

/**
 * A value of an extracted row. A number with an integral value is an integer, a bigint is an integer that no number holds,
 * a Float is an integral double. Extended types (timestamps, decimals, bytes) are strings that begin with a private-use character.
 */
export type JsonValue = null | PresentValue;
/** A value that is there: anything but null. */
export type PresentValue = boolean | string | number | bigint | Float | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

export function isJsonArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
