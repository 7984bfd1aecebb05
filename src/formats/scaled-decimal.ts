/**
 * A decimal text ("1.10", "1E+3") as an integer of 10 ** -`scale`: "1.10" is 1100000000 with scale 9.
 * Further digits are rounded, halves away from zero, as DuckDB casts. Answers with words when that is no number of `precision` digits.
 */
export function scaledDecimal(text: string, precision: number, scale: number): number | bigint | string {
  const parts = decimalText.exec(text);
  if (!parts) return "the value is not a finite decimal number";
  const [, sign, whole = "", fraction = "", exponent = "0"] = parts;
  const digits = (whole + fraction).replace(leadingZeros, "");
  if (digits === "") return 0;
  const shift = scale - fraction.length + Number(exponent);
  const digitCount = digits.length + shift;
  if (digitCount > precision) return tooWide(precision, scale);
  const size = shift >= 0 ? integer(digits + "0".repeat(shift)) : roundedInteger(digits, digitCount);
  // Rounding may have added a digit: 99.95 is 100.0.
  if (digitCount === precision && shift < 0 && size >= 10n ** BigInt(precision)) return tooWide(precision, scale);
  return sign === "-" ? -size : size;
}

const decimalText = /^([+-]?)(?=\.?\d)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;
const leadingZeros = /^0+/;

function tooWide(precision: number, scale: number): string {
  return `the number needs more digits than decimal(${precision}, ${scale}) has`;
}

/** The first `count` digits, rounded by the one behind them. */
function roundedInteger(digits: string, count: number): number | bigint {
  if (count < 0) return 0;
  const kept = integer(digits.slice(0, count) || "0");
  if (digits.charCodeAt(count) < five) return kept;
  return typeof kept === "bigint" ? kept + 1n : kept + 1;
}

const five = "5".charCodeAt(0);

// Up to 15 digits are exact as a number, and much cheaper.
function integer(digits: string): number | bigint {
  return digits.length <= 15 ? Number(digits) : BigInt(digits);
}
