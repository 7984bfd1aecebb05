import { InternalError } from "../../core/errors.ts";
import type { ColumnMemory, RowPresence, ValueBits, ValueBytes } from "../../formats/parquet/column-memory.ts";
import { packedLevels, runLevels } from "../../formats/parquet/levels.ts";
import type { Kernel } from "./kernel.ts";

/** The memory of a column of the kernel, as the columns of Parquet files use it: the reference and the host append by this. */
export function columnInKernel(kernel: Kernel, at: number): ColumnMemory {
  const presence = new KernelPresence(kernel, at);
  return { values: new KernelBytes(kernel, at), bits: new KernelBits(kernel, at), presence };
}

/** Fields of a column, in words: see `assembly/column.ts`. */
const field = { values: 0, size: 1, room: 2, bits: 3, bitRoom: 4, count: 5, nextRow: 6 } as const;

class KernelBytes implements ValueBytes {
  readonly #kernel: Kernel;
  readonly #at: number;
  readonly #word: number;
  /** The view is of this memory, from this address on. */
  #memory: Buffer | undefined;
  #start = 0;
  bytes: Buffer = Buffer.alloc(0);
  view: DataView = new DataView(this.bytes.buffer);

  constructor(kernel: Kernel, at: number) {
    this.#kernel = kernel;
    this.#at = at;
    this.#word = at >>> 2;
  }

  get size(): number {
    return this.#kernel.words[this.#word + field.size]!;
  }

  set size(size: number) {
    this.#kernel.words[this.#word + field.size] = size;
  }

  reserve(more: number): void {
    const { words } = this.#kernel;
    const size = words[this.#word + field.size]!;
    if (size + more > words[this.#word + field.room]!) this.#kernel.calls.growValues(this.#at, size, more);
    if (this.#memory !== this.#kernel.bytes || this.#start !== this.#kernel.words[this.#word + field.values]) this.#look();
  }

  written(): Uint8Array {
    this.#look();
    return this.bytes.subarray(0, this.size);
  }

  /** The table is cleared as a whole. */
  clear(): void {}

  #look(): void {
    const { bytes, words } = this.#kernel;
    this.#memory = bytes;
    this.#start = words[this.#word + field.values]!;
    this.bytes = bytes.subarray(this.#start, this.#start + words[this.#word + field.room]!);
    this.view = new DataView(bytes.buffer, this.#start, this.bytes.length);
  }
}

class KernelBits implements ValueBits {
  readonly #bytes: KernelBytes;

  constructor(kernel: Kernel, at: number) {
    this.#bytes = new KernelBytes(kernel, at);
  }

  put(index: number, bit: boolean): void {
    const bytes = this.#bytes;
    const at = index >>> 3;
    if ((index & 7) === 0) {
      bytes.reserve(1);
      bytes.size = at + 1;
      bytes.bytes[at] = bit ? 1 : 0;
    } else {
      bytes.reserve(0);
      if (bit) bytes.bytes[at]! |= 1 << (index & 7);
    }
  }

  packed(count: number): Uint8Array {
    return this.#bytes.written().subarray(0, (count + 7) >>> 3);
  }

  clear(): void {}
}

class KernelPresence implements RowPresence {
  readonly #kernel: Kernel;
  readonly #at: number;
  readonly #word: number;

  constructor(kernel: Kernel, at: number) {
    this.#kernel = kernel;
    this.#at = at;
    this.#word = at >>> 2;
  }

  get count(): number {
    return this.#kernel.words[this.#word + field.count]!;
  }

  get byteSize(): number {
    return this.count === 0 ? 0 : (this.#nextRow + 7) >>> 3;
  }

  mark(row: number): void {
    const word = this.#word;
    if (row < this.#nextRow) throw new InternalError(`Row ${row} of a column came after row ${this.#nextRow - 1}.`);
    if (row >= this.#kernel.words[word + field.bitRoom]!) this.#kernel.calls.growBits(this.#at, row);
    const { words, bytes } = this.#kernel;
    bytes[words[word + field.bits]! + (row >>> 3)]! |= 1 << (row & 7);
    words[word + field.count]! += 1;
    words[word + field.nextRow] = row + 1;
  }

  levels(rowCount: number): Uint8Array[] {
    const { count } = this;
    if (rowCount < this.#nextRow) throw new InternalError(`A row group of ${rowCount} rows has a value in row ${this.#nextRow - 1}.`);
    // Values in all rows up to one, and in none behind it.
    if (count !== this.#nextRow) return packedLevels(this.bits(rowCount));
    const runs = [
      { level: 1, rows: count },
      { level: 0, rows: rowCount - count },
    ] as const;
    return runLevels(runs.filter((run) => run.rows > 0));
  }

  bits(rowCount: number): Uint8Array {
    if (rowCount > this.#kernel.words[this.#word + field.bitRoom]!) this.#kernel.calls.growBits(this.#at, rowCount);
    const start = this.#kernel.words[this.#word + field.bits]!;
    return this.#kernel.bytes.subarray(start, start + ((rowCount + 7) >>> 3));
  }

  clear(): void {}

  get #nextRow(): number {
    return this.#kernel.words[this.#word + field.nextRow]!;
  }
}
