import type { FieldDefinition } from "./field.ts";

/** Values given in code may be anything, also a client with secrets in it: the trace says no more than that they were given. */
export function shownValue(field: FieldDefinition, value: unknown): unknown {
  if (field.isSecret) return masked;
  return field.readFound === undefined ? "(given in code)" : value;
}

/** A value that does not fit its setting, for a message. */
export function describeValue(field: FieldDefinition, value: unknown): string {
  return field.isSecret ? masked : describe(value);
}

const masked = "*****";

function describe(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return value instanceof Date ? "an invalid date" : "a table";
  const text = String(value);
  return `\`${text.length > 60 ? `${text.slice(0, 60)}…` : text}\``;
}
