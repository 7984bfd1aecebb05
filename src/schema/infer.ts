import { Float } from "../core/float.ts";
import type { DataType } from "./data-type.ts";
import { type Detection, detect, largeIntegerType } from "./detections.ts";
import { isInt64 } from "./int64.ts";
import type { PresentValue } from "./json-value.ts";
import { typeOfText } from "./typed-text.ts";

/**
 * The data type of a new column that gets this value: what a detection sees, in the given order, else the type of the value.
 * `nowMs` is the time now; only the detection `timestamp` looks at it.
 */
export function inferType(value: PresentValue, detections: readonly Detection[], nowMs: number): DataType {
  for (const detection of detections) {
    const seen = detect(detection, value, nowMs);
    if (seen !== undefined) return seen;
  }
  return valueType(value);
}

/**
 * The data type of a value by itself. An integer that 64 bits do not hold is wei, or text if it is greater than that:
 * dlt calls it bigint and then fails to load it.
 */
export function valueType(value: PresentValue): DataType {
  switch (typeof value) {
    case "string":
      return typeOfText(value);
    case "number":
      return Number.isInteger(value) ? "bigint" : "double";
    case "boolean":
      return "bool";
    case "bigint":
      return isInt64(value) ? "bigint" : largeIntegerType(value);
    default:
      return value instanceof Float ? "double" : "json";
  }
}
