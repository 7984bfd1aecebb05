import { type Duration, isDuration } from "../core/duration.ts";
import { parseIsoDate, parseIsoDateTime } from "../core/iso.ts";
import type { StandardSchema } from "../core/standard-schema.ts";
import { Timestamp } from "../core/timestamp.ts";

/** A value read as its declared type, or what was expected instead. */
export type Reading<T> = { readonly value: T } | { readonly expected: string };

/** Reads what a provider holds: always text in the environment, a typed value in TOML. Texts are read as dlt reads them. */
export type ValueReader<T> = (found: unknown) => Reading<T> | Promise<Reading<T>>;

export function readText(found: unknown): Reading<string> {
  if (typeof found === "string") return { value: found };
  if (typeof found === "number" || typeof found === "bigint" || typeof found === "boolean") return { value: String(found) };
  return { expected: "a text" };
}

export function readNumber(found: unknown): Reading<number> {
  if (typeof found === "bigint") return { expected: "a number that a double holds exactly" };
  const value = typeof found === "string" ? parseNumber(found) : found;
  return typeof value === "number" && Number.isFinite(value) ? { value } : { expected: "a number" };
}

export function readCount(found: unknown): Reading<number> {
  const value = typeof found === "string" ? parseInteger(found) : found;
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? { value } : { expected: "an integer of 0 or more" };
}

export function readFlag(found: unknown): Reading<boolean> {
  const value = typeof found === "boolean" ? found : flags.get(String(found).toLowerCase());
  return value === undefined ? { expected: "true or false" } : { value };
}

/** Without an offset the text is UTC, a date is its midnight. */
export function readTimestamp(found: unknown): Reading<Date> {
  const value = typeof found === "string" ? parseInstant(found) : found;
  return value instanceof Date && !Number.isNaN(value.getTime()) ? { value } : { expected: "an ISO date and time" };
}

export function readDuration(found: unknown): Reading<Duration> {
  return typeof found === "string" && isDuration(found)
    ? { value: found }
    : { expected: "a number and its unit (ms, s, m, h, d) such as `90s`" };
}

export function readOneOf<T extends string>(values: readonly T[]): (found: unknown) => Reading<T> {
  return (found) => {
    const value = values.find((known) => known === found);
    return value === undefined ? { expected: `one of ${values.map((known) => `\`${known}\``).join(", ")}` } : { value };
  };
}

export function readList(found: unknown): Reading<readonly string[]> {
  const value = typeof found === "string" ? parseJsonText(found) : found;
  const texts = Array.isArray(value) ? value.map(listItem) : [undefined];
  return texts.every((text) => text !== undefined)
    ? { value: Object.freeze(texts) }
    : { expected: 'a JSON list of texts such as `["a", "b"]`' };
}

export function readJson<T>(schema: StandardSchema<T>): ValueReader<T> {
  return async (found) => {
    const value = typeof found === "string" ? parseJsonText(found) : found;
    if (value === undefined) return { expected: "JSON" };
    const result = await schema["~standard"].validate(value);
    return result.issues === undefined
      ? { value: result.value }
      : { expected: `a value of its schema (${result.issues.map((issue) => issue.message).join("; ")})` };
  };
}

const flags: ReadonlyMap<string, boolean> = new Map([
  ...["true", "t", "yes", "y", "1"].map((text) => [text, true] as const),
  ...["false", "f", "no", "n", "0"].map((text) => [text, false] as const),
]);

const numberForm = /^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+)?$/i;
const integerForm = /^[+-]?\d+(?:_\d+)*$/;

/** An integer that a double would round is refused: silently another number is worse than an error. */
function parseNumber(text: string): number | undefined {
  const trimmed = text.trim();
  if (integerForm.test(trimmed)) return parseInteger(trimmed);
  return numberForm.test(trimmed) ? Number(trimmed.replaceAll("_", "")) : undefined;
}

function parseInteger(text: string): number | undefined {
  const trimmed = text.trim();
  const value = integerForm.test(trimmed) ? Number(trimmed.replaceAll("_", "")) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

function parseInstant(text: string): Date | undefined {
  const days = parseIsoDate(text);
  if (days !== undefined) return new Date(days * 86_400_000);
  const instant = parseIsoDateTime(text);
  return instant === undefined ? undefined : Timestamp.fromMicros(instant.micros);
}

function listItem(item: unknown): string | undefined {
  if (typeof item === "string") return item;
  if (typeof item === "bigint") return String(item);
  const isExact = Number.isInteger(item) ? Number.isSafeInteger(item) : Number.isFinite(item);
  return isExact ? String(item) : undefined;
}

function parseJsonText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
