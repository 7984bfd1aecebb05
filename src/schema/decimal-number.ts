import { decimalText } from "../core/decimal-text.ts";
import { asciiDigits, parseHexadecimal } from "./number-text.ts";

/**
 * The decimal text of what Python's Decimal reads, or undefined. Decimals are kept as this text: `1.10` is not `1.1`.
 * The functions below take such a text.
 */
export function parseDecimal(text: string): string | undefined {
  return decimalText(asciiDigits(text)) ?? parseHexadecimal(text)?.toString();
}

/** The integer, or undefined when there is a fraction, or more than `maxDigits` digits, or the number is not finite. */
export function decimalInteger(decimal: string, maxDigits: number): bigint | undefined {
  const parts = partsOf(decimal);
  if (parts === undefined || parts.wholeDigits > maxDigits || !isZeros(fractionOf(parts))) return undefined;
  return BigInt(parts.sign + (wholeOf(parts) || "0"));
}

export function isZeroDecimal(decimal: string): boolean {
  const parts = partsOf(decimal);
  return parts !== undefined && isZeros(parts.digits);
}

/** The greatest amount dlt stores as wei; a greater one becomes text. */
export const maxWei: bigint = 578960446186580977117854925043439539266n;

/** True when a wei column cannot take the amount, as when it is not finite. */
export function exceedsWei(decimal: string): boolean {
  const parts = partsOf(decimal);
  if (parts === undefined || parts.wholeDigits > maxWeiDigits.length) return true;
  const whole = BigInt(wholeOf(parts) || "0");
  return whole > maxWei || (whole === maxWei && !isZeros(fractionOf(parts)));
}

interface DecimalParts {
  readonly sign: string;
  readonly digits: string;
  /** How many of the digits stand before the point: more than there are when zeros follow, below 0 when zeros precede. */
  readonly wholeDigits: number;
}

const maxWeiDigits = maxWei.toString();
const decimalPattern = /^(-?)(\d+)(?:\.(\d+))?(?:E([+-]\d+))?$/;

function partsOf(decimal: string): DecimalParts | undefined {
  const match = decimalPattern.exec(decimal);
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  const digits = (whole + fraction).replace(/^0+/, "");
  const leadingZeros = whole.length + fraction.length - digits.length;
  return { sign, digits, wholeDigits: digits === "" ? 0 : whole.length - leadingZeros + Number(exponent) };
}

function wholeOf({ digits, wholeDigits }: DecimalParts): string {
  return wholeDigits <= 0 ? "" : digits.slice(0, wholeDigits).padEnd(wholeDigits, "0");
}

function fractionOf({ digits, wholeDigits }: DecimalParts): string {
  return wholeDigits <= 0 ? digits : digits.slice(wholeDigits);
}

function isZeros(digits: string): boolean {
  return /^0*$/.test(digits);
}
