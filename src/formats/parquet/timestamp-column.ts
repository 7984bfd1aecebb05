import type { Cell } from "../../schema/cell.ts";
import type { ColumnMemory } from "./column-memory.ts";
import type { ParquetColumnType } from "./column-type.ts";
import { Int64Column } from "./int64-column.ts";

/** Timestamps in milliseconds or nanoseconds, from microseconds. */
export class TimestampColumn extends Int64Column {
  readonly #unit: "ms" | "ns";
  readonly #isCut: boolean;

  constructor(name: string, type: Extract<ParquetColumnType, { kind: "timestamp" }>, unit: "ms" | "ns", memory?: ColumnMemory) {
    super(name, type, memory);
    this.#unit = unit;
    this.#isCut = type.isCut === true;
  }

  /** Cells count microseconds. */
  override get copies(): undefined {
    return undefined;
  }

  override set(rowIndex: number, cell: Cell): void {
    if (typeof cell !== "number" && typeof cell !== "bigint") this.refuse(cell, "the value is not a count of microseconds");
    super.set(rowIndex, this.#unit === "ms" ? this.#millis(cell) : this.#nanos(cell));
  }

  /** Cut towards 1970, as other writers do. */
  #millis(micros: number | bigint): number | bigint {
    const isWhole = typeof micros === "bigint" ? micros % 1000n === 0n : micros % 1000 === 0;
    if (!isWhole && !this.#isCut) {
      this.refuse(
        micros,
        "the timestamp has digits beyond milliseconds, and files are written with `coerce_timestamps` ms",
        "Leave `coerce_timestamps` of `[data_writer]` out, have the digits cut with `allow_truncated_timestamps`, or change the value with .map().",
      );
    }
    return typeof micros === "bigint" ? micros / 1000n : Math.trunc(micros / 1000);
  }

  #nanos(micros: number | bigint): bigint {
    const nanos = BigInt(micros) * 1000n;
    if (BigInt.asIntN(64, nanos) !== nanos)
      this.refuse(
        micros,
        "the timestamp lies outside of the years 1677 to 2262, which nanoseconds can tell",
        "Leave `coerce_timestamps` of `[data_writer]` out, or change the value with .map().",
      );
    return nanos;
  }
}
