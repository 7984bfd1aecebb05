import type { ArrowChunk } from "../formats/arrow/arrow-chunk.ts";
import { type ArrowTarget, writeColumn } from "../formats/arrow/write-arrow.ts";
import type { CellBuffer, JobColumn, JobFileSize, JobFormat, JobTable } from "../formats/job-format.ts";
import type { ArrowColumnPlan } from "./arrow-columns.ts";

/** Rows are moved in slices, column by column: what is buffered is looked at between them. */
const sliceRows = 16 * 1024;

/** All columns are written out when they hold more than this. */
const maxBufferedBytes = 16 * 1024 * 1024;

/** A file ends after about this many bytes. */
const fileBytes = 64 * 1024 * 1024;

/** Columns that leat fills itself: a text for the row at an index. */
export interface AddedColumn {
  readonly column: JobColumn;
  readonly value: () => string;
}

/** The rows of one table that came in columns: job files in their final form, which normalize only passes on. */
export class ColumnarFiles {
  readonly #format: JobFormat;
  readonly #newPath: () => string;
  readonly #onEnded: (path: string) => void;
  readonly #done: JobFileSize[] = [];
  readonly #buffers = new Map<string, { readonly column: JobColumn; readonly buffer: CellBuffer }>();
  #jobs: JobTable;
  #bufferedRows = 0;
  #writtenBytes = 0;
  #rows = 0;

  /** `newPath` is asked once per file, `onEnded` hears of each that is whole. */
  constructor(format: JobFormat, newPath: () => string, onEnded: (path: string) => void) {
    this.#format = format;
    this.#newPath = newPath;
    this.#onEnded = onEnded;
    this.#jobs = format.createTable();
  }

  get rows(): number {
    return this.#rows;
  }

  /** Of the files that are ended. */
  get bytes(): number {
    return this.#done.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get files(): number {
    return this.#done.length;
  }

  /** The files that are ended. */
  get ended(): readonly JobFileSize[] {
    return this.#done;
  }

  /** Writes `rowCount` rows of the parts from `firstRow` on. Throws ArrowCellError. Without rows it only makes the columns known. */
  write(
    parts: readonly (readonly ArrowChunk[])[],
    plans: readonly ArrowColumnPlan[],
    { firstRow, rowCount, added }: { readonly firstRow: number; readonly rowCount: number; readonly added: readonly AddedColumn[] },
  ): void {
    if (plans.some(({ column }) => this.#isChanged(column))) this.#beginAnew();
    if (!this.#jobs.isOpen) this.#jobs.begin(this.#newPath);
    const targets = plans.map((plan): ArrowTarget => ({ ...plan, buffer: this.#bufferOf(plan.column) }));
    const filled = added.map(({ column, value }) => ({ buffer: this.#bufferOf(column), value }));
    const { maxFlushRows = Infinity } = this.#format;
    const end = firstRow + rowCount;
    for (let from = firstRow; from < end; ) {
      const room = Math.min(sliceRows, maxFlushRows - this.#bufferedRows);
      const range = { from, to: Math.min(from + room, end), at: this.#bufferedRows };
      for (const target of targets) writeColumn(parts[target.index] ?? [], target, range);
      for (const { buffer, value } of filled) for (let row = 0; row < range.to - from; row++) buffer.set(range.at + row, value());
      this.#count(range.to - from);
      from = range.to;
    }
  }

  /** What comes next goes into a file of its own. */
  endFile(): void {
    if (!this.#jobs.isOpen) return;
    this.#flush();
    const ended = this.#jobs.end();
    for (const { path } of ended) this.#onEnded(path);
    this.#done.push(...ended);
    this.#writtenBytes = 0;
  }

  abandon(): void {
    this.#jobs.abort();
  }

  #count(rows: number): void {
    this.#bufferedRows += rows;
    this.#rows += rows;
    const { maxFlushRows = Infinity } = this.#format;
    if (this.#jobs.bufferedBytes < maxBufferedBytes && this.#bufferedRows < maxFlushRows) return;
    this.#flush();
    if (this.#writtenBytes < fileBytes) return;
    this.endFile();
    this.#jobs.begin(this.#newPath);
  }

  #flush(): void {
    if (this.#bufferedRows === 0) return;
    this.#writtenBytes += this.#jobs.bufferedBytes;
    this.#jobs.flush(this.#bufferedRows);
    this.#bufferedRows = 0;
  }

  #bufferOf(column: JobColumn): CellBuffer {
    const known = this.#buffers.get(column.name);
    if (known !== undefined) return known.buffer;
    const buffer = this.#jobs.addColumn(column);
    this.#buffers.set(column.name, { column, buffer });
    return buffer;
  }

  /** A mark may give a column that has no values yet another type. */
  #isChanged(column: JobColumn): boolean {
    const known = this.#buffers.get(column.name)?.column;
    if (known === undefined) return false;
    return (["data_type", "precision", "scale", "timezone"] as const).some((key) => known[key] !== column[key]);
  }

  #beginAnew(): void {
    this.endFile();
    this.#jobs = this.#format.createTable();
    this.#buffers.clear();
  }
}
