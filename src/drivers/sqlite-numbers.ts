/**
 * What SQLite keeps of a decimal without losing a digit. Its numbers are 64 bit integers and doubles, and it makes one of them of every text that looks like
 * a number where a column is `NUMERIC` or `JSON`. So a number that is neither goes as bytes, which it does not touch: those of its digits.
 *
 * `text` is a decimal without exponent.
 */
export function storedDecimal(text: string): number | bigint | Buffer {
  // Doubles have 15 digits for certain.
  if (text.length <= 15) return Number(text);
  const plain = canonical(text);
  if (!plain.includes(".") && isInt64(plain)) return BigInt(plain);
  const number = Number(plain);
  return digitsOf(plain) <= 15 || plainText(number) === plain ? number : Buffer.from(plain);
}

/** The same for JSON, which is text unless it is a number. */
export function storedJson(text: string): string | number | bigint | Buffer {
  const first = text.charCodeAt(0);
  if (first !== minus && !(first >= zero && first <= nine)) return text;
  if (/^-?\d+$/.test(text) && isInt64(text) && String(BigInt(text)) === text) return BigInt(text);
  const number = Number(text);
  return String(number) === text ? number : Buffer.from(text);
}

/** The digits of a stored number. Undefined when it is none. */
export function decimalDigits(value: unknown): string | undefined {
  if (typeof value === "bigint" || typeof value === "number") return String(value);
  const text = Buffer.isBuffer(value) ? value.toString() : typeof value === "string" ? value : "";
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? text : undefined;
}

const minus = 0x2d;
const zero = 0x30;
const nine = 0x39;

/** Without zeros that say nothing: equal numbers are equal bytes. */
function canonical(text: string): string {
  const short = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  const plain = short.replace(/^(-?)0+(?=\d)/, "$1");
  return plain === "-0" ? "0" : plain;
}

function digitsOf(plain: string): number {
  return plain.replace(/^-?(?:0\.0*)?/, "").replace(".", "").length;
}

function isInt64(text: string): boolean {
  if (text.length > 20) return false;
  return BigInt.asIntN(64, BigInt(text)) === BigInt(text);
}

/** The fewest digits that give the double, without exponent; undefined for those with one. */
function plainText(value: number): string | undefined {
  const text = String(value);
  return text.includes("e") ? undefined : text;
}
