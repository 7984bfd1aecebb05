import { isUtf8 } from "node:buffer";
import { setImmediate } from "node:timers/promises";
import { InternalError } from "../../core/errors.ts";
import { parseJson } from "../../core/json-parse.ts";
import { rowsOfLine } from "../../formats/typed-jsonl.ts";
import type { JsonValue, PresentValue } from "../../schema/json-value.ts";
import type { Kernel, KernelHost } from "./kernel.ts";
import type { KernelRowIds } from "./kernel-row-ids.ts";
import type { KernelTables } from "./kernel-tables.ts";
import type { Shapes } from "./shapes.ts";
import { type Lines, UnitBytes } from "./unit-bytes.ts";
import type { ValueClass } from "./value-class.ts";

export interface ShredOptions {
  readonly kernel: Kernel;
  readonly tables: KernelTables;
  readonly shapes: Shapes;
  readonly rowIds: KernelRowIds;
  /** The raw file and its table. */
  readonly path: string;
  readonly table: string;
  readonly chunkBytes: number;
  /** The reference. */
  readonly flattenRow: (row: JsonValue) => void;
  /** Rows of the table come from the kernel. */
  readonly openTable: (name: string) => void;
  /** Hears of rows, also of those that the reference did. */
  readonly onRows: (rows: number) => void;
}

/** From so many rows of the reference on it does all that follow, when they are more than one of so many. */
const manyReferenceRows = 256;
const fewKernelRows = 4;

/** Of this process, for tests: how often the kernel was of use. */
export const shredCounts = { rows: 0, referenceRows: 0 };

/**
 * Makes the rows of a raw file by the kernel. A row that holds something new, or anything that the kernel does not know how to do, is done by the reference, into
 * the same columns. Throws LineInvalidError, and what the reference throws.
 */
export async function shredUnit(options: ShredOptions): Promise<void> {
  const shredder = new UnitShredder(options);
  const bytes = new UnitBytes(options.kernel, options.path, options.chunkBytes);
  try {
    for (let lines = bytes.next(); lines !== undefined; lines = bytes.next()) {
      shredder.take(lines);
      // Others get their turn, as they do when a file is read.
      await setImmediate();
    }
  } finally {
    bytes.close();
    shredder.count();
  }
}

class UnitShredder implements KernelHost {
  readonly #options: ShredOptions;
  readonly #kernel: Kernel;
  readonly #shapes: Shapes;
  #isRootSet: boolean;
  #line = 0;
  #rows = 0;
  #referenceRows = 0;
  /** The kernel is of no use to this unit. */
  #isForReference = false;

  constructor(options: ShredOptions) {
    this.#options = options;
    this.#kernel = options.kernel;
    this.#shapes = options.shapes;
    this.#isRootSet = options.shapes.setRoot(options.table);
  }

  take(lines: Lines): void {
    let { begin } = lines;
    if (!this.#isForReference && this.#isUtf8(lines)) begin = this.#shred(lines);
    while (begin < lines.end) begin = this.#takeLine(begin, 0);
  }

  count(): void {
    shredCounts.rows += this.#rows;
    shredCounts.referenceRows += this.#referenceRows;
  }

  fault(key: number, of: number, from: number, to: number): number {
    // Nothing is new about it when the value itself is not JSON: the reference finds out.
    return this.#shapes.settle(key, of as ValueClass, () => this.#valueAt(from, to)) ? 1 : 0;
  }

  hostValue(key: number, from: number, to: number, row: number): number {
    try {
      return this.#shapes.put(key, this.#valueAt(from, to), row) ? 1 : 0;
    } catch {
      // The reference does the row again, and says what is wrong with it.
      return 0;
    }
  }

  findKey(place: number, from: number, bytes: number): number {
    const at = from >>> 0;
    const spelling = this.#kernel.bytes.toString("utf8", at, at + bytes);
    if (!spelling.includes("\\")) return this.#shapes.findKey(place, spelling, { at, bytes });
    try {
      return this.#shapes.findKey(place, JSON.parse(`"${spelling}"`) as string, undefined);
    } catch {
      return 0;
    }
  }

  elementKey(list: number, isList: number): number {
    return this.#shapes.elementKey(list, isList === 1);
  }

  moreRandomBytes(): void {
    this.#options.rowIds.fill();
  }

  referenceRow(from: number, to: number): void {
    this.#takeOverRows();
    this.#referenceRows += 1;
    this.#options.flattenRow(this.#valueAt(from, to));
    this.#handOverRows();
    if (!this.#isRootSet) this.#isRootSet = this.#shapes.setRoot(this.#options.table);
    const rows = this.#rows + this.#kernel.calls.rowCount.value;
    if (this.#referenceRows < manyReferenceRows || this.#referenceRows * fewKernelRows < rows) return;
    this.#isForReference = true;
    this.#kernel.calls.stop();
  }

  /** Gives the begin of the line that is not done. */
  #shred({ begin, end }: Lines): number {
    const { calls } = this.#kernel;
    let at: number;
    this.#kernel.host = this;
    try {
      at = calls.shred(begin, end) >>> 0;
      calls.settleRows();
      this.#takeOverRows();
    } catch (error) {
      // What is wrong with the line comes first, as it does where lines are parsed as a whole.
      this.#rowsOfLineAt(calls.lineStart.value >>> 0, this.#line + calls.lineCount.value + 1);
      throw error;
    } finally {
      this.#kernel.host = undefined;
    }
    const rows = calls.rowCount.value;
    this.#rows += rows;
    this.#options.onRows(rows);
    this.#line += calls.lineCount.value;
    if (at === end) return end;
    if (this.#isForReference) return this.#takeLine(calls.lineStart.value >>> 0, calls.rowsOfLine.value);
    const line = this.#line + 1;
    this.#rowsOfLineAt(calls.lineStart.value >>> 0, line);
    throw new InternalError(`The kernel cannot read line ${line} of \`${this.#options.path}\`.`);
  }

  /** By the reference. Gives the begin of the next line. */
  #takeLine(begin: number, done: number): number {
    this.#line += 1;
    const { rows, end } = this.#rowsOfLineAt(begin, this.#line);
    const left = rows.slice(done);
    for (const row of left) if (row !== null) this.#options.flattenRow(row);
    this.#handOverRows();
    this.#rows += left.length;
    this.#options.onRows(left.length);
    return end;
  }

  #rowsOfLineAt(begin: number, line: number): { readonly rows: readonly JsonValue[]; readonly end: number } {
    const { bytes } = this.#kernel;
    const end = bytes.indexOf(10, begin);
    return { rows: begin === end ? [] : rowsOfLine(bytes.subarray(begin, end), this.#options.path, line), end: end + 1 };
  }

  /** Counts the rows of the kernel where those of the reference are counted. */
  #takeOverRows(): void {
    for (const { name, buffer, memory } of this.#options.tables.all) {
      const rows = memory.rows - buffer.bufferedRows;
      if (rows === 0) continue;
      buffer.addRows(rows);
      this.#options.openTable(name);
    }
  }

  /** And the other way round. */
  #handOverRows(): void {
    for (const { buffer, memory } of this.#options.tables.all) memory.rows = buffer.bufferedRows;
  }

  #valueAt(from: number, to: number): PresentValue {
    return parseJson(this.#kernel.bytes.toString("utf8", from >>> 0, to >>> 0)) as PresentValue;
  }

  #isUtf8({ begin, end }: Lines): boolean {
    return isUtf8(this.#kernel.bytes.subarray(begin, end));
  }
}
