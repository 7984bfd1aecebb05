import { decimalFrom } from "../../core/decimal-text.ts";
import { Float } from "../../core/float.ts";
import { parseStrictDateTime } from "../../core/iso.ts";
import { parseJson } from "../../core/json-parse.ts";
import { decodeTyped } from "../../core/json-typed.ts";
import { PlainDate } from "../../core/plain-date.ts";
import { PlainDateTime } from "../../core/plain-date-time.ts";
import { PlainTime } from "../../core/plain-time.ts";
import { Timestamp } from "../../core/timestamp.ts";
import { typeMark } from "../../core/type-mark.ts";
import type { DataType } from "../../schema/data-type.ts";
import type { ColumnSchema } from "../../schema/document.ts";

/** What stands in a file for one value becomes the value that a program works with. */
type Convert = (value: unknown) => unknown;

/** A row of a JSON lines file as a program gets it: every column of the table, `null` where the row has no value, each value of its type. */
export function rowReader(columns: readonly ColumnSchema[]): (row: { readonly [column: string]: unknown }) => Record<string, unknown> {
  return readerOf(columns, (column) => (column.data_type === "timestamp" ? timestampOf(column) : conversions[column.data_type ?? "text"]));
}

/** The same for a row that a Parquet reader gives, whose values have types but for JSON. */
export function typedRowReader(columns: readonly ColumnSchema[]): (row: { readonly [column: string]: unknown }) => Record<string, unknown> {
  return readerOf(columns, ({ data_type: dataType }) => (dataType === "json" ? jsonText : asItIs));
}

function readerOf(
  columns: readonly ColumnSchema[],
  conversionOf: (column: ColumnSchema) => Convert,
): (row: { readonly [column: string]: unknown }) => Record<string, unknown> {
  const readers = columns.map((column) => ({ name: column.name, convert: conversionOf(column) }));
  return (row) => {
    const values: Record<string, unknown> = {};
    for (const { name, convert } of readers) {
      const value = Object.hasOwn(row, name) ? row[name] : undefined;
      define(values, name, value === undefined || value === null ? null : convert(value));
    }
    return values;
  };
}

/** Assignment would take a column named `__proto__` for the prototype. */
function define(row: Record<string, unknown>, name: string, value: unknown): void {
  if (name === "__proto__") Object.defineProperty(row, name, { value, enumerable: true, writable: true, configurable: true });
  else row[name] = value;
}

const conversions: Readonly<Record<DataType, Convert>> = {
  text: (value) => (typeof value === "string" ? unmarked(value) : String(value)),
  bigint: (value) => (value instanceof Float ? value.value : value),
  double: Number,
  bool: asItIs,
  timestamp: asItIs,
  date: (value) => PlainDate.from(unmarked(String(value))),
  time: (value) => PlainTime.from(unmarked(String(value))),
  decimal: (value) => decimalFrom(unmarked(String(value))),
  wei: (value) => decimalFrom(unmarked(String(value))),
  binary,
  json: (value) => plainJson(decodeTyped(value)),
};

function asItIs(value: unknown): unknown {
  return value;
}

function timestampOf({ timezone }: ColumnSchema): Convert {
  return (value) => {
    const text = unmarked(String(value));
    const parsed = parseStrictDateTime(text);
    if (parsed === undefined) return text;
    return timezone === false ? PlainDateTime.fromMicros(parsed.micros) : Timestamp.fromMicros(parsed.micros);
  };
}

function binary(value: unknown): unknown {
  const text = String(value);
  const isHex = text.charCodeAt(0) === typeMark.hexBytes;
  const plain = unmarked(text);
  return new Uint8Array(isHex ? Buffer.from(plain.replace(/^0x/, ""), "hex") : Buffer.from(plain, "base64"));
}

function jsonText(value: unknown): unknown {
  return typeof value === "string" ? plainJson(parseJson(value)) : value;
}

/** As `JSON.parse` gives it, but with exact integers. */
function plainJson(value: unknown): unknown {
  if (value instanceof Float) return value.value;
  if (Array.isArray(value)) return value.map(plainJson);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const plain: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) define(plain, key, plainJson(member));
  return plain;
}

/** dlt's files mark the types that JSON does not have. */
function unmarked(text: string): string {
  const mark = text.charCodeAt(0);
  return mark >= typeMark.decimal && mark <= typeMark.time ? text.slice(1) : text;
}
