import type { OneOrMore } from "../../schema/hint-options.ts";

/** Thrown for a row without a column of its key; the caller adds resource and row. */
export class MissingKeyError extends Error {
  readonly column: string;

  constructor(column: string) {
    super(column);
    this.column = column;
  }
}

/** The key of a row: one value, or a list for a list of columns. Throws MissingKeyError. */
export function keyOfRow(row: unknown, key: OneOrMore<string>): unknown {
  return typeof key === "string" ? columnValue(row, key) : key.map((column) => columnValue(row, column));
}

function columnValue(row: unknown, column: string): unknown {
  const value = fieldOf(row, column) ?? nestedOf(row, column);
  if (value === undefined) throw new MissingKeyError(column);
  return value;
}

/** `author__id` is the `id` inside of `author`. */
function nestedOf(row: unknown, column: string): unknown {
  if (fieldOf(row, column) === null) return null;
  const [first, ...rest] = column.split("__");
  if (rest.length === 0) return undefined;
  const inner = fieldOf(row, first!);
  return fieldOf(inner, rest.join("__")) ?? nestedOf(inner, rest.join("__"));
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  if (value instanceof Map) return value.get(name);
  const found = (value as Record<string, unknown>)[name];
  return typeof found === "function" ? undefined : found;
}
