import { Decimal } from "decimal.js";
import { compareCodePoints } from "../../core/code-points.ts";
import { Float } from "../../core/float.ts";
import { scalarOf } from "../../core/json-scalar.ts";
import { decodeTyped } from "../../core/json-typed.ts";
import { compareMicros } from "../../core/micros.ts";
import { PlainDate } from "../../core/plain-date.ts";
import { PlainDateTime } from "../../core/plain-date-time.ts";
import { PlainTime } from "../../core/plain-time.ts";
import { microsOf, Timestamp } from "../../core/timestamp.ts";

/** Below 0 when `a` comes before `b`, above 0 when behind it, 0 when they are equal, NaN when they have no order: values of two kinds, or of none that has one. */
export function compareValues(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a < b ? -1 : a > b ? 1 : a === b ? 0 : Number.NaN;
  if (typeof a === "string" && typeof b === "string") return a === b ? 0 : compareCodePoints(a, b);
  if (a instanceof Date && b instanceof Date) return compareDates(a, b);
  if (isNumeric(a) && isNumeric(b)) return compareNumeric(a, b);
  if (a instanceof PlainDate && b instanceof PlainDate) return PlainDate.compare(a, b);
  if (a instanceof PlainDateTime && b instanceof PlainDateTime) return PlainDateTime.compare(a, b);
  if (a instanceof PlainTime && b instanceof PlainTime) return PlainTime.compare(a, b);
  return Number.NaN;
}

/** Whether two values are the same one, whatever they are: what an own function gives may be an object. */
export function isSameValue(a: unknown, b: unknown): boolean {
  if (a === b || compareValues(a, b) === 0) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b))
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((each, index) => isSameValue(each, b[index]));
  if (!isLiteral(a) || !isLiteral(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSameValue(a[key], b[key]));
}

/** The value as a cursor keeps it: apart from the row, which may change, and Temporal's own values as those of leat. */
export function cursorValue(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date) return copyDate(value);
  const tag: unknown = (value as { readonly [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  if (typeof tag !== "string" || !tag.startsWith("Temporal.")) return value;
  const scalar = scalarOf(value);
  return typeof scalar === "object" && scalar.mark !== undefined ? decodeTyped(String.fromCharCode(scalar.mark) + scalar.text) : value;
}

/** What users get: a Date that they change must not change the cursor. */
export function copyDate<Value>(value: Value): Value {
  if (!(value instanceof Date)) return value;
  const microseconds = value instanceof Timestamp ? value.microseconds : 0;
  return new Timestamp(value.getTime(), microseconds, Timestamp.offsetMinutesOf(value)) as Date as Value;
}

function compareDates(a: Date, b: Date): number {
  const [first, second] = [a.getTime(), b.getTime()];
  if (first !== second) return first < second ? -1 : first > second ? 1 : Number.NaN;
  return compareMicros(microsOf(a), microsOf(b));
}

type Numeric = number | bigint | Decimal | Float;

function isNumeric(value: unknown): value is Numeric {
  return typeof value === "number" || typeof value === "bigint" || value instanceof Float || Decimal.isDecimal(value);
}

function compareNumeric(a: Numeric, b: Numeric): number {
  const [first, second] = [plainNumber(a), plainNumber(b)];
  if (Decimal.isDecimal(first) || Decimal.isDecimal(second)) return new Decimal(String(first)).cmp(String(second));
  return first < second ? -1 : first > second ? 1 : [first, second].some(Number.isNaN) ? Number.NaN : 0;
}

function plainNumber(value: Numeric): number | bigint | Decimal {
  return value instanceof Float ? value.value : value;
}

function isLiteral(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
