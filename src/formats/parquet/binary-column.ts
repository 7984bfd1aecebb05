import type { Cell } from "../../schema/cell.ts";
import { PlainColumn } from "./plain-column.ts";

/** Bytes behind their size in four bytes. */
export class BinaryColumn extends PlainColumn {
  set(rowIndex: number, cell: Cell): void {
    if (!(cell instanceof Uint8Array)) this.refuse(cell, "the value is not binary");
    const { values } = this;
    values.reserve(4 + cell.length);
    values.view.setUint32(values.size, cell.length, true);
    values.bytes.set(cell, values.size + 4);
    this.presence.mark(rowIndex);
    values.size += 4 + cell.length;
  }

  protected endOf(offset: number): number {
    return offset + 4 + this.values.view.getUint32(offset, true);
  }
}
