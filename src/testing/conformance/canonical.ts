import { Decimal } from "decimal.js";
import { parseIsoDateTime, parseIsoTime } from "../../core/iso.ts";
import { encodeJson } from "../../core/json.ts";
import { parseJson } from "../../core/json-parse.ts";
import { microsOf } from "../../core/timestamp.ts";
import type { DataType } from "../../schema/data-type.ts";

/** A value as text that is the same in whatever form a destination gives it; `null` for none. */
export function canonical(dataType: DataType, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return forms[dataType](value);
}

const forms: Readonly<Record<DataType, (value: unknown) => string>> = {
  text: String,
  bigint: (value) => new Decimal(String(value)).toFixed(),
  double: (value) => String(Number(value)),
  bool: (value) => String(value === true || value === 1 || value === 1n || value === "true"),
  timestamp: (value) => String(value instanceof Date ? microsOf(value) : (parseIsoDateTime(String(value))?.micros ?? value)),
  date: (value) => (value instanceof Date ? value.toISOString() : String(value)).slice(0, 10),
  time: (value) => String(parseIsoTime(String(value))?.micros ?? value),
  decimal: (value) => new Decimal(String(value)).toFixed(),
  wei: (value) => new Decimal(String(value)).toFixed(),
  binary: (value) => (value instanceof Uint8Array ? Buffer.from(value).toString("hex") : String(value)),
  json: (value) => encodeJson(sorted(typeof value === "string" ? parseJson(value) : value)),
};

/** Databases keep no order of keys. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, sorted(member)]));
}
