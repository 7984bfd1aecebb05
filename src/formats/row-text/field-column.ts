import type { Cell } from "../../schema/cell.ts";
import type { CellBuffer } from "../job-format.ts";

/** A cell as text. Throws CellRangeError. */
export type Field = (cell: Cell) => string;

/** The fields of one column that wait to be written, in the order of their rows. */
export class FieldColumn implements CellBuffer {
  readonly #field: Field;
  readonly #rows: number[] = [];
  readonly #fields: string[] = [];
  #next = 0;

  /** Bytes that the fields take in memory. */
  byteSize = 0;

  constructor(field: Field) {
    this.#field = field;
  }

  set(rowIndex: number, cell: Cell): void {
    const field = this.#field(cell);
    this.#rows.push(rowIndex);
    this.#fields.push(field);
    this.byteSize += field.length + bytesPerField;
  }

  /** The field of a row; undefined when the row has no value. Rows are asked for in order, each once. */
  take(rowIndex: number): string | undefined {
    return this.#rows[this.#next] === rowIndex ? this.#fields[this.#next++] : undefined;
  }

  clear(): void {
    this.#rows.length = 0;
    this.#fields.length = 0;
    this.#next = 0;
    this.byteSize = 0;
  }
}

/** What a short text takes besides its characters: its header and its two places in arrays. */
const bytesPerField = 32;
