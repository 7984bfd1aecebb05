import { scaledDecimal } from "../scaled-decimal.ts";

type PlainDecimal = { readonly text: string } | { readonly text?: never; readonly problem: string };

/**
 * A decimal text ("1.10", "1E+3") without exponent: "1.10", "1000". Digits beyond `scale` are rounded, halves away from zero.
 * Says what is wrong with a number that needs more than `precision` digits, with NaN and with the infinities.
 */
export function plainDecimal(text: string, precision: number, scale: number): PlainDecimal {
  const match = plainText.exec(text);
  if (match !== null && match[1]!.length <= precision - scale && (match[2]?.length ?? 0) <= scale) return { text };
  const scaled = scaledDecimal(text, precision, scale);
  return typeof scaled === "string" ? { problem: scaled } : { text: withPoint(scaled, scale) };
}

const plainText = /^-?(\d+)(?:\.(\d+))?$/;

/** Without zeros at the end of the fraction. */
function withPoint(scaled: number | bigint, scale: number): string {
  if (scale === 0) return String(scaled);
  const sign = scaled < 0 ? "-" : "";
  const digits = String(scaled < 0 ? -scaled : scaled).padStart(scale + 1, "0");
  const fraction = digits.slice(-scale).replace(/0+$/, "");
  return `${sign}${digits.slice(0, -scale)}${fraction === "" ? "" : `.${fraction}`}`;
}
