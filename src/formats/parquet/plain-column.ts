import type { Cell } from "../../schema/cell.ts";
import { CellRangeError } from "../cell-range-error.ts";
import { encoding } from "./codes.ts";
import type { ColumnBuffer, ColumnPages, PageSettings } from "./column-buffer.ts";
import { type ColumnMemory, ownMemory, type RowPresence, type ValueBytes } from "./column-memory.ts";
import type { ParquetColumnType } from "./column-type.ts";
import { dataPage } from "./page.ts";
import { splitRows } from "./split-rows.ts";

/** A column whose values stand in the file one after the other, as they are appended. */
export abstract class PlainColumn implements ColumnBuffer {
  readonly name: string;
  readonly type: ParquetColumnType;
  protected readonly values: ValueBytes;
  protected readonly presence: RowPresence;

  constructor(name: string, type: ParquetColumnType, { values, presence }: ColumnMemory = ownMemory()) {
    this.name = name;
    this.type = type;
    this.values = values;
    this.presence = presence;
  }

  /** Write the value behind `values.size`, call `presence.mark`, move `size`: in that order, so that a refused cell leaves no trace. */
  abstract set(rowIndex: number, cell: Cell): void;

  /** Values of 8 bytes that are right as they are. */
  protected appendWords(rowIndex: number, bytes: Uint8Array, from: number, count: number): void {
    const { values, presence } = this;
    values.reserve(8 * count);
    values.bytes.set(bytes.subarray(from, from + 8 * count), values.size);
    for (let row = rowIndex; row < rowIndex + count; row++) presence.mark(row);
    values.size += 8 * count;
  }

  /** Where the value ends that begins at `offset` of the written bytes. */
  protected abstract endOf(offset: number): number;

  get byteSize(): number {
    return this.values.size + this.presence.byteSize;
  }

  finish(rowCount: number, { dataPageSize = Infinity, packing }: PageSettings = {}): ColumnPages {
    const written = this.values.written();
    const nullCount = rowCount - this.presence.count;
    if (written.length <= dataPageSize) {
      const body = [...this.presence.levels(rowCount), written];
      return { data: [dataPage(rowCount, encoding.plain, body, packing)], nullCount };
    }
    const pages = splitRows(this.presence.bits(rowCount), rowCount, dataPageSize, (offset) => this.endOf(offset));
    const data = pages.map(({ rows, levels, from, to }) =>
      dataPage(rows, encoding.plain, [...levels, written.subarray(from, to)], packing),
    );
    return { data, nullCount };
  }

  clear(): void {
    this.values.clear();
    this.presence.clear();
  }

  protected refuse(value: unknown, reason: string, advice?: string): never {
    throw new CellRangeError({ column: this.name, value, reason, ...(advice === undefined ? {} : { advice }) });
  }
}
