import type { CellBuffer, JobColumn, JobFileSize, JobFormat, JobTable } from "../job-format.ts";
import type { ColumnBuffer } from "./column-buffer.ts";
import { parquetColumnType } from "./column-type.ts";
import { createColumnBuffer } from "./create-column-buffer.ts";
import { ParquetFileWriter } from "./file-writer.ts";

/** Job files in Parquet: one per table, a row group per flush. */
export const parquetJobs: JobFormat = { name: "parquet", isText: false, createTable: () => new ParquetTable() };

class ParquetTable implements JobTable {
  readonly #columns = new Map<string, ColumnBuffer>();
  #writer: ParquetFileWriter | undefined;

  get isOpen(): boolean {
    return this.#writer !== undefined;
  }

  get bufferedBytes(): number {
    let sum = 0;
    for (const column of this.#columns.values()) sum += column.byteSize;
    return sum;
  }

  addColumn(column: JobColumn): CellBuffer {
    const buffer = createColumnBuffer(column.name, parquetColumnType(column));
    this.#columns.set(column.name, buffer);
    return buffer;
  }

  begin(newPath: () => string): void {
    this.#writer = new ParquetFileWriter(newPath());
  }

  flush(rowCount: number): void {
    this.#writer!.writeRowGroup(this.#usedColumns(), rowCount);
  }

  end(): readonly JobFileSize[] {
    const writer = this.#writer!;
    // A file without rows shows the columns that the table has.
    if (writer.rows === 0) writer.writeRowGroup(this.#columns, 0);
    this.#writer = undefined;
    return [{ path: writer.path, ...writer.close({ sync: true }) }];
  }

  abort(): void {
    this.#writer?.abort();
    this.#writer = undefined;
  }

  /** Only columns with a value: a table of a thousand columns may get rows with ten. */
  #usedColumns(): Map<string, ColumnBuffer> {
    return new Map([...this.#columns].filter(([, column]) => column.byteSize > 0));
  }
}
