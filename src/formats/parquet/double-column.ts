import type { Cell } from "../../schema/cell.ts";
import type { ValueCopies } from "../job-format.ts";
import { PlainColumn } from "./plain-column.ts";

export class DoubleColumn extends PlainColumn {
  get copies(): ValueCopies {
    return this;
  }

  setWords(rowIndex: number, bytes: Uint8Array, from: number, count: number): void {
    this.appendWords(rowIndex, bytes, from, count);
  }

  set(rowIndex: number, cell: Cell): void {
    if (typeof cell !== "number") this.refuse(cell, "the value is not a number");
    const { values } = this;
    values.reserve(8);
    values.view.setFloat64(values.size, cell, true);
    this.presence.mark(rowIndex);
    values.size += 8;
  }

  protected endOf(offset: number): number {
    return offset + 8;
  }
}
