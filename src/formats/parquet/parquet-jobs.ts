import type { CellBuffer, JobColumn, JobFileSize, JobFormat, JobTable } from "../job-format.ts";
import { usedColumns } from "../used-columns.ts";
import type { ColumnBuffer } from "./column-buffer.ts";
import type { TableMemory } from "./column-memory.ts";
import { parquetColumnType } from "./column-type.ts";
import { createColumnBuffer } from "./create-column-buffer.ts";
import { ParquetFileWriter } from "./file-writer.ts";
import { defaultParquetFormat, type ParquetFormat } from "./parquet-format.ts";

/** Job files in Parquet: one per table, a row group per flush. */
export function parquetJobs(format: ParquetFormat = defaultParquetFormat): JobFormat {
  return {
    name: "parquet",
    isText: false,
    maxFlushRows: format.rowGroupSize,
    usesMemory: true,
    createTable: (memory) => new ParquetTable(format, memory),
  };
}

class ParquetTable implements JobTable {
  readonly #format: ParquetFormat;
  readonly #columns = new Map<string, ColumnBuffer>();
  readonly #memory: TableMemory | undefined;
  #writer: ParquetFileWriter | undefined;

  constructor(format: ParquetFormat, memory: TableMemory | undefined) {
    this.#format = format;
    this.#memory = memory;
  }

  get isOpen(): boolean {
    return this.#writer !== undefined;
  }

  get bufferedBytes(): number {
    let sum = 0;
    for (const column of this.#columns.values()) sum += column.byteSize;
    return sum;
  }

  addColumn(column: JobColumn): CellBuffer {
    const type = parquetColumnType(column, this.#format);
    const buffer = createColumnBuffer(column.name, type, this.#memory?.column(column.name, type));
    this.#columns.set(column.name, buffer);
    return buffer;
  }

  begin(newPath: () => string): void {
    this.#writer = new ParquetFileWriter(newPath(), this.#format);
  }

  flush(rowCount: number): void {
    this.#writer!.writeRowGroup(usedColumns(this.#columns), rowCount);
    this.#memory?.clear();
  }

  end(): readonly JobFileSize[] {
    const writer = this.#writer!;
    // A file without rows shows the columns that the table has.
    if (writer.rows === 0) writer.writeRowGroup(this.#columns, 0);
    this.#writer = undefined;
    return [{ path: writer.path, ...writer.close() }];
  }

  abort(): void {
    this.#writer?.abort();
    this.#writer = undefined;
  }
}
