import { stripSpace } from "./naming/whitespace.ts";

const integer = /^[+-]?\d+(?:_\d+)*$/;
const hexadecimalDigits = /^([+-]?)([0-9a-f]+(?:_[0-9a-f]+)*)$/i;
const float = /^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/i;
const infinity = /^([+-]?)inf(?:inity)?$/i;
const nan = /^[+-]?nan$/i;

/** Reads what Python's `int` reads, and `0x` digits. */
export function parseInteger(text: string): bigint | undefined {
  const bare = asciiDigits(stripSpace(text));
  if (integer.test(bare)) return BigInt(bare.replace(/^\+/, "").replaceAll("_", ""));
  return parseHexadecimal(bare);
}

/** Reads what Python's `float` reads. */
export function parseFloatText(text: string): number | undefined {
  const bare = asciiDigits(stripSpace(text));
  if (float.test(bare)) return Number(bare.replaceAll("_", ""));
  const infinite = infinity.exec(bare);
  if (infinite !== null) return infinite[1] === "-" ? -Infinity : Infinity;
  return nan.test(bare) ? Number.NaN : undefined;
}

/** Reads `0x` and what Python's `int` reads of base 16. */
export function parseHexadecimal(text: string): bigint | undefined {
  const bare = stripSpace(text);
  const match = bare.startsWith("0x") ? hexadecimalDigits.exec(stripSpace(bare.slice(2))) : null;
  if (match === null) return undefined;
  const size = BigInt(`0x${match[2]!.replaceAll("_", "")}`);
  return match[1] === "-" ? -size : size;
}

/** The text Python's `str` gives a float: `1.0`, `1e-05`, `1e+20`, `nan`. */
export function pythonFloatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const size = Math.abs(value);
  if (size >= 1e16 || (size < 1e-4 && size > 0)) return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  if (!Number.isInteger(value)) return String(value);
  return Object.is(value, -0) ? "-0.0" : `${value}.0`;
}

/** Digits of any script as 0 to 9, as Python reads them. */
export function asciiDigits(text: string): string {
  return isAscii(text) ? text : text.replace(/\p{Nd}/gu, (digit) => (digit < "\x80" ? digit : String(digitValue(digit.codePointAt(0)!))));
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}

/** Unicode keeps the decimal digits of a script in runs of ten, in order. */
function digitValue(codePoint: number): number {
  let first = codePoint;
  while (isDigit(first - 1)) first--;
  return (codePoint - first) % 10;
}

function isDigit(codePoint: number): boolean {
  return /^\p{Nd}$/u.test(String.fromCodePoint(codePoint));
}
