import { readFileSync } from "node:fs";
import { decimalFrom } from "../src/core/decimal-text.ts";
import { Float } from "../src/core/float.ts";
import { HexBytes } from "../src/core/hex-bytes.ts";
import { encodeJson, parseJson } from "../src/core/json.ts";
import { PlainDate } from "../src/core/plain-date.ts";
import { PlainDateTime } from "../src/core/plain-date-time.ts";
import { PlainTime } from "../src/core/plain-time.ts";
import { Timestamp } from "../src/core/timestamp.ts";
import { Wei } from "../src/core/wei.ts";

/** A golden file of `test/fixtures`, by its path in there. Values are still tagged (`{"$int":"5"}`): see `untag`. */
export function readFixture<Content = Record<string, unknown>>(path: string): Content {
  return JSON.parse(readFileSync(new URL(`./fixtures/${path}`, import.meta.url), "utf8")) as Content;
}

/** The values of leat that tagged values stand for. A `$date` is a PlainDate, a `$time` a PlainTime, a `$uuid` its text. */
export function untag(value: unknown): unknown {
  return mapTags(value, valueOfTag);
}

/** The same as the normalizer sees it in a raw row file: strings with their mark, numbers, bigints and `Float`. */
export function untagToJson(value: unknown): unknown {
  return mapTags(value, (tag, text) => {
    const plain = valueOfTag(tag, text);
    return isJson(plain) ? plain : parseJson(encodeJson(plain, { typed: true }));
  });
}

function mapTags(value: unknown, ofTag: (tag: string, text: string) => unknown): unknown {
  if (Array.isArray(value)) return value.map((member) => mapTags(member, ofTag));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [tag, text] = entries[0] ?? [];
  if (entries.length === 1 && tag?.startsWith("$") === true && typeof text === "string") return ofTag(tag, text);
  return Object.fromEntries(entries.map(([key, member]) => [key, mapTags(member, ofTag)]));
}

function valueOfTag(tag: string, text: string): unknown {
  switch (tag) {
    case "$int":
      return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text);
    case "$float":
      return floatOf(Number(text.replace(/^(-?)inf$/, "$1Infinity")));
    case "$decimal":
      return decimalFrom(text);
    case "$wei":
      return new Wei(text);
    case "$datetime":
      return /(?:[+-]\d\d:\d\d|Z)$/.test(text) ? Timestamp.from(text) : PlainDateTime.from(text);
    case "$date":
      return PlainDate.from(text);
    case "$time":
      return PlainTime.from(text);
    case "$uuid":
      return text;
    case "$bytes":
      return new Uint8Array(Buffer.from(text, "base64"));
    case "$hexbytes":
      return HexBytes.parse(text);
    default:
      throw new Error(`Unknown tag ${tag} in a fixture.`);
  }
}

/** A number where JavaScript can tell that it is no integer, else a `Float`. */
function floatOf(value: number): number | Float {
  return Number.isFinite(value) && !Number.isInteger(value) ? value : new Float(value);
}

function isJson(value: unknown): boolean {
  return typeof value !== "object" || value instanceof Float;
}
