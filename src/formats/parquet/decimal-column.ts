import type { Cell } from "../../schema/cell.ts";
import { scaledDecimal } from "../scaled-decimal.ts";
import type { ColumnMemory } from "./column-memory.ts";
import type { ParquetColumnType } from "./column-type.ts";
import { PlainColumn } from "./plain-column.ts";

/** Bytes of one decimal in the file. */
export const decimalSize = 16;

/** Decimals: the scaled integer in 16 bytes, highest first. */
export class DecimalColumn extends PlainColumn {
  readonly #precision: number;
  readonly #scale: number;

  constructor(name: string, type: Extract<ParquetColumnType, { kind: "decimal" }>, memory?: ColumnMemory) {
    super(name, type, memory);
    this.#precision = type.precision;
    this.#scale = type.scale;
  }

  set(rowIndex: number, cell: Cell): void {
    if (typeof cell !== "string") this.refuse(cell, "the value is not a decimal text");
    const scaled = scaledDecimal(cell, this.#precision, this.#scale);
    if (typeof scaled === "string") this.refuse(cell, scaled);
    const { values } = this;
    values.reserve(decimalSize);
    if (typeof scaled === "number") writeNumber(values.view, values.size, scaled);
    else writeBigInt(values.view, values.size, scaled);
    this.presence.mark(rowIndex);
    values.size += decimalSize;
  }

  protected endOf(offset: number): number {
    return offset + decimalSize;
  }
}

function writeNumber(view: DataView, at: number, value: number): void {
  const sign = value < 0 ? -1 : 0;
  view.setInt32(at, sign);
  view.setInt32(at + 4, sign);
  view.setInt32(at + 8, Math.floor(value / 0x1_0000_0000));
  view.setInt32(at + 12, value | 0);
}

function writeBigInt(view: DataView, at: number, value: bigint): void {
  view.setBigInt64(at, value >> 64n);
  view.setBigInt64(at + 8, BigInt.asIntN(64, value));
}
