import { Bitmap } from "./bitmap.ts";
import type { ParquetColumnType } from "./column-type.ts";
import { GrowingBytes } from "./growing-bytes.ts";
import { Presence } from "./presence.ts";

/** Where a column keeps what was appended: by default its own memory, else that of somebody who appends to the column, too. */
export interface ColumnMemory {
  readonly values: ValueBytes;
  /** Values of one bit, instead of `values`. */
  readonly bits: ValueBits;
  readonly presence: RowPresence;
}

/** See `GrowingBytes`. */
export type ValueBytes = Pick<GrowingBytes, "bytes" | "view" | "size" | "reserve" | "written" | "clear">;

/** See `Bitmap`. */
export type ValueBits = Pick<Bitmap, "put" | "packed" | "clear">;

/** See `Presence`. */
export type RowPresence = Pick<Presence, "count" | "byteSize" | "mark" | "levels" | "bits" | "clear">;

/** The memory of the columns of one table. */
export interface TableMemory {
  column(name: string, type: ParquetColumnType): ColumnMemory;
  /** All rows were written. */
  clear(): void;
  /** Its columns are not used any more. */
  release(): void;
}

export function ownMemory(): ColumnMemory {
  return { values: new GrowingBytes(), bits: new Bitmap(), presence: new Presence() };
}
