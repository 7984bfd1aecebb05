import { ExactFloat } from "../core/exact-float.ts";
import { Float } from "../core/float.ts";
import type { Cell } from "./cell.ts";
import { coerceDocument } from "./coerce-document.ts";
import { coerceDouble, coerceInteger } from "./coerce-number.ts";
import { coerceText } from "./coerce-text.ts";
import { coerceTypedText } from "./coerce-typed-text.ts";
import type { DataType } from "./data-type.ts";
import { parseDecimal } from "./decimal-number.ts";
import { isInt64 } from "./int64.ts";
import type { PresentValue } from "./json-value.ts";
import { decodeTypedText, hasTypeMark } from "./typed-text.ts";

/**
 * The cell of a value in a column of a type, or undefined when the value does not fit and needs a variant column.
 * It runs for every value of every row: the first lines settle the common cases.
 */
export function coerceCell(to: DataType, value: PresentValue): Cell | undefined {
  switch (typeof value) {
    case "string":
      if (!hasTypeMark(value)) return to === "text" ? value : coerceText(to, value);
      return coerceMarkedText(to, value);
    case "number":
      if (to === "double") return value;
      if (!Number.isInteger(value)) return coerceDouble(to, value);
      return to === "bigint" ? value : coerceInteger(to, value);
    case "boolean":
      return coerceBoolean(to, value);
    case "bigint":
      if (to === "bigint") return isInt64(value) ? value : undefined;
      return coerceInteger(to, value);
    default:
      if (value instanceof Float) return to === "double" ? value.value : coerceFloat(to, value);
      return coerceDocument(to, value);
  }
}

/** Digits beyond those of a double matter to columns that hold them. */
function coerceFloat(to: DataType, value: Float): Cell | undefined {
  if (!(value instanceof ExactFloat)) return coerceDouble(to, value.value);
  if (to === "text") return value.text;
  return to === "decimal" || to === "wei" ? parseDecimal(value.text) : coerceDouble(to, value.value);
}

/** A boolean is never a number, and its text is Python's. */
function coerceBoolean(to: DataType, value: boolean): Cell | undefined {
  if (to === "bool") return value;
  return to === "text" ? (value ? "True" : "False") : undefined;
}

function coerceMarkedText(to: DataType, value: string): Cell | undefined {
  const typed = decodeTypedText(value);
  if (typed !== undefined) return coerceTypedText(to, typed);
  return to === "text" ? value : coerceText(to, value);
}
