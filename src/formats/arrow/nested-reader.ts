import { Float } from "../../core/float.ts";
import { formatDays, formatMicros, formatTimeMicros } from "../../core/iso.ts";
import { type ArrowChunk, presenceOf } from "./arrow-chunk.ts";
import type { ArrowType } from "./arrow-type.ts";
import { cellReader } from "./cell-reader.ts";
import { chunkOffset, dictionaryReader } from "./dictionary.ts";

/** Gives the value at an index for a JSON document, null where there is none; undefined when it has more digits of a second than are kept. */
export type NestedReader = (index: number) => unknown;

/** Reads lists, structs and maps as JSON documents have them: times and decimals as text, bytes in base64. */
export function nestedReader(type: ArrowType, chunk: ArrowChunk): NestedReader {
  const isPresent = presenceOf(type, chunk);
  const read = presentReader(type, chunk);
  return isPresent === undefined ? read : (index) => (isPresent(index) ? read(index) : null);
}

function presentReader(type: ArrowType, chunk: ArrowChunk): NestedReader {
  switch (type.kind) {
    case "list":
    case "large-list":
      return listReader(type.item, chunk, (index) => [chunkOffset(chunk, index), chunkOffset(chunk, index + 1)]);
    case "fixed-list": {
      const size = chunk.stride ?? 1;
      return listReader(type.item, chunk, (index) => [index * size, (index + 1) * size]);
    }
    case "map":
      return mapReader(type.item, chunk);
    case "struct":
      return structReader(type, chunk);
    case "dictionary":
      return dictionaryReader(chunk, (part) => nestedReader(type.value, part));
    default:
      return scalarReader(type, chunk);
  }
}

function listReader(item: ArrowType, chunk: ArrowChunk, range: (index: number) => readonly [number, number]): NestedReader {
  const read = nestedReader(item, chunk.children![0]!);
  return (index) => {
    const [start, end] = range(index);
    const list: unknown[] = [];
    for (let at = start; at < end; at++) {
      const value = read(at);
      if (value === undefined) return undefined;
      list.push(value);
    }
    return list;
  };
}

function structReader(type: Extract<ArrowType, { kind: "struct" }>, chunk: ArrowChunk): NestedReader {
  const readers = type.fields.map((field, index) => [field.name, nestedReader(field.type, chunk.children![index]!)] as const);
  return (index) => {
    // A Map, for the sake of keys like `__proto__`.
    const struct = new Map<string, unknown>();
    for (const [name, read] of readers) {
      const value = read(index);
      if (value === undefined) return undefined;
      struct.set(name, value);
    }
    return struct;
  };
}

/** A map is an object: keys that are no texts become some. */
function mapReader(entry: ArrowType, chunk: ArrowChunk): NestedReader {
  const [keyField, valueField] = entry.kind === "struct" ? entry.fields : [];
  const entries = chunk.children![0]!;
  const readKey = nestedReader(keyField!.type, entries.children![0]!);
  const readValue = nestedReader(valueField!.type, entries.children![1]!);
  return (index) => {
    const map = new Map<string, unknown>();
    for (let at = chunkOffset(chunk, index); at < chunkOffset(chunk, index + 1); at++) {
      const value = readValue(at);
      if (value === undefined) return undefined;
      map.set(String(readKey(at)), value);
    }
    return map;
  };
}

function scalarReader(type: ArrowType, chunk: ArrowChunk): NestedReader {
  const read = cellReader(type, chunk);
  switch (type.kind) {
    case "float":
      return (index) => floatOf(read(index) as number);
    case "date":
      return (index) => formatDays(read(index) as number);
    case "time":
      return (index) => mapped(read(index), (micros) => formatTimeMicros(micros as number));
    case "timestamp":
      return (index) => mapped(read(index), (micros) => formatMicros(micros as number, { offset: type.hasZone }));
    case "binary":
    case "large-binary":
    case "binary-view":
    case "fixed-binary":
      return (index) => Buffer.from(read(index) as Uint8Array).toString("base64");
    default:
      return read;
  }
}

function floatOf(value: number): unknown {
  return Number.isInteger(value) ? new Float(value) : value;
}

function mapped(cell: unknown, text: (cell: unknown) => string): string | undefined {
  return cell === undefined ? undefined : text(cell);
}
