import type { GrowingBytes } from "../parquet/growing-bytes.ts";
import { doubleField } from "./field-writer.ts";
import { minimalQuotes } from "./quote-field.ts";
import { storableText } from "./storable-text.ts";

/** What a column keeps: texts without quotes, numbers and booleans as Parquet has them, or fields. */
export type KeptAs = "text" | "bigint" | "double" | "bool" | "field";

interface FieldCursorOptions {
  readonly keptAs: KeptAs;
  readonly bytes: Uint8Array;
  /** A bit for each row that has a value; undefined: all have. */
  readonly presence: Uint8Array | undefined;
  readonly delimiter: string;
}

/** Writes the fields of a column from its values, row by row. */
export class FieldCursor {
  readonly #keptAs: KeptAs;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #presence: Uint8Array | undefined;
  readonly #delimiter: string;
  readonly #special: Uint8Array;
  /** Where the next value begins; of booleans, which bit it is. */
  #at = 0;

  constructor({ keptAs, bytes, presence, delimiter }: FieldCursorOptions) {
    this.#keptAs = keptAs;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#presence = presence;
    this.#delimiter = delimiter;
    this.#special = specialBytes(delimiter);
  }

  /** Writes nothing for a row without a value. Rows are asked for in order, each once. */
  write(row: number, to: GrowingBytes): void {
    const presence = this.#presence;
    if (presence !== undefined && (presence[row >>> 3]! & (1 << (row & 7))) === 0) return;
    switch (this.#keptAs) {
      case "text":
        this.#writeText(to);
        break;
      case "bigint":
        this.#writeInteger(to);
        break;
      case "double":
        this.#writeDouble(to);
        break;
      case "bool":
        this.#writeBool(to);
        break;
      case "field":
        this.#writeField(to);
        break;
    }
  }

  #writeText(to: GrowingBytes): void {
    const size = this.#view.getUint32(this.#at, true);
    const start = this.#at + sizeBytes;
    const end = start + size;
    this.#at = end;
    to.reserve(size);
    const [source, target, special] = [this.#bytes, to.bytes, this.#special];
    let place = to.size;
    for (let index = start; index < end; index++) {
      const byte = source[index]!;
      if (special[byte] !== 0) {
        this.#writeQuoted(start, end, to);
        return;
      }
      target[place++] = byte;
    }
    if (size === 0 || isEndOfData(source, start, size)) this.#writeQuoted(start, end, to);
    else to.size = place;
  }

  #writeQuoted(start: number, end: number, to: GrowingBytes): void {
    const source = this.#bytes;
    let quotes = 0;
    for (let index = start; index < end; index++) {
      const byte = source[index]!;
      if (byte === quote) quotes += 1;
      if (byte !== 0) continue;
      this.#writeWithoutNul(start, end, to);
      return;
    }
    to.reserve(end - start + quotes + 2);
    const target = to.bytes;
    let place = to.size;
    target[place++] = quote;
    for (let index = start; index < end; index++) {
      const byte = source[index]!;
      if (byte === quote) target[place++] = quote;
      target[place++] = byte;
    }
    target[place++] = quote;
    to.size = place;
  }

  #writeWithoutNul(start: number, end: number, to: GrowingBytes): void {
    const text = Buffer.from(this.#bytes.subarray(start, end)).toString("utf8");
    const field = Buffer.from(minimalQuotes(this.#delimiter)(storableText(text)), "utf8");
    to.reserve(field.length);
    to.bytes.set(field, to.size);
    to.size += field.length;
  }

  #writeInteger(to: GrowingBytes): void {
    const at = this.#at;
    this.#at = at + wordBytes;
    const high = this.#view.getInt32(at + 4, true);
    const value = high * 0x1_0000_0000 + this.#view.getUint32(at, true);
    if (high >= -smallHigh && high < smallHigh) writeInteger(value, to);
    else writeAscii(String(this.#view.getBigInt64(at, true)), to);
  }

  #writeDouble(to: GrowingBytes): void {
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += wordBytes;
    writeAscii(doubleField(value), to);
  }

  #writeBool(to: GrowingBytes): void {
    const at = this.#at++;
    writeAscii((this.#bytes[at >>> 3]! & (1 << (at & 7))) === 0 ? "false" : "true", to);
  }

  #writeField(to: GrowingBytes): void {
    const size = this.#view.getUint32(this.#at, true);
    const start = this.#at + sizeBytes;
    this.#at = start + size;
    to.reserve(size);
    to.bytes.set(this.#bytes.subarray(start, start + size), to.size);
    to.size += size;
  }
}

const sizeBytes = 4;
const wordBytes = 8;
/** Integers whose upper half is smaller are exact as numbers. */
const smallHigh = 0x20_0000;
const quote = 0x22;
const zero = 0x30;
const minus = 0x2d;
/** Of fewer digits than a small integer of the engine has. */
const manyDigits = 1e9;

function writeInteger(value: number, to: GrowingBytes): void {
  if (value <= -manyDigits || value >= manyDigits) {
    writeAscii(String(value), to);
    return;
  }
  to.reserve(10);
  const { bytes } = to;
  let rest = value;
  if (value < 0) {
    bytes[to.size++] = minus;
    rest = -value;
  }
  let digits = 1;
  for (let power = 10; rest >= power; power *= 10) digits += 1;
  for (let place = to.size + digits - 1; place >= to.size; place--) {
    const tens = (rest / 10) | 0;
    bytes[place] = zero + rest - 10 * tens;
    rest = tens;
  }
  to.size += digits;
}

function writeAscii(text: string, to: GrowingBytes): void {
  to.reserve(text.length);
  const { bytes, size } = to;
  for (let index = 0; index < text.length; index++) bytes[size + index] = text.charCodeAt(index);
  to.size = size + text.length;
}

/** COPY of Postgres takes a line of `\.` for the end of the data. */
function isEndOfData(bytes: Uint8Array, start: number, size: number): boolean {
  return size === 2 && bytes[start] === 0x5c && bytes[start + 1] === 0x2e;
}

/** Bytes that do not go into a field as they are: of no character but their own. */
function specialBytes(delimiter: string): Uint8Array {
  const special = new Uint8Array(256);
  for (const code of [0, 0x0a, 0x0d, quote, delimiter.charCodeAt(0)]) special[code] = 1;
  return special;
}
