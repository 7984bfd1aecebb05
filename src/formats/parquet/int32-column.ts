import type { Cell } from "../../schema/cell.ts";
import { PlainColumn } from "./plain-column.ts";

/** Integers of 32 bits: days since 1970. */
export class Int32Column extends PlainColumn {
  set(rowIndex: number, cell: Cell): void {
    if (typeof cell !== "number" || (cell | 0) !== cell) this.refuse(cell, "the value is not an integer of 32 bits");
    const { values } = this;
    values.reserve(4);
    values.view.setInt32(values.size, cell, true);
    this.presence.mark(rowIndex);
    values.size += 4;
  }

  protected endOf(offset: number): number {
    return offset + 4;
  }
}
