import { type Encoding, encoding, pageType } from "./codes.ts";
import type { Packing } from "./compression.ts";
import { runLevels } from "./levels.ts";
import { CompactWriter } from "./thrift-compact.ts";

/** A page with its header, in pieces that are written one after the other. */
export interface Page {
  readonly pieces: readonly Uint8Array[];
  readonly size: number;
  /** As large it would be unpacked. */
  readonly plainSize: number;
}

/** A page of `rowCount` rows: definition levels, then the values of the rows that have one. */
export function dataPage(rowCount: number, valueEncoding: Encoding, body: readonly Uint8Array[], packing?: Packing): Page {
  return page(pageType.data, body, packing, (header) =>
    header.struct(5, () => {
      header.i32(1, rowCount);
      header.i32(2, valueEncoding);
      header.i32(3, encoding.rle);
      header.i32(4, encoding.rle);
    }),
  );
}

/** A page of `rowCount` rows without a value. */
export function nullPage(rowCount: number, packing?: Packing): Page {
  return dataPage(rowCount, encoding.plain, runLevels([{ level: 0, rows: rowCount }]), packing);
}

/** The values that a data page of encoding `dictionary` points to. */
export function dictionaryPage(valueCount: number, values: readonly Uint8Array[], packing?: Packing): Page {
  return page(pageType.dictionary, values, packing, (header) =>
    header.struct(7, () => {
      header.i32(1, valueCount);
      header.i32(2, encoding.plain);
    }),
  );
}

function page(type: number, body: readonly Uint8Array[], packing: Packing | undefined, writeKind: (header: CompactWriter) => void): Page {
  const plainSize = totalSize(body);
  const packed = packing === undefined ? body : [packing.pack(Buffer.concat(body, plainSize))];
  const size = packing === undefined ? plainSize : totalSize(packed);
  const header = new CompactWriter(64);
  header.i32(1, type);
  header.i32(2, plainSize);
  header.i32(3, size);
  writeKind(header);
  const headerBytes = header.finish();
  return { pieces: [headerBytes, ...packed], size: headerBytes.length + size, plainSize: headerBytes.length + plainSize };
}

function totalSize(pieces: readonly Uint8Array[]): number {
  let size = 0;
  for (const piece of pieces) size += piece.length;
  return size;
}
