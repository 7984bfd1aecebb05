import { Decimal } from "decimal.js";

/** How a destination writes a value in its own way; undefined: it does not. */
export type OwnLiteral = (value: unknown) => string | undefined;

/** A value as a database reads it in a statement. Dates and times are texts, which the column beside them gives their type. */
export function sqlLiteral(value: unknown, own: OwnLiteral = () => undefined): string {
  return own(value) ?? usualLiteral(value, own);
}

function usualLiteral(value: unknown, own: OwnLiteral): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "number" && !Number.isFinite(value)) return quoted(String(value));
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (typeof value !== "object") return quoted(String(value));
  if (value instanceof Date) return quoted(value.toISOString());
  if (Decimal.isDecimal(value)) return value.toFixed();
  if (value instanceof Uint8Array) return quoted(`\\x${Buffer.from(value).toString("hex")}`);
  if (Array.isArray(value)) return `array[${value.map((member) => sqlLiteral(member, own)).join(", ")}]`;
  return quoted(isPlain(value) ? JSON.stringify(value) : String(value));
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
