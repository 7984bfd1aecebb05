import { parse } from "lossless-json";
import { ExactFloat, isMarkedExact } from "./exact-float.ts";
import { Float } from "./float.ts";

/**
 * Parses JSON without losing numbers: an integer beyond 2^53 becomes a bigint, a double that is integral (`1.0`, `1e3`) a `Float`, a number
 * that `scanRows` marked an `ExactFloat`;
 * everything else is what `JSON.parse` gives. `onFloat` hears of each `Float`. Throws SyntaxError.
 */
export function parseJson(text: string, onFloat?: () => void): unknown {
  if (!rootNumber.test(text) && !inexactMember.test(text)) return JSON.parse(text);
  return parse(
    text,
    null,
    onFloat === undefined ? exactly : { ...exactly, parseNumber: (number: string) => heard(exactNumber(number), onFloat) },
  );
}

function heard<Value>(value: Value, onFloat: () => void): Value {
  if (value instanceof Float) onFloat();
  return value;
}

const rootNumber = /^\s*-?\d/;

/**
 * Finds text in which `JSON.parse` could lose something; rare in ordinary documents, since the exact parser is several times slower. That is a number
 * with 16 digits before the point, with an exponent, or with a fraction that is zero or may round to an integer: doubles have 16 digits, so digits and
 * first zeros or nines of the fraction together have to be that many. A hit inside of a string costs time only. It is written to be fast: it begins
 * with characters that it can skip to, and what follows a number keeps the times of day in timestamps (`:07.000Z`) out.
 */
const inexactMember = /[:[,]\s*-?(?:\d{16}|\d+(?:[eE][-+\d]|\.(?:0+(?=[\s,\]}])|(?:0+|9+)(?<=[\d.]{17})|\d+[eE])))/;

const exactly = { parseNumber: exactNumber, onDuplicateKey: ({ newValue }: { newValue: unknown }): unknown => newValue };

function exactNumber(text: string): number | bigint | Float {
  const value = Number(text);
  if (isMarkedExact(text)) return ExactFloat.ofMarked(text);
  if (/[.eE]/.test(text)) return Number.isInteger(value) || !Number.isFinite(value) ? new Float(value) : value;
  return Number.isSafeInteger(value) ? value : BigInt(text);
}
