import type { Cell } from "../../schema/cell.ts";
import type { ValueCopies } from "../job-format.ts";
import type { ParquetColumnType } from "./column-type.ts";
import type { Packing } from "./compression.ts";
import type { Page } from "./page.ts";

/** How the pages of a column are made. */
export interface PageSettings {
  /** A page ends when its values have so many bytes; undefined: one page for all. */
  readonly dataPageSize?: number | undefined;
  readonly packing?: Packing | undefined;
}

/** One column of one row group, ready to be written. The pages may be views: they last until the column is changed or cleared. */
export interface ColumnPages {
  readonly dictionary?: Page;
  readonly data: readonly Page[];
  readonly nullCount: number;
}

/** A column whose values are known when a row group ends. */
export interface ColumnSource {
  readonly type: ParquetColumnType;
  finish(rowCount: number, settings?: PageSettings): ColumnPages;
  /** Forgets the values and keeps the memory, for the next row group. */
  clear(): void;
}

/** Collects the cells of one column, row by row. */
export interface ColumnBuffer extends ColumnSource {
  readonly name: string;
  /** Bytes that the column takes in the file, give or take a few. */
  readonly byteSize: number;
  /** See `CellBuffer`. */
  readonly copies?: ValueCopies | undefined;
  /**
   * The value of row `rowIndex` (counted within the row group). Indexes rise; rows that are left out have no value.
   * Throws `CellRangeError`, and changes nothing, when the column cannot hold the cell.
   */
  set(rowIndex: number, cell: Cell): void;
}
