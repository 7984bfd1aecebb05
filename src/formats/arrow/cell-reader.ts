import { TextDecoder } from "node:util";
import type { Cell } from "../../schema/cell.ts";
import { type ArrowChunk, presenceOf } from "./arrow-chunk.ts";
import type { ArrowType, TimeUnit } from "./arrow-type.ts";
import { chunkOffset, dictionaryReader } from "./dictionary.ts";
import { scaledText } from "./scaled-text.ts";

/** Gives the cell at an index where a value is; undefined when it has more digits of a second than a cell, null where a dictionary has none. */
export type CellReader = (index: number) => Cell | null | undefined;

/** Reads the values of a chunk as cells of `columnOfType`, straight from its buffers. Not for nested types. */
export function cellReader(type: ArrowType, chunk: ArrowChunk): CellReader {
  switch (type.kind) {
    case "bool":
      return boolReader(chunk);
    case "integer":
      return type.bits === 64 ? int64Reader(chunk, type.isSigned) : numberReader(chunk);
    case "float":
      return type.bits === 16 ? halfReader(chunk) : numberReader(chunk);
    case "decimal":
      return decimalReader(chunk, type.bits, type.scale);
    case "date":
      return type.unit === "day" ? numberReader(chunk) : dayReader(chunk);
    case "time":
      return microsReader(type.unit, type.bits === 64 ? int64Reader(chunk, true) : numberReader(chunk));
    case "timestamp":
      return microsReader(type.unit, int64Reader(chunk, true));
    case "text":
    case "large-text":
      return textOf(bytesReader(chunk));
    case "text-view":
      return textOf(viewReader(chunk));
    case "binary":
    case "large-binary":
      return bytesReader(chunk);
    case "binary-view":
      return viewReader(chunk);
    case "fixed-binary":
      return fixedReader(chunk, type.size);
    case "dictionary":
      return dictionaryReader(chunk, (part) => valueReader(type.value, part));
    default:
      return () => undefined;
  }
}

/** With null where no value is. */
function valueReader(type: ArrowType, chunk: ArrowChunk): CellReader {
  const isPresent = presenceOf(type, chunk);
  const read = cellReader(type, chunk);
  return (index) => (isPresent?.(index) === false ? null : read(index));
}

function boolReader(chunk: ArrowChunk): CellReader {
  const bytes = bytesOf(chunk);
  const { offset } = chunk;
  return (index) => (bytes[(offset + index) >>> 3]! & (1 << ((offset + index) & 7))) !== 0;
}

function numberReader({ values }: ArrowChunk): (index: number) => number {
  const numbers = values as ArrayLike<number>;
  return (index) => numbers[index]!;
}

/** Without a bigint per value: halves that make an exact number are one. */
function int64Reader(chunk: ArrowChunk, isSigned: boolean): (index: number) => number | bigint {
  const words = wordsOf(chunk);
  return (index) => {
    const low = words[2 * index]!;
    const high = isSigned ? words[2 * index + 1]! | 0 : words[2 * index + 1]!;
    if (high < safeHigh && high >= -safeHigh) return high * 0x1_0000_0000 + low;
    return (BigInt(high) << 32n) | BigInt(low);
  };
}

const safeHigh = 0x20_0000;

function halfReader({ values }: ArrowChunk): CellReader {
  const halves = values as ArrayLike<number>;
  return (index) => {
    const half = halves[index]!;
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >>> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  };
}

function decimalReader(chunk: ArrowChunk, bits: number, scale: number): CellReader {
  const words = wordsOf(chunk);
  const count = bits / 32;
  return (index) => scaledText(integerAt(words, index * count, count), scale);
}

/** An integer of `count` words, the lowest first. */
function integerAt(words: Uint32Array, at: number, count: number): number | bigint {
  const low = words[at]!;
  const high = count === 1 ? (low | 0) >> 31 : words[at + 1]! | 0;
  const sign = high >> 31;
  let isShort = high < safeHigh && high >= -safeHigh;
  for (let word = 2; isShort && word < count; word++) isShort = (words[at + word]! | 0) === sign;
  if (isShort) return high * 0x1_0000_0000 + low;
  let value = 0n;
  for (let word = count - 1; word >= 0; word--) value = (value << 32n) | BigInt(words[at + word]!);
  return BigInt.asIntN(32 * count, value);
}

const dayMs = 86_400_000;

function dayReader(chunk: ArrowChunk): CellReader {
  const read = int64Reader(chunk, true);
  return (index) => Math.floor(Number(read(index)) / dayMs);
}

function microsReader(unit: TimeUnit, read: (index: number) => number | bigint): CellReader {
  switch (unit) {
    case "us":
      return read;
    case "ns":
      return (index) => microsOfNanos(read(index));
    default: {
      const factor = unit === "s" ? 1_000_000 : 1000;
      return (index) => {
        const value = read(index);
        const micros = Number(value) * factor;
        return Number.isSafeInteger(micros) ? micros : BigInt(value) * BigInt(factor);
      };
    }
  }
}

function microsOfNanos(nanos: number | bigint): number | undefined {
  const micros = Number(nanos) / 1000;
  if (Number.isSafeInteger(nanos)) return Number.isInteger(micros) ? micros : undefined;
  const whole = BigInt(nanos);
  return whole % 1000n === 0n ? Number(whole / 1000n) : undefined;
}

function bytesReader(chunk: ArrowChunk): (index: number) => Uint8Array {
  const bytes = bytesOf(chunk);
  return (index) => bytes.subarray(chunkOffset(chunk, index), chunkOffset(chunk, index + 1));
}

function fixedReader(chunk: ArrowChunk, size: number): CellReader {
  const bytes = bytesOf(chunk);
  return (index) => bytes.subarray(index * size, (index + 1) * size);
}

const viewSize = 16;
const maxInlineSize = 12;

/** A short value stands in its view; of a long one the view has the buffer and the place in it. */
function viewReader(chunk: ArrowChunk): (index: number) => Uint8Array {
  const bytes = bytesOf(chunk);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return (index) => {
    const at = index * viewSize;
    const size = view.getInt32(at, true);
    if (size <= maxInlineSize) return bytes.subarray(at + 4, at + 4 + size);
    const start = view.getInt32(at + 12, true);
    return chunk.variadicBuffers![view.getInt32(at + 8, true)]!.subarray(start, start + size);
  };
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

function textOf(read: (index: number) => Uint8Array): CellReader {
  return (index) => {
    const bytes = read(index);
    return bytes.length <= maxLoopLength ? shortText(bytes) : utf8.decode(bytes);
  };
}

// Up to here a loop is faster than a call out of JavaScript.
const maxLoopLength = 24;

function shortText(bytes: Uint8Array): string {
  let text = "";
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index]!;
    if (byte > 0x7f) return utf8.decode(bytes);
    text += String.fromCharCode(byte);
  }
  return text;
}

/** The bytes of the values. */
export function bytesOf({ values }: ArrowChunk): Uint8Array {
  if (values === undefined) return new Uint8Array(0);
  return values instanceof Uint8Array ? values : new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function wordsOf({ values }: ArrowChunk): Uint32Array {
  if (values === undefined) return new Uint32Array(0);
  const { buffer, byteOffset, byteLength } = values;
  // Buffers of foreign bytes may begin anywhere.
  if (byteOffset % 4 !== 0) return new Uint32Array(buffer.slice(byteOffset, byteOffset + byteLength));
  return new Uint32Array(buffer, byteOffset, byteLength >>> 2);
}
