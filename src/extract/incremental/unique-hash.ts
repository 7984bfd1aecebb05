import { digest128 } from "../../core/digest.ts";
import { encodeJson } from "../../core/json-encode.ts";
import { scalarOf } from "../../core/json-scalar.ts";
import { decodeTyped } from "../../core/json-typed.ts";
import { PlainDateTime } from "../../core/plain-date-time.ts";
import { microsOf, Timestamp } from "../../core/timestamp.ts";
import { plainValue } from "../encode-row.ts";

/** Before dlt 1.29 hashes were longer, and of another text. Such a set stays as it is until the cursor moves. */
export function hasOldHashes(hashes: readonly string[]): boolean {
  return hashes.some((hash) => hash.length === oldLength);
}

/** The text of a row, or of its key, that is hashed. Throws UnencodableError for what cannot be stored. */
export function hashedText(value: unknown, isOld: boolean): string {
  return encodeJson(isScalar(value) ? value : withoutDates(plainValue(value), isOld), { sorted: true });
}

/** What dlt keeps of a row at the border. */
export function uniqueHash(text: string, isOld: boolean): string {
  return digest128(text, isOld ? oldBytes : bytes);
}

const bytes = 9;
const oldBytes = 15;
const oldLength = 20;

function isScalar(value: unknown): boolean {
  return typeof value !== "object" || value === null;
}

/** One instant has one text, in whatever zone it was written. */
function withoutDates(value: unknown, isOld: boolean): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((member) => withoutDates(member, isOld));
  if (value instanceof Map) return new Map([...value].map(([key, member]) => [key, withoutDates(member, isOld)]));
  const scalar = value instanceof Date || value instanceof PlainDateTime ? value : ofTemporal(value);
  if (isOld) return scalar instanceof Date ? oldDateText(scalar) : value;
  if (scalar instanceof Date) return microsOf(scalar);
  return scalar instanceof PlainDateTime ? scalar.micros : value;
}

function ofTemporal(value: object): unknown {
  if (!(Symbol.toStringTag in value)) return value;
  const scalar = scalarOf(value);
  return typeof scalar === "object" && scalar.mark !== undefined ? decodeTyped(String.fromCharCode(scalar.mark) + scalar.text) : value;
}

function oldDateText(date: Date): unknown {
  return Timestamp.offsetMinutesOf(date) === 0
    ? encodeJson(date)
        .slice(1, -1)
        .replace(/\+00:00$/, "Z")
    : date;
}
