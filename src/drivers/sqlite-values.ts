import { Decimal } from "decimal.js";
import { formatMicros, formatTimeMicros, type Micros } from "../core/iso.ts";
import { PlainDate } from "../core/plain-date.ts";
import { PlainDateTime } from "../core/plain-date-time.ts";
import { PlainTime } from "../core/plain-time.ts";
import type { ResultColumn, ResultType } from "../core/result-column.ts";
import { microsOf, Timestamp } from "../core/timestamp.ts";
import { decimalDigits, storedDecimal } from "./sqlite-numbers.ts";

/** `2024-01-02 03:04:05.000000`: always six digits, so that texts have the order of times. */
export function storedTimestamp(micros: Micros): string {
  const text = formatMicros(micros, { offset: false });
  return `${text.slice(0, 10)} ${text.slice(11)}${text.length === 19 ? ".000000" : ""}`;
}

/** `03:04:05.000000` */
export function storedTime(micros: number): string {
  const text = formatTimeMicros(micros);
  return text.length === 8 ? `${text}.000000` : text;
}

/** A value as SQLite stores it. */
export function toSqliteParameter(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean") return value ? 1n : 0n;
  // What comes as a number is a double to SQLite, also in places that want an integer.
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value === "bigint") return BigInt.asIntN(64, value) === value ? value : storedDecimal(String(value));
  if (typeof value !== "object") return String(value);
  if (value instanceof Date) return storedTimestamp(microsOf(value));
  if (value instanceof PlainDateTime) return storedTimestamp(value.micros);
  if (value instanceof PlainTime) return storedTime(value.micros);
  if (value instanceof PlainDate) return value.toString();
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (Decimal.isDecimal(value)) return value.isFinite() ? storedDecimal(value.toFixed()) : value.toString();
  return JSON.stringify(value);
}

/** What makes a value of a result of what SQLite gives: integers come as bigint. */
export type SqliteDecoder = (value: unknown) => unknown;

/**
 * SQLite has five kinds of values, and only the columns of tables have types. So what is computed (`max(created_at)`, `count(*)`) is a number, a text or
 * bytes. What a column of a type should not hold comes as it is.
 */
export function decoderOf(declared: string | null, integers: "bigint" | undefined): SqliteDecoder {
  const plain = integers === "bigint" ? keepingBigints : asItIs;
  return decoders.get(baseType(declared)) ?? plain;
}

/** The type of a column of a result; `first` is a value of it, which tells what was computed. */
export function resultColumn(name: string, declared: string | null, first: unknown): ResultColumn {
  return { name, type: declared === null ? typeOfValue(first) : typeOfColumn(declared) };
}

function baseType(declared: string | null): string {
  return declared === null ? "" : declared.replace(/\(.*$/s, "").trim().toUpperCase();
}

const decoders: ReadonlyMap<string, SqliteDecoder> = new Map<string, SqliteDecoder>([
  ["BOOLEAN", (value) => (value === 1n ? true : value === 0n ? false : asItIs(value))],
  // Where dlt writes what stands for "not yet" in a history of versions, the offset stays.
  ["DATETIME", ofText((text) => Timestamp.fromMicros(PlainDateTime.from(text.replace(/\+00:00$/, "")).micros))],
  ["TIMESTAMP", ofText(PlainDateTime.from)],
  ["DATE", ofText(PlainDate.from)],
  ["TIME", ofText(PlainTime.from)],
  ["NUMERIC", decimal],
  ["DECIMAL", decimal],
  ["JSON", (value) => (typeof value === "bigint" || typeof value === "number" ? String(value) : textOf(value))],
]);

function decimal(value: unknown): unknown {
  const digits = decimalDigits(value);
  return digits === undefined ? asItIs(value) : new Decimal(digits);
}

function textOf(value: unknown): unknown {
  return Buffer.isBuffer(value) ? value.toString() : value;
}

function ofText(parse: (text: string) => unknown): SqliteDecoder {
  return (value) => {
    if (typeof value !== "string") return asItIs(value);
    try {
      return parse(value);
    } catch (error) {
      if (error instanceof RangeError) return value;
      throw error;
    }
  };
}

function asItIs(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  return Buffer.isBuffer(value) ? Uint8Array.from(value) : value;
}

function keepingBigints(value: unknown): unknown {
  return Buffer.isBuffer(value) ? Uint8Array.from(value) : value;
}

function typeOfColumn(declared: string): ResultType {
  const type = baseType(declared);
  if (type === "NUMERIC" || type === "DECIMAL") {
    const [precision, scale] = (/\((.*)\)/s.exec(declared)?.[1] ?? "")
      .split(",")
      .map((part) => (part.trim() === "" ? undefined : Number(part)));
    return { kind: "decimal", precision, scale: precision === undefined ? undefined : (scale ?? 0) };
  }
  return columnTypes.find(([pattern]) => pattern.test(type))?.[1] ?? { kind: "other", name: declared };
}

/** As SQLite reads names of types, as far as it does. */
const columnTypes: readonly (readonly [RegExp, ResultType])[] = [
  [/^BOOL/, { kind: "bool" }],
  [/^DATETIME$/, { kind: "timestamp", digits: 6, hasZone: true }],
  [/^TIMESTAMP$/, { kind: "timestamp", digits: 6, hasZone: false }],
  [/^DATE$/, { kind: "date" }],
  [/^TIME$/, { kind: "time", digits: 6 }],
  [/^JSON$/, { kind: "json" }],
  [/INT/, { kind: "integer", bits: 64, isSigned: true }],
  [/CHAR|CLOB|TEXT/, { kind: "text" }],
  [/BLOB/, { kind: "binary" }],
  [/REAL|FLOA|DOUB/, { kind: "float", bits: 64 }],
];

function typeOfValue(value: unknown): ResultType {
  if (typeof value === "bigint") return { kind: "integer", bits: 64, isSigned: true };
  if (typeof value === "number") return { kind: "float", bits: 64 };
  return { kind: Buffer.isBuffer(value) ? "binary" : "text" };
}
