import { Decimal } from "decimal.js";
import { decimalTextOf } from "../core/decimal-text.ts";
import { PlainDate } from "../core/plain-date.ts";
import { PlainDateTime } from "../core/plain-date-time.ts";
import { PlainTime } from "../core/plain-time.ts";
import type { ResultColumn } from "../core/result-column.ts";
import { microsOf, Timestamp, timestampText } from "../core/timestamp.ts";
import { parsePostgresArray } from "./postgres-array.ts";

export interface PostgresReadOptions {
  /** Columns of integers are bigint, small values too. */
  readonly integers?: "bigint" | undefined;
  /** Called with the columns of the result before its first rows. */
  readonly onColumns?: ((columns: readonly ResultColumn[]) => void) | undefined;
}

type Decoder = (text: string) => unknown;

/**
 * Between Postgres' texts and our values, without loss: timestamps keep microseconds, decimals all digits, integers beyond 2^53 are bigint, JSON is its
 * text. What ours cannot hold (infinity, years before 1 and after 9999, 24:00) is read as Postgres' text. Made for a session in UTC with ISO dates.
 */
export function decoderOf(oid: number, { integers }: PostgresReadOptions = {}): Decoder {
  if (integers === "bigint" && integerTypes.has(oid)) return BigInt;
  const decoder = decoders.get(oid);
  if (decoder !== undefined) return decoder;
  const item = arrayItems.get(oid);
  if (item === undefined) return asText;
  const decodeItem = decoderOf(item);
  return (text) => parsePostgresArray(text, decodeItem);
}

/** A value as a parameter: texts, which Postgres reads as the type that the statement needs; bytes; arrays of these. */
export function toPostgresParameter(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value !== "object") return Object.is(value, -0) ? "-0" : String(value);
  if (value instanceof Date) return timestampParameter(value);
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof PlainDateTime || value instanceof PlainDate || value instanceof PlainTime) return value.toString();
  if (Decimal.isDecimal(value)) return decimalTextOf(value);
  if (Array.isArray(value)) return value.map(toPostgresParameter);
  return JSON.stringify(value);
}

const integerTypes: ReadonlySet<number> = new Set([20, 21, 23, 26]);

const decoders: ReadonlyMap<number, Decoder> = new Map<number, Decoder>([
  [16, (text) => text === "t"],
  [17, bytes],
  [20, integer],
  [21, Number],
  [23, Number],
  [26, Number],
  [700, Number],
  [701, Number],
  [1082, orText(PlainDate.from)],
  [1083, orText(PlainTime.from)],
  [1114, orText(PlainDateTime.from)],
  [1184, orText(timestamp)],
  [1700, (text) => new Decimal(text)],
]);

/** Types of arrays, and of their items. */
const arrayItems: ReadonlyMap<number, number> = new Map([
  [199, 114],
  [1000, 16],
  [1001, 17],
  [1005, 21],
  [1007, 23],
  [1016, 20],
  [1028, 26],
  [1002, 1042],
  [1003, 19],
  [1009, 25],
  [1014, 1042],
  [1015, 1043],
  [1021, 700],
  [1022, 701],
  [1115, 1114],
  [1182, 1082],
  [1183, 1083],
  [1185, 1184],
  [1231, 1700],
  [2951, 2950],
  [3807, 3802],
]);

function asText(text: string): string {
  return text;
}

function integer(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

/** `\x00ff` */
function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.slice(2), "hex"));
}

/** `2024-01-02 03:04:05.678+00` */
function timestamp(text: string): Timestamp {
  return Timestamp.from(/[+-]\d\d$/.test(text) ? `${text}:00` : text);
}

function orText<T>(parse: (text: string) => T): Decoder {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      if (error instanceof RangeError) return text;
      throw error;
    }
  };
}

/** Years beyond 1 to 9999 are spelled in Postgres' way. */
function timestampParameter(date: Date): string {
  const micros = BigInt(microsOf(date));
  return micros >= firstMicros && micros <= lastMicros ? timestampText(date) : outsideText(micros);
}

const firstMicros = -62_135_596_800_000_000n;
const lastMicros = 253_402_300_799_999_999n;

/** `0044-03-15 00:00:00Z BC`, `12024-01-02 00:00:00Z` */
function outsideText(micros: bigint): string {
  const [, sign, year = "", rest = ""] = /^([+-]?)(\d+)(-.*)$/.exec(Timestamp.fromMicros(micros).toISOString()) ?? [];
  return sign === "-" || Number(year) === 0 ? `${String(Number(year) + 1).padStart(4, "0")}${rest} BC` : `${Number(year)}${rest}`;
}
