import { decimalFrom } from "./decimal-text.ts";
import { HexBytes } from "./hex-bytes.ts";
import { parseStrictDateTime } from "./iso.ts";
import { parseJson } from "./json-parse.ts";
import { PlainDate } from "./plain-date.ts";
import { PlainDateTime } from "./plain-date-time.ts";
import { PlainTime } from "./plain-time.ts";
import { Timestamp } from "./timestamp.ts";
import { typeMark } from "./type-mark.ts";
import { Wei } from "./wei.ts";

/** Parses a typed JSON document: what `decodeTyped(parseJson(text))` gives, without a second copy of it. `onFloat` hears of each `Float`. */
export function parseTyped(text: string, onFloat?: () => void): unknown {
  const marks = text.match(anyMark);
  const value = parseJson(text, onFloat);
  return marks === null ? value : replaceMarked(value, { left: marks.length });
}

const anyMark = /[\uf026-\uf02d]|\\uf02[6-9a-d]/gi;

/** Ends when no mark is `left`; those that mark nothing make it look everywhere. */
function replaceMarked(value: unknown, marks: { left: number }): unknown {
  if (typeof value === "string") {
    const mark = value.charCodeAt(0);
    if (mark >= typeMark.decimal && mark <= typeMark.time) marks.left -= 1;
    return decodeText(value);
  }
  if (typeof value !== "object" || value === null) return value;
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return value;
  const container = value as Record<string, unknown>;
  for (const key of Object.keys(container)) {
    if (marks.left === 0) break;
    const member = container[key];
    if (typeof member !== "object" && typeof member !== "string") continue;
    const decoded = replaceMarked(member, marks);
    if (decoded !== member) define(container, key, decoded);
  }
  return value;
}

/** Assignment would take a key named `__proto__` for the prototype. */
function define(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__") Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
  else object[key] = value;
}

/**
 * Replaces the marked strings of a parsed document by the values they stand for: `Timestamp`, `PlainDateTime` (no offset), `PlainDate`, `PlainTime`,
 * `Decimal`, `Wei`, `Uint8Array`, `HexBytes`; a UUID becomes its canonical text. Keys stay as they are, and so do strings that do not decode and
 * strings of one character (as in dlt: empty bytes do not come back). The document itself is not changed.
 */
export function decodeTyped(value: unknown): unknown {
  if (typeof value === "string") return decodeText(value);
  if (Array.isArray(value)) return value.map(decodeTyped);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const decoded: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) define(decoded, key, decodeTyped(member));
  return decoded;
}

function decodeText(text: string): unknown {
  const mark = text.charCodeAt(0);
  if (!(mark >= typeMark.decimal && mark <= typeMark.time) || text.length < 2) return text;
  return decodeMarked(mark, text.slice(1)) ?? text;
}

function decodeMarked(mark: number, text: string): unknown {
  switch (mark) {
    case typeMark.decimal:
      return decimalFrom(text);
    case typeMark.timestamp:
      return decodeDateTime(text);
    case typeMark.date:
      return orUndefined(() => PlainDate.from(text));
    case typeMark.uuid:
      return decodeUuid(text);
    case typeMark.hexBytes:
      return orUndefined(() => HexBytes.parse(text));
    case typeMark.bytes:
      return isBase64(text) ? new Uint8Array(Buffer.from(text, "base64")) : undefined;
    case typeMark.wei:
      return orUndefined(() => new Wei(text));
    default:
      return orUndefined(() => PlainTime.from(text));
  }
}

/** A date alone is its midnight without offset; that is what Python makes of it. */
function decodeDateTime(text: string): Timestamp | PlainDateTime | undefined {
  const parsed = parseStrictDateTime(text.length === 10 ? `${text}T00` : text);
  if (parsed === undefined) return undefined;
  return orUndefined(() =>
    parsed.offsetMinutes === undefined
      ? PlainDateTime.fromMicros(parsed.micros)
      : Timestamp.fromMicros(parsed.micros, parsed.offsetMinutes),
  );
}

/** Python takes braces, a `urn:uuid:` in front and any hyphens. */
function decodeUuid(text: string): string | undefined {
  const digits = text
    .toLowerCase()
    .replace(/^urn:uuid:/, "")
    .replace(/[{}-]/g, "");
  if (!/^[0-9a-f]{32}$/.test(digits)) return undefined;
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

function orUndefined<Value>(make: () => Value): Value | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
