import { formatDays, formatMicros, formatOffset, formatTimeMicros, type IsoDateTime, type IsoTime } from "../core/iso.ts";
import { joinMicros } from "../core/micros.ts";
import { Timestamp, timestampText } from "../core/timestamp.ts";
import type { Cell } from "./cell.ts";
import { dayOfMicros, int64OrNothing } from "./coerce-number.ts";
import { microsOfDay } from "./coerce-text.ts";
import type { DataType } from "./data-type.ts";
import { decimalInteger, exceedsWei, isZeroDecimal } from "./decimal-number.ts";
import type { TypedText } from "./typed-text.ts";

/** A value of an extended type in a column of any type. */
export function coerceTypedText(to: DataType, value: TypedText): Cell | undefined {
  switch (value.type) {
    case "timestamp":
      return coerceTimestamp(to, value.at);
    case "date":
      return coerceDate(to, value.days);
    case "time":
      return coerceTime(to, value.at);
    case "decimal":
      return coerceDecimal(to, value.text);
    case "wei":
      return to === "wei" && exceedsWei(value.text) ? undefined : coerceDecimal(to, value.text);
    case "binary":
      return coerceBytes(to, value.bytes, value.isHex);
    default:
      return to === "text" ? value.text : undefined;
  }
}

function coerceTimestamp(to: DataType, at: IsoDateTime): Cell | undefined {
  if (to === "timestamp") return at.micros;
  if (to === "date") return dayOfMicros(at.micros);
  if (to !== "text") return undefined;
  if (at.offsetMinutes === undefined) return formatMicros(at.micros, { offset: false });
  return timestampText(Timestamp.fromMicros(at.micros, at.offsetMinutes));
}

function coerceDate(to: DataType, days: number): Cell | undefined {
  if (to === "date") return days;
  if (to === "timestamp") return joinMicros(days, 0);
  return to === "text" ? formatDays(days) : undefined;
}

function coerceTime(to: DataType, at: IsoTime): Cell | undefined {
  if (to === "time") return microsOfDay(at);
  if (to !== "text") return undefined;
  return formatTimeMicros(at.micros) + (at.offsetMinutes === undefined ? "" : formatOffset(at.offsetMinutes));
}

const maxInt64Digits = 19;

function coerceDecimal(to: DataType, decimal: string): Cell | undefined {
  switch (to) {
    case "decimal":
    case "wei":
    case "text":
      return decimal;
    case "double":
      return Number(decimal);
    case "bigint": {
      const integer = decimalInteger(decimal, maxInt64Digits);
      return integer === undefined ? undefined : int64OrNothing(integer);
    }
    case "bool":
      return !isZeroDecimal(decimal);
    default:
      return undefined;
  }
}

function coerceBytes(to: DataType, bytes: Uint8Array, isHex: boolean): Cell | undefined {
  if (to === "binary") return bytes;
  if (to !== "text") return undefined;
  const { buffer, byteOffset, byteLength } = bytes;
  const text = Buffer.from(buffer, byteOffset, byteLength);
  return isHex ? `0x${text.toString("hex")}` : text.toString("base64");
}
