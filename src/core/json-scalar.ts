import { Decimal } from "decimal.js";
import { isDay } from "./calendar.ts";
import { decimalTextOf } from "./decimal-text.ts";
import { ExactFloat } from "./exact-float.ts";
import { Float, floatText } from "./float.ts";
import { HexBytes } from "./hex-bytes.ts";
import { splitMicros } from "./micros.ts";
import { PlainDate } from "./plain-date.ts";
import { PlainDateTime } from "./plain-date-time.ts";
import { PlainTime } from "./plain-time.ts";
import { temporalScalar } from "./temporal.ts";
import { microsOf, timestampText } from "./timestamp.ts";
import { type Scalar, typeMark } from "./type-mark.ts";
import { Wei } from "./wei.ts";

/** The scalar of an object, what is wrong with it (a text), or undefined when it is no scalar. */
export function scalarOf(value: object): Scalar | string | undefined {
  if (value instanceof Date) return timestampScalar(value);
  if (value instanceof Float) return { text: value instanceof ExactFloat ? value.text : floatText(value.value), mark: undefined };
  if (value instanceof PlainDate) return { text: value.toString(), mark: typeMark.date };
  if (value instanceof PlainDateTime) return { text: value.toString(), mark: typeMark.timestamp };
  if (value instanceof PlainTime) return { text: value.toString(), mark: typeMark.time };
  if (value instanceof Wei) return { text: value.text, mark: typeMark.wei };
  if (value instanceof HexBytes) return { text: value.toString(), mark: typeMark.hexBytes };
  if (value instanceof Uint8Array) return { text: base64(value), mark: typeMark.bytes };
  if (Decimal.isDecimal(value)) return { text: decimalTextOf(value), mark: typeMark.decimal };
  return temporalScalar(value);
}

function timestampScalar(date: Date): Scalar | string {
  if (Number.isNaN(date.getTime())) return "an invalid date";
  if (!isDay(splitMicros(microsOf(date)).days)) return "a date outside of the years 1 to 9999";
  return { text: timestampText(date), mark: typeMark.timestamp };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
