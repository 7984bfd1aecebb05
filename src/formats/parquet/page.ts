import { type Encoding, encoding, pageType } from "./codes.ts";
import { runLevels } from "./levels.ts";
import { CompactWriter } from "./thrift-compact.ts";

/** A page with its header, in pieces that are written one after the other. */
export interface Page {
  readonly pieces: readonly Uint8Array[];
  readonly size: number;
}

/** A page of `rowCount` rows: definition levels, then the values of the rows that have one. */
export function dataPage(rowCount: number, valueEncoding: Encoding, body: readonly Uint8Array[]): Page {
  return page(pageType.data, body, (header) =>
    header.struct(5, () => {
      header.i32(1, rowCount);
      header.i32(2, valueEncoding);
      header.i32(3, encoding.rle);
      header.i32(4, encoding.rle);
    }),
  );
}

/** A page of `rowCount` rows without a value. */
export function nullPage(rowCount: number): Page {
  return dataPage(rowCount, encoding.plain, runLevels([{ level: 0, rows: rowCount }]));
}

/** The values that a data page of encoding `dictionary` points to. */
export function dictionaryPage(valueCount: number, values: readonly Uint8Array[]): Page {
  return page(pageType.dictionary, values, (header) =>
    header.struct(7, () => {
      header.i32(1, valueCount);
      header.i32(2, encoding.plain);
    }),
  );
}

function page(type: number, body: readonly Uint8Array[], writeKind: (header: CompactWriter) => void): Page {
  const bodySize = totalSize(body);
  const header = new CompactWriter(64);
  header.i32(1, type);
  header.i32(2, bodySize);
  header.i32(3, bodySize);
  writeKind(header);
  const headerBytes = header.finish();
  return { pieces: [headerBytes, ...body], size: headerBytes.length + bodySize };
}

function totalSize(pieces: readonly Uint8Array[]): number {
  let size = 0;
  for (const piece of pieces) size += piece.length;
  return size;
}
