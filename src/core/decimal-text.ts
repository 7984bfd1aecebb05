import { Decimal } from "decimal.js";

/**
 * The text of a decimal as Python's `str(Decimal(text))` prints it (`1.10`, `1E+3`, `NaN`), or undefined when `text` is not a decimal.
 * This is the form of decimals in cells, hashes and documents; trailing zeros are part of it.
 */
export function decimalText(text: string): string | undefined {
  const plain = text.trim().replaceAll("_", "");
  const match = decimalPattern.exec(plain);
  if (match === null) return specialText(plain);
  const [, sign = "", whole = "", part = "", exponent = "0"] = match;
  if (whole === "" && part === "") return undefined;
  return print(sign === "-" ? "-" : "", (whole + part).replace(/^0+(?=\d)/, ""), Number(exponent) - part.length);
}

/** A `Decimal` of `text` that keeps the text, trailing zeros included, for `decimalTextOf`. Undefined when `text` is not a decimal. */
export function decimalFrom(text: string): Decimal | undefined {
  const printed = decimalText(text);
  if (printed === undefined) return undefined;
  const decimal = new Decimal(printed);
  sourceTexts.set(decimal, printed);
  return decimal;
}

/**
 * The text of a `Decimal` as Python would print it. decimal.js drops trailing zeros: `new Decimal("1.10")` prints `1.1`, and whole numbers of up to
 * 38 digits print without exponent. A `Decimal` that leat read from a document prints the text it had there.
 */
export function decimalTextOf(decimal: Decimal): string {
  const source = sourceTexts.get(decimal);
  if (source !== undefined) return source;
  if (!decimal.isFinite()) return decimal.isNaN() ? "NaN" : decimal.isNegative() ? "-Infinity" : "Infinity";
  const text = decimal.toExponential();
  if (decimal.e > 0 && decimal.e < longestWhole && decimal.isInteger()) return decimal.toFixed();
  return decimal.isZero() && decimal.isNegative() ? "-0" : (decimalText(text) ?? text);
}

const longestWhole = 38;
const decimalPattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;
const sourceTexts = new WeakMap<Decimal, string>();

function specialText(text: string): string | undefined {
  const match = /^([+-]?)(?:(inf(?:inity)?)|nan)$/i.exec(text);
  if (match === null) return undefined;
  return `${match[1] === "-" ? "-" : ""}${match[2] === undefined ? "NaN" : "Infinity"}`;
}

/** Positional unless the exponent is positive or the number is smaller than 1e-6: the rule of the General Decimal Arithmetic. */
function print(sign: string, digits: string, exponent: number): string {
  const point = digits.length + exponent;
  if (exponent <= 0 && point > -6) {
    if (exponent === 0) return sign + digits;
    return point > 0 ? `${sign}${digits.slice(0, point)}.${digits.slice(point)}` : `${sign}0.${"0".repeat(-point)}${digits}`;
  }
  const part = digits.length > 1 ? `.${digits.slice(1)}` : "";
  const scientific = point - 1;
  return `${sign}${digits[0]}${part}E${scientific < 0 ? "-" : "+"}${Math.abs(scientific)}`;
}
