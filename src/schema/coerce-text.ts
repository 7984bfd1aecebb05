import type { IsoTime } from "../core/iso.ts";
import { parseIsoDate, parseIsoDateTime, parseIsoTime } from "../core/iso.ts";
import { encodeJson, parseJson } from "../core/json.ts";
import { joinMicros, microsPerDay } from "../core/micros.ts";
import type { Cell } from "./cell.ts";
import { dayOfMicros, int64OrNothing, microsOfSeconds } from "./coerce-number.ts";
import type { DataType } from "./data-type.ts";
import { parseDecimal } from "./decimal-number.ts";
import { parseFloatText, parseHexadecimal, parseInteger } from "./number-text.ts";
import { isBase64 } from "./typed-text.ts";
import { wellFormedJson } from "./well-formed-json.ts";

/** A plain string in a column of another type than text. */
export function coerceText(to: DataType, text: string): Cell | undefined {
  switch (to) {
    case "text":
      return text;
    case "timestamp":
      return timestampOf(text);
    case "bigint":
      return mapDefined(parseInteger(text), int64OrNothing);
    case "double":
      return parseFloatText(text) ?? mapDefined(parseHexadecimal(text), Number);
    case "bool":
      return spelledBooleans.get(text.toLowerCase());
    case "date":
      return dateOf(text);
    case "time":
      return mapDefined(parseIsoTime(text), microsOfDay);
    case "decimal":
    case "wei":
      return parseDecimal(text);
    case "json":
      return jsonOf(text);
    case "binary":
      return bytesOf(text);
    default:
      return to satisfies never;
  }
}

/** The time of day in UTC. */
export function microsOfDay(at: IsoTime): number {
  const micros = at.micros - (at.offsetMinutes ?? 0) * 60_000_000;
  return ((micros % microsPerDay) + microsPerDay) % microsPerDay;
}

const spelledBooleans: ReadonlyMap<string, boolean> = new Map([
  ...["yes", "true", "t", "y", "1"].map((word) => [word, true] as const),
  ...["no", "false", "f", "n", "0"].map((word) => [word, false] as const),
]);

/** ISO first: `2024` is a year, `202401` are seconds. */
function timestampOf(text: string): number | bigint | undefined {
  const at = parseIsoDateTime(text);
  if (at !== undefined) return at.micros;
  const days = parseIsoDate(text);
  return days === undefined ? mapDefined(parseFloatText(text), microsOfSeconds) : joinMicros(days, 0);
}

function dateOf(text: string): number | undefined {
  return parseIsoDate(text) ?? mapDefined(timestampOf(text), dayOfMicros);
}

function jsonOf(text: string): string | undefined {
  try {
    return wellFormedJson(encodeJson(parseJson(text)));
  } catch {
    return undefined;
  }
}

function bytesOf(text: string): Uint8Array | undefined {
  if (text.startsWith("0x")) return /^0x(?:[0-9a-f]{2})*$/i.test(text) ? Buffer.from(text.slice(2), "hex") : undefined;
  return isBase64(text) ? Buffer.from(text, "base64") : undefined;
}

function mapDefined<From, To>(value: From | undefined, to: (value: From) => To): To | undefined {
  return value === undefined ? undefined : to(value);
}
