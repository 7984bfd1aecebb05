import { InternalError } from "../../core/errors.ts";
import { Bitmap } from "./bitmap.ts";
import { packedLevels, runLevels } from "./levels.ts";

/** Which rows of a row group have a value. Costs nothing until a row between two values has none. */
export class Presence {
  /** Rows with a value: also the index of the next value. */
  count = 0;
  #nextRow = 0;
  #bits = new Bitmap();
  #hasGaps = false;

  get byteSize(): number {
    return this.#bits.byteSize;
  }

  /** Row `row` has a value; all rows between it and the last one have none. */
  mark(row: number): void {
    if (row !== this.#nextRow) this.#skipTo(row);
    if (this.#hasGaps) this.#bits.set(row);
    this.#nextRow = row + 1;
    this.count++;
  }

  /** Definition levels of a row group of `rowCount` rows. */
  levels(rowCount: number): Uint8Array[] {
    if (rowCount < this.#nextRow) throw new InternalError(`A row group of ${rowCount} rows has a value in row ${this.#nextRow - 1}.`);
    if (this.#hasGaps) return packedLevels(this.#bits.packed(rowCount));
    const runs = [
      { level: 1, rows: this.count },
      { level: 0, rows: rowCount - this.count },
    ] as const;
    return runLevels(runs.filter((run) => run.rows > 0));
  }

  /** A bit for each of `rowCount` rows: a view that lasts until the next change. */
  bits(rowCount: number): Uint8Array {
    if (!this.#hasGaps) {
      this.#hasGaps = true;
      this.#bits.setFirst(this.count);
    }
    return this.#bits.packed(rowCount);
  }

  clear(): void {
    this.count = 0;
    this.#nextRow = 0;
    this.#hasGaps = false;
    this.#bits.clear();
  }

  #skipTo(row: number): void {
    if (row < this.#nextRow) throw new InternalError(`Row ${row} of a column came after row ${this.#nextRow - 1}.`);
    if (this.#hasGaps) return;
    this.#hasGaps = true;
    this.#bits.setFirst(this.count);
  }
}
