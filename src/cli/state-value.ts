import { Decimal } from "decimal.js";
import { decimalFrom } from "../core/decimal-text.ts";
import { ConfigError } from "../core/errors.ts";
import { Float } from "../core/float.ts";
import { HexBytes } from "../core/hex-bytes.ts";
import { parseJson } from "../core/json-parse.ts";
import { PlainDate } from "../core/plain-date.ts";
import { PlainDateTime } from "../core/plain-date-time.ts";
import { PlainTime } from "../core/plain-time.ts";
import { Timestamp } from "../core/timestamp.ts";
import { Wei } from "../core/wei.ts";

type TypedName = "timestamp" | "datetime" | "date" | "time" | "decimal" | "wei" | "hex" | "bytes";

/** Types of values that JSON does not know, and how each is read. They throw, or give undefined, where it is not of that type. */
const readers: { readonly [type in TypedName]: (text: string) => object | undefined } = {
  timestamp: (text) => Timestamp.from(text),
  datetime: (text) => PlainDateTime.from(text),
  date: (text) => PlainDate.from(text),
  time: (text) => PlainTime.from(text),
  decimal: (text) => decimalFrom(text),
  wei: (text) => new Wei(text),
  hex: (text) => HexBytes.parse(text),
  bytes: (text) => (/^[A-Za-z0-9+/]+={0,2}$/.test(text) ? new Uint8Array(Buffer.from(text, "base64")) : undefined),
};

/** A value of the command line: JSON, else text. What takes the place of a date, a decimal or bytes is one too, unless `type` says otherwise. Throws ConfigError. */
export function parseValue(text: string, { type, replaces }: { readonly type: string | undefined; readonly replaces: unknown }): unknown {
  if (type === "text") return text;
  if (type !== undefined && type !== "json") return readTyped(text, type as TypedName, "");
  const found = jsonOrText(text, { isJson: type === "json" });
  const typeBefore = type === "json" ? undefined : typeOf(replaces);
  if (typeBefore === undefined || !isTextOrNumber(found)) return found;
  // The text as it was given: a decimal has more digits than a number.
  return readTyped(
    typeof found === "string" ? found : text.trim(),
    typeBefore,
    ", which is what is there now. --type text puts a text there",
  );
}

/** The type of a value that JSON does not know; undefined for all others. */
export function typeOf(value: unknown): TypedName | undefined {
  if (value instanceof Date) return "timestamp";
  if (value instanceof PlainDateTime) return "datetime";
  if (value instanceof PlainDate) return "date";
  if (value instanceof PlainTime) return "time";
  if (value instanceof Wei) return "wei";
  if (value instanceof HexBytes) return "hex";
  if (value instanceof Uint8Array) return "bytes";
  return Decimal.isDecimal(value) ? "decimal" : undefined;
}

function jsonOrText(text: string, { isJson }: { readonly isJson: boolean }): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    if (isJson) throw new ConfigError(`\`${text}\` is not JSON: ${(cause as Error).message}.`, { cause });
    return text;
  }
}

function isTextOrNumber(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "bigint" || value instanceof Float;
}

function readTyped(text: string, type: TypedName, addition: string): object {
  const refused = (cause?: unknown): ConfigError =>
    new ConfigError(`\`${text}\` is no ${type}${addition}.${cause instanceof Error ? ` ${cause.message}` : ""}`, { cause });
  let value: object | undefined;
  try {
    value = readers[type](text);
  } catch (cause) {
    throw refused(cause);
  }
  if (value === undefined) throw refused();
  return value;
}
