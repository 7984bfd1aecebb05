import type { Data } from "apache-arrow";
import type { ArrowApi } from "./arrow-api.ts";
import type { ColumnFormat } from "./column-format.ts";

/** The cells of one batch, as Arrow keeps them. Null is a bit that is not set. */
export function makePart(format: ColumnFormat, cells: readonly unknown[], { makeData }: ArrowApi): Data {
  const { length } = cells;
  const nullBitmap = bitmap(cells, (cell) => cell !== null);
  const nullCount = cells.reduce<number>((count, cell) => (cell === null ? count + 1 : count), 0);
  const base = { type: format.type, length, nullCount, nullBitmap };
  if (format.layout === "bytes") return makeData({ ...base, ...bytesOf(cells, format.encode) } as never);
  return makeData({ ...base, data: valuesOf(format, cells) } as never);
}

function valuesOf(format: Exclude<ColumnFormat, { readonly layout: "bytes" }>, cells: readonly unknown[]): unknown {
  switch (format.layout) {
    case "bits":
      return bitmap(cells, (cell) => cell === true);
    case "numbers": {
      const values = new format.array(cells.length);
      for (const [index, cell] of cells.entries()) if (cell !== null) values[index] = format.encode(cell as never);
      return values;
    }
    case "bigints": {
      const values = new format.array(cells.length);
      for (const [index, cell] of cells.entries()) if (cell !== null) values[index] = format.encode(cell as never);
      return values;
    }
    default:
      return wideValues(format, cells);
  }
}

function wideValues({ words, encode }: Extract<ColumnFormat, { readonly layout: "wide" }>, cells: readonly unknown[]): Uint32Array {
  const values = new BigInt64Array(cells.length * words);
  for (const [index, cell] of cells.entries()) {
    if (cell === null) continue;
    let rest = encode(cell as never);
    for (let word = 0; word < words; word++) {
      values[index * words + word] = BigInt.asIntN(64, rest);
      rest >>= 64n;
    }
  }
  return new Uint32Array(values.buffer);
}

function bytesOf(cells: readonly unknown[], encode: (cell: never) => Uint8Array) {
  const pieces = cells.map((cell) => (cell === null ? undefined : encode(cell as never)));
  const valueOffsets = new Int32Array(cells.length + 1);
  for (const [index, piece] of pieces.entries()) valueOffsets[index + 1] = valueOffsets[index]! + (piece?.length ?? 0);
  const data = new Uint8Array(valueOffsets[cells.length]!);
  for (const [index, piece] of pieces.entries()) if (piece !== undefined) data.set(piece, valueOffsets[index]);
  return { data, valueOffsets };
}

function bitmap(cells: readonly unknown[], isSet: (cell: unknown) => boolean): Uint8Array {
  const bits = new Uint8Array(Math.ceil(cells.length / 8));
  for (let index = 0; index < cells.length; index++) if (isSet(cells[index])) bits[index >> 3]! |= 1 << (index & 7);
  return bits;
}
