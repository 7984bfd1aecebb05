import type { ArrowChunk } from "./arrow-chunk.ts";

/** Where the values of a row begin in the buffer or column behind a column of lists, texts or bytes. */
export function chunkOffset({ valueOffsets }: ArrowChunk, index: number): number {
  return Number(valueOffsets![index]!);
}

/** Reads values of a dictionary column: each is decoded once. Null where the key points at nothing. */
export function dictionaryReader<Value>(
  chunk: ArrowChunk,
  readerOf: (part: ArrowChunk) => (index: number) => Value,
): (index: number) => Value | null {
  const parts = chunk.dictionary?.data ?? [];
  const decoded: { readonly value: Value | null }[] = [];
  const keys = chunk.values as ArrayLike<number | bigint>;
  const decode = (key: number): Value | null => {
    let index = key;
    for (const part of parts) {
      if (index >= part.length) {
        index -= part.length;
        continue;
      }
      return readerOf(part)(index);
    }
    return null;
  };
  return (index) => {
    const key = Number(keys[index]!);
    decoded[key] ??= { value: decode(key) };
    return decoded[key].value;
  };
}
