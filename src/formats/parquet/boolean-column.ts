import type { Cell } from "../../schema/cell.ts";
import { CellRangeError } from "../cell-range-error.ts";
import { encoding } from "./codes.ts";
import type { ColumnBuffer, ColumnPages, PageSettings } from "./column-buffer.ts";
import { type ColumnMemory, ownMemory, type RowPresence, type ValueBits } from "./column-memory.ts";
import type { ParquetColumnType } from "./column-type.ts";
import { dataPage } from "./page.ts";

/** True and false, one bit each. */
export class BooleanColumn implements ColumnBuffer {
  readonly name: string;
  readonly type: ParquetColumnType;
  readonly #values: ValueBits;
  readonly #presence: RowPresence;

  constructor(name: string, type: ParquetColumnType, { bits, presence }: ColumnMemory = ownMemory()) {
    this.name = name;
    this.type = type;
    this.#values = bits;
    this.#presence = presence;
  }

  set(rowIndex: number, cell: Cell): void {
    if (typeof cell !== "boolean") throw new CellRangeError({ column: this.name, value: cell, reason: "the value is not true or false" });
    this.#presence.mark(rowIndex);
    this.#values.put(this.#presence.count - 1, cell);
  }

  get byteSize(): number {
    // Not what the bitmap uses: a column that is false throughout has values, too.
    return ((this.#presence.count + 7) >>> 3) + this.#presence.byteSize;
  }

  /** One page: a bit for a value is little. */
  finish(rowCount: number, { packing }: PageSettings = {}): ColumnPages {
    const { count } = this.#presence;
    const body = [...this.#presence.levels(rowCount), this.#values.packed(count)];
    return { data: [dataPage(rowCount, encoding.plain, body, packing)], nullCount: rowCount - count };
  }

  clear(): void {
    this.#values.clear();
    this.#presence.clear();
  }
}
