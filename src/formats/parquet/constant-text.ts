import { encoding } from "./codes.ts";
import type { ColumnPages, ColumnSource, PageSettings } from "./column-buffer.ts";
import type { ParquetColumnType } from "./column-type.ts";
import { runLevels } from "./levels.ts";
import { dataPage, dictionaryPage } from "./page.ts";
import { varint } from "./varint.ts";

/** A column with the same text in every row, such as the load id: a few bytes, however many rows. */
export class ConstantText implements ColumnSource {
  readonly type: ParquetColumnType = { kind: "text" };
  readonly #value: Buffer;

  constructor(text: string) {
    const size = Buffer.byteLength(text);
    this.#value = Buffer.alloc(4 + size);
    this.#value.writeUInt32LE(size);
    this.#value.write(text, 4);
  }

  finish(rowCount: number, { packing }: PageSettings = {}): ColumnPages {
    // One run of `rowCount` times index 0.
    const indexes = Uint8Array.of(indexBits, ...varint(rowCount * 2), 0);
    const body = [...runLevels([{ level: 1, rows: rowCount }]), indexes];
    return {
      dictionary: dictionaryPage(1, [this.#value], packing),
      data: [dataPage(rowCount, encoding.dictionary, body, packing)],
      nullCount: 0,
    };
  }

  clear(): void {}
}

// An index of no bits would do for one value; one bit is what other writers use.
const indexBits = 1;
