import { Float } from "../core/float.ts";
import { parseIsoDate, parseIsoDateTime } from "../core/iso.ts";
import type { DataType } from "./data-type.ts";
import { maxWei } from "./decimal-number.ts";
import { maxInt64 } from "./int64.ts";
import type { PresentValue } from "./json-value.ts";
import { hasTypeMark } from "./typed-text.ts";

/** Guesses about the values of a new column, as `settings.detections` of a schema names them. */
export const detectionNames = ["timestamp", "iso_timestamp", "iso_date", "large_integer", "hexbytes_to_text", "wei_to_double"] as const;
export type Detection = (typeof detectionNames)[number];

/** The type a detection sees in a value, or undefined. `nowMs` is the time now, for the detection of Unix times. */
export function detect(detection: Detection, value: PresentValue, nowMs: number): DataType | undefined {
  switch (detection) {
    case "timestamp":
      return isRecentUnixTime(value, nowMs) ? "timestamp" : undefined;
    case "iso_timestamp":
      return typeof value === "string" && !hasTypeMark(value) && parseIsoDateTime(value) !== undefined ? "timestamp" : undefined;
    case "iso_date":
      return typeof value === "string" && !hasTypeMark(value) && parseIsoDate(value) !== undefined ? "date" : undefined;
    case "large_integer":
      return typeof value === "bigint" && value > maxInt64 ? largeIntegerType(value) : undefined;
    case "hexbytes_to_text":
      return typeof value === "string" && /^\uf02a0x/.test(value) ? "text" : undefined;
    case "wei_to_double":
      return typeof value === "string" && value.startsWith("\uf02c") && value.length > 1 ? "double" : undefined;
    default:
      return detection satisfies never;
  }
}

/** The type of an integer that 64 bits do not hold. */
export function largeIntegerType(value: bigint): DataType {
  return value <= maxWei && value >= -maxWei ? "wei" : "text";
}

const fiveYearsMs = 5 * 365 * 86_400_000;

function isRecentUnixTime(value: PresentValue, nowMs: number): boolean {
  const seconds = value instanceof Float ? value.value : value;
  return typeof seconds === "number" && Math.abs(seconds * 1000 - nowMs) <= fiveYearsMs;
}
