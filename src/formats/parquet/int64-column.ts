import type { Cell } from "../../schema/cell.ts";
import type { ValueCopies } from "../job-format.ts";
import { PlainColumn } from "./plain-column.ts";

/** Integers of 64 bits: bigint, timestamp and time. */
export class Int64Column extends PlainColumn {
  get copies(): ValueCopies | undefined {
    return this;
  }

  setWords(rowIndex: number, bytes: Uint8Array, from: number, count: number): void {
    this.appendWords(rowIndex, bytes, from, count);
  }

  set(rowIndex: number, cell: Cell): void {
    const { values } = this;
    values.reserve(8);
    if (typeof cell === "number") {
      if (!Number.isSafeInteger(cell)) this.refuse(cell, "the value is not an exact integer");
      // Halves instead of BigInt(cell): a bigint per cell costs more than all the rest.
      values.view.setInt32(values.size, cell | 0, true);
      values.view.setInt32(values.size + 4, Math.floor(cell / 0x1_0000_0000), true);
    } else if (typeof cell === "bigint") {
      if (BigInt.asIntN(64, cell) !== cell) this.refuse(cell, "the integer needs more than 64 bits");
      values.view.setBigInt64(values.size, cell, true);
    } else {
      this.refuse(cell, "the value is not an integer");
    }
    this.presence.mark(rowIndex);
    values.size += 8;
  }

  protected endOf(offset: number): number {
    return offset + 8;
  }
}
