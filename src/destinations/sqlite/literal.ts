import { toSqliteParameter } from "../../drivers/sqlite-values.ts";

/** A value in a statement as it is stored: texts of times are compared letter by letter. */
export function sqliteLiteral(value: unknown): string {
  const stored = toSqliteParameter(value);
  if (typeof stored === "bigint") return String(stored);
  if (typeof stored === "number") return numberLiteral(stored);
  if (Buffer.isBuffer(stored)) return `x'${stored.toString("hex")}'`;
  return typeof stored === "string" ? `'${stored.replaceAll("'", "''")}'` : "null";
}

/** What is no number is null to SQLite; it has no word for infinity, only numbers that are too large. */
function numberLiteral(value: number): string {
  if (Number.isNaN(value)) return "null";
  return Number.isFinite(value) ? String(value) : `${value < 0 ? "-" : ""}9e999`;
}
