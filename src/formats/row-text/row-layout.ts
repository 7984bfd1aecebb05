import type { JobColumn } from "../job-format.ts";
import type { Field } from "./field-column.ts";

/** How one format puts rows into text. */
export interface RowLayout {
  /** A cell as text. Throws CellRangeError when the column cannot hold the cell. */
  field(column: JobColumn): Field;
  /** What a row without a value has for a column; undefined: nothing, and the row says the names of those that it has. */
  readonly missing: string | undefined;
  /** One row, of the fields of `names`. */
  row(names: readonly string[], fields: readonly (string | undefined)[]): string;
  /** In front of the first row. */
  head(names: readonly string[]): string;
  readonly between: string;
  readonly tail: string;
  /** The whole file of a table without rows. */
  readonly empty: string;
  /** A file ends when it has so many bytes. Undefined: it goes on, whatever columns come. */
  readonly maxFileBytes: number | undefined;
}
