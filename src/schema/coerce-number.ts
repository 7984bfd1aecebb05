import { isDay } from "../core/calendar.ts";
import { joinMicros, splitMicros } from "../core/micros.ts";
import type { Cell } from "./cell.ts";
import type { DataType } from "./data-type.ts";
import { parseDecimal } from "./decimal-number.ts";
import { compactInteger, isInt64 } from "./int64.ts";
import { pythonFloatText } from "./number-text.ts";

/** An integer in a column of another type than bigint. */
export function coerceInteger(to: DataType, value: number | bigint): Cell | undefined {
  switch (to) {
    case "text":
    case "decimal":
    case "wei":
      return String(value);
    case "double":
      return finiteOrNothing(Number(value));
    case "bigint":
      return int64OrNothing(BigInt(value));
    case "bool":
      return value !== 0 && value !== 0n;
    case "timestamp":
      return microsOfSeconds(Number(value));
    case "date":
      return dayOfSeconds(Number(value));
    case "binary":
      return value >= 0 ? littleEndian(BigInt(value)) : undefined;
    default:
      return undefined;
  }
}

/** A double in a column of another type than double. */
export function coerceDouble(to: DataType, value: number): Cell | undefined {
  switch (to) {
    case "text":
      return pythonFloatText(value);
    case "double":
      return value;
    case "decimal":
    case "wei":
      return parseDecimal(pythonFloatText(value));
    case "bigint":
      return Number.isInteger(value) ? int64OrNothing(BigInt(value)) : undefined;
    case "bool":
      return value !== 0;
    case "timestamp":
      return microsOfSeconds(value);
    case "date":
      return dayOfSeconds(value);
    default:
      return undefined;
  }
}

export function int64OrNothing(value: bigint): number | bigint | undefined {
  return isInt64(value) ? compactInteger(value) : undefined;
}

/** Unix seconds as microseconds, in the years 1 to 9999. */
export function microsOfSeconds(seconds: number): number | bigint | undefined {
  if (!Number.isFinite(seconds)) return undefined;
  const whole = Math.floor(seconds);
  const micros = roundHalfEven((seconds - whole) * 1_000_000);
  const days = Math.floor(whole / 86_400);
  return isDay(days) ? joinMicros(days, (whole - days * 86_400) * 1_000_000 + micros) : undefined;
}

export function dayOfMicros(micros: number | bigint): number {
  return splitMicros(micros).days;
}

function dayOfSeconds(seconds: number): number | undefined {
  const micros = microsOfSeconds(seconds);
  return micros === undefined ? undefined : dayOfMicros(micros);
}

function finiteOrNothing(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

/** Python rounds a half to the even neighbour. */
function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** As few bytes as the integer needs, the lowest first; none for 0. */
function littleEndian(value: bigint): Uint8Array {
  if (value === 0n) return new Uint8Array(0);
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex").reverse();
}
