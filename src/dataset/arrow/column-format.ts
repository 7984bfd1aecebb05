import type { DataType } from "apache-arrow";
import { Decimal } from "decimal.js";
import { encodeJson } from "../../core/json-encode.ts";
import { PlainDate } from "../../core/plain-date.ts";
import { PlainDateTime } from "../../core/plain-date-time.ts";
import { PlainTime } from "../../core/plain-time.ts";
import type { ResultType } from "../../core/result-column.ts";
import { microsOf } from "../../core/timestamp.ts";
import type { ArrowApi } from "./arrow-api.ts";

/** How the values of a column lie in Arrow's buffers. */
export type ColumnFormat = {
  readonly type: DataType;
  /** For errors: what a value is called. */
  readonly noun: string;
  readonly takes: (cell: unknown) => boolean;
} & (
  | { readonly layout: "bits" }
  | { readonly layout: "numbers"; readonly array: NumberArray; readonly encode: (cell: never) => number }
  | { readonly layout: "bigints"; readonly array: BigintArray; readonly encode: (cell: never) => bigint }
  /** Two's complement in as many words of 64 bits. */
  | { readonly layout: "wide"; readonly words: 2 | 4; readonly encode: (cell: never) => bigint }
  | { readonly layout: "bytes"; readonly encode: (cell: never) => Uint8Array }
);

type NumberArray = new (length: number) => { [index: number]: number };
type BigintArray = typeof BigInt64Array | typeof BigUint64Array;

/** Undefined for decimals whose type only the values tell. */
export function columnFormat(type: ResultType, api: ArrowApi): ColumnFormat | undefined {
  switch (type.kind) {
    case "bool":
      return { type: new api.Bool(), noun: "truth value", takes: (cell) => typeof cell === "boolean", layout: "bits" };
    case "integer":
      return type.bits === 128 ? undefined : integerFormat(type.bits, type.isSigned, api);
    case "float":
      return floatFormat(type.bits, api);
    case "decimal":
      return type.precision === undefined || type.precision > 76
        ? undefined
        : decimalFormat({ precision: type.precision, scale: type.scale ?? 0 }, api);
    case "date":
      return {
        type: new api.DateDay(),
        noun: "date",
        takes: (cell) => cell instanceof PlainDate,
        layout: "numbers",
        array: Int32Array,
        encode: (date: PlainDate) => date.days,
      };
    case "time":
      return timeFormat(type.digits, api);
    case "timestamp":
      return timestampFormat(type.digits, type.hasZone, api);
    case "binary":
      return {
        type: new api.Binary(),
        noun: "bytes",
        takes: (cell) => cell instanceof Uint8Array,
        layout: "bytes",
        encode: (bytes: Uint8Array) => bytes,
      };
    default:
      return textFormat(api);
  }
}

export function decimalFormat({ precision, scale }: { readonly precision: number; readonly scale: number }, api: ArrowApi): ColumnFormat {
  const isLong = precision > 38;
  return {
    type: new api.Decimal(scale, precision, isLong ? 256 : 128),
    noun: `decimal(${precision}, ${scale})`,
    // Not every database holds its values to the type of their column.
    takes: (cell) => (typeof cell === "bigint" || Decimal.isDecimal(cell)) && fits(new Decimal(String(cell)), precision, scale),
    layout: "wide",
    words: isLong ? 4 : 2,
    encode: (cell: Decimal | bigint) => BigInt(new Decimal(String(cell)).toFixed(scale).replace(".", "")),
  };
}

function fits(value: Decimal, precision: number, scale: number): boolean {
  return value.isFinite() && value.decimalPlaces() <= scale && (value.isZero() || value.e < precision - scale);
}

function integerFormat(bits: 8 | 16 | 32 | 64, isSigned: boolean, api: ArrowApi): ColumnFormat {
  const format = { noun: "integer", takes: (cell: unknown) => typeof cell === "bigint" };
  if (bits === 64) {
    const [type, array] = isSigned ? [new api.Int64(), BigInt64Array] : [new api.Uint64(), BigUint64Array];
    return { ...format, type, layout: "bigints", array, encode: (cell: bigint) => cell };
  }
  const types = isSigned ? { 8: api.Int8, 16: api.Int16, 32: api.Int32 } : { 8: api.Uint8, 16: api.Uint16, 32: api.Uint32 };
  const arrays = isSigned ? { 8: Int8Array, 16: Int16Array, 32: Int32Array } : { 8: Uint8Array, 16: Uint16Array, 32: Uint32Array };
  return { ...format, type: new types[bits](), layout: "numbers", array: arrays[bits], encode: (cell: bigint) => Number(cell) };
}

function floatFormat(bits: 32 | 64, api: ArrowApi): ColumnFormat {
  return {
    type: bits === 32 ? new api.Float32() : new api.Float64(),
    noun: "number",
    takes: (cell) => typeof cell === "number",
    layout: "numbers",
    array: bits === 32 ? Float32Array : Float64Array,
    encode: (cell: number) => cell,
  };
}

function timeFormat(digits: number, api: ArrowApi): ColumnFormat {
  const format = { noun: "time", takes: (cell: unknown) => cell instanceof PlainTime };
  if (digits > 3)
    return {
      ...format,
      type: new api.TimeMicrosecond(),
      layout: "bigints",
      array: BigInt64Array,
      encode: (time: PlainTime) => BigInt(time.micros),
    };
  const type = digits === 0 ? new api.TimeSecond() : new api.TimeMillisecond();
  const unit = digits === 0 ? 1_000_000 : 1000;
  return { ...format, type, layout: "numbers", array: Int32Array, encode: (time: PlainTime) => Math.floor(time.micros / unit) };
}

function timestampFormat(digits: number, hasZone: boolean, api: ArrowApi): ColumnFormat {
  const zone = hasZone ? "UTC" : null;
  const microsOfCell = (cell: Date | PlainDateTime): bigint => BigInt(cell instanceof Date ? microsOf(cell) : cell.micros);
  const [type, scaled] = timestampUnit(digits, zone, api);
  return {
    type,
    noun: "timestamp",
    takes: (cell) => (hasZone ? cell instanceof Date : cell instanceof PlainDateTime),
    layout: "bigints",
    array: BigInt64Array,
    encode: (cell: Date | PlainDateTime) => scaled(microsOfCell(cell)),
  };
}

function timestampUnit(digits: number, zone: string | null, api: ArrowApi): readonly [DataType, (micros: bigint) => bigint] {
  if (digits === 0) return [new api.TimestampSecond(zone), (micros) => micros / 1_000_000n];
  if (digits <= 3) return [new api.TimestampMillisecond(zone), (micros) => micros / 1000n];
  return digits <= 6
    ? [new api.TimestampMicrosecond(zone), (micros) => micros]
    : [new api.TimestampNanosecond(zone), (micros) => micros * 1000n];
}

/** JSON is its text already; of lists, structs and all else without a type the JSON text. */
function textFormat(api: ArrowApi): ColumnFormat {
  const encoder = new TextEncoder();
  return {
    type: new api.Utf8(),
    noun: "text",
    takes: () => true,
    layout: "bytes",
    encode: (cell: unknown) => encoder.encode(typeof cell === "string" ? cell : encodeJson(cell)),
  };
}
