import type { Cell } from "../../schema/cell.ts";
import { CellRangeError } from "../cell-range-error.ts";
import { encoding } from "./codes.ts";
import type { ColumnBuffer, ColumnPages } from "./column-buffer.ts";
import type { ParquetColumnType } from "./column-type.ts";
import { GrowingBytes } from "./growing-bytes.ts";
import { dataPage } from "./page.ts";
import { Presence } from "./presence.ts";

/** A column whose values stand in the file one after the other, as they are appended. */
export abstract class PlainColumn implements ColumnBuffer {
  readonly name: string;
  readonly type: ParquetColumnType;
  protected readonly values: GrowingBytes = new GrowingBytes();
  protected readonly presence: Presence = new Presence();

  constructor(name: string, type: ParquetColumnType) {
    this.name = name;
    this.type = type;
  }

  /** Write the value behind `values.size`, call `presence.mark`, move `size`: in that order, so that a refused cell leaves no trace. */
  abstract set(rowIndex: number, cell: Cell): void;

  get byteSize(): number {
    return this.values.size + this.presence.byteSize;
  }

  finish(rowCount: number): ColumnPages {
    const body = [...this.presence.levels(rowCount), this.values.written()];
    return { data: dataPage(rowCount, encoding.plain, body), nullCount: rowCount - this.presence.count };
  }

  clear(): void {
    this.values.clear();
    this.presence.clear();
  }

  protected refuse(value: unknown, reason: string): never {
    throw new CellRangeError({ column: this.name, value, reason });
  }
}
