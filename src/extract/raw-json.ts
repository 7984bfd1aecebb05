import { isUtf8 } from "node:buffer";
import { TextDecoder } from "node:util";
import { Decimal } from "decimal.js";
import { ConfigError } from "../core/errors.ts";
import { ExactFloat } from "../core/exact-float.ts";
import { Float } from "../core/float.ts";
import { takeJsonLines } from "../core/json-lines/joined-lines.ts";
import { parseJson } from "../core/json-parse.ts";
import { JsonTextError, scanRows } from "../core/json-rows.ts";
import { kindOf } from "../core/kind-of.ts";
import { RowInvalidError } from "./errors.ts";
import { MarkedItem } from "./marked.ts";
import { lineBytes, type RawFile } from "./raw-file.ts";
import type { Loose, Marked } from "./rows.ts";

/** Rows that are JSON text still. */
export class RawJson extends MarkedItem<string | Uint8Array> {
  constructor(text: string | Uint8Array) {
    super(text, {});
  }
}

/**
 * JSON text or bytes of rows: a list, one value, or one value per line. Numbers keep all their digits, and no row objects are made, unless a step,
 * a row schema, a transformer or a function as `tableName` needs them. Text that is no JSON fails the run with RowInvalidError. Throws ConfigError
 * for anything but text and bytes.
 */
export function rawJson<Row = Loose>(text: string | Uint8Array): Marked<Row> {
  if (typeof text !== "string" && !(text instanceof Uint8Array))
    throw new ConfigError(`rawJson() takes a text or bytes (a Uint8Array); got ${kindOf(text)}.`);
  return new RawJson(text) as unknown as Marked<Row>;
}

/** Writes the rows as they are. `file` is asked for when there is a row. */
export function appendRawJson(
  raw: RawJson,
  resource: string,
  rowIndex: number,
  file: () => RawFile,
): { readonly rows: number; readonly characters: number } {
  let into: RawFile | undefined;
  const count = { rows: 0, characters: 0 };
  const take = (text: string): void => {
    const row = text.startsWith("{") ? text : `{"value":${text}}`;
    into ??= file();
    into.append(row);
    count.rows += 1;
    count.characters += row.length;
  };
  const index = (): number => rowIndex + count.rows;
  const bytes = largeUtf8(raw["~item"]);
  const done = bytes === undefined ? 0 : appendLines(bytes, (into = file()), count, take);
  if (bytes === undefined || done === 0) eachRow(raw, resource, index, take);
  else if (done < bytes.length && !appendRest(bytes.subarray(done).toString(), take)) eachRow(raw, resource, index, () => {});
  return count;
}

/** Lines as they are, up to the first one that is more or less than an object; gives its place. */
function appendLines(bytes: Buffer, file: RawFile, count: { rows: number; characters: number }, take: (text: string) => void): number {
  if (file.countsRows) return 0;
  return takeJsonLines(bytes, lineBytes, {
    onRows: (rows, many) => {
      file.appendJoined(rows, many);
      count.rows += many;
      count.characters += rows.length;
    },
    onInexact: (line) => scanRows(line.toString(), take),
  });
}

/** False for text that is no JSON: its place has to be told by the whole text. */
function appendRest(text: string, take: (text: string) => void): boolean {
  // Within a text that is no mark of the byte order.
  if (text.startsWith("\uFEFF")) return false;
  try {
    scanRows(text, take);
    return true;
  } catch (error) {
    if (error instanceof JsonTextError) return false;
    throw error;
  }
}

/** Less is done sooner without. */
const largeBytes = 16 * 1024;

function largeUtf8(text: string | Uint8Array): Buffer | undefined {
  if (text.length < largeBytes) return undefined;
  const bytes = typeof text === "string" ? Buffer.from(text) : Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  return typeof text === "string" || isUtf8(bytes) ? bytes : undefined;
}

/**
 * The rows as objects, for code that looks at them: integers beyond 2^53 are bigints, those beyond 64 bits and decimals of more digits than a double
 * has are `Decimal`.
 * Throws RowInvalidError.
 */
export function rawJsonRows(raw: RawJson, resource: string): unknown[] {
  const rows: unknown[] = [];
  eachRow(
    raw,
    resource,
    () => rows.length,
    (text) => {
      let hasFloats = false;
      const row = parseJson(text, () => {
        hasFloats = true;
      });
      rows.push(hasFloats || maybeGreat.test(text) ? withoutFloats(row) : row);
    },
  );
  return rows;
}

function eachRow(raw: RawJson, resource: string, rowIndex: () => number, take: (text: string) => void): void {
  try {
    scanRows(textOf(raw["~item"]), take);
  } catch (error) {
    const problem = error instanceof JsonTextError ? error.message : notUtf8(error) ? "the bytes are not UTF-8" : undefined;
    if (problem === undefined) throw error;
    throw new RowInvalidError({ resource, rowIndex: rowIndex(), path: "$", json: problem });
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function textOf(text: string | Uint8Array): string {
  return typeof text === "string" ? text : utf8.decode(text);
}

function notUtf8(error: unknown): boolean {
  return (error as { readonly code?: unknown } | null)?.code === "ERR_ENCODING_INVALID_ENCODED_DATA";
}

/** A bigint of more bits is no value of a row. */
const maybeGreat = /\d{19}/;

function withoutFloats(value: unknown): unknown {
  if (value instanceof ExactFloat) return new Decimal(value.text);
  if (value instanceof Float) return value.value;
  if (typeof value === "bigint")
    return BigInt.asUintN(64, value) === value || BigInt.asIntN(64, value) === value ? value : new Decimal(String(value));
  if (Array.isArray(value)) return value.map(withoutFloats);
  if (typeof value !== "object" || value === null) return value;
  const changed: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value))
    Object.defineProperty(changed, key, { value: withoutFloats(member), enumerable: true, writable: true, configurable: true });
  return changed;
}
