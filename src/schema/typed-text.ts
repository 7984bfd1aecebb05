import { decimalText } from "../core/decimal-text.ts";
import { type IsoDateTime, type IsoTime, parseIsoTime, parseStrictDateTime } from "../core/iso.ts";
import { parseDay } from "../core/iso-date.ts";
import { typeMark } from "../core/type-mark.ts";
import type { DataType } from "./data-type.ts";

/** What a string means that begins with a type mark. */
export type TypedText =
  | { readonly type: "decimal" | "wei"; readonly text: string }
  | { readonly type: "timestamp"; readonly at: IsoDateTime }
  | { readonly type: "date"; readonly days: number }
  | { readonly type: "time"; readonly at: IsoTime }
  | { readonly type: "binary"; readonly bytes: Uint8Array; readonly isHex: boolean }
  | { readonly type: "text"; readonly text: string };

/** True when the string may mean something else than it says. Cheap: one look at its first character. */
export function hasTypeMark(text: string): boolean {
  const first = text.charCodeAt(0);
  return first >= typeMark.decimal && first <= typeMark.time && text.length > 1;
}

/** Undefined when the string means what it says: no mark, or nothing of that type behind it. */
export function decodeTypedText(text: string): TypedText | undefined {
  if (!hasTypeMark(text)) return undefined;
  const rest = text.slice(1);
  switch (text.charCodeAt(0)) {
    case typeMark.decimal:
      return decodeDecimal("decimal", rest);
    case typeMark.timestamp:
      return decodeTimestamp(rest);
    case typeMark.date:
      return decodeDate(rest);
    case typeMark.uuid:
      return uuid.test(rest) ? { type: "text", text: rest.toLowerCase() } : undefined;
    case typeMark.hexBytes:
      return hexBytes.test(rest) ? { type: "binary", bytes: Buffer.from(rest.slice(2), "hex"), isHex: true } : undefined;
    case typeMark.bytes:
      return isBase64(rest) ? { type: "binary", bytes: Buffer.from(rest, "base64"), isHex: false } : undefined;
    case typeMark.wei:
      return decodeDecimal("wei", rest);
    default:
      return decodeTime(rest);
  }
}

/** The data type a string counts as. */
export function typeOfText(text: string): DataType {
  return hasTypeMark(text) ? (decodeTypedText(text)?.type ?? "text") : "text";
}

/** Standard base64 with its padding, and nothing else. */
export function isBase64(text: string): boolean {
  return base64.test(text);
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const hexBytes = /^0x(?:[0-9a-f]{2})*$/i;
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function decodeDecimal(type: "decimal" | "wei", rest: string): TypedText | undefined {
  const text = decimalText(rest);
  return text === undefined ? undefined : { type, text };
}

/** A date alone is its midnight without offset; that is what Python makes of it. */
function decodeTimestamp(rest: string): TypedText | undefined {
  const at = parseStrictDateTime(rest.length === 10 ? `${rest}T00` : rest);
  return at && { type: "timestamp", at };
}

function decodeDate(rest: string): TypedText | undefined {
  const days = rest.length === 10 ? parseDay(rest) : undefined;
  return days === undefined ? undefined : { type: "date", days };
}

function decodeTime(rest: string): TypedText | undefined {
  const at = parseIsoTime(rest);
  return at && { type: "time", at };
}
