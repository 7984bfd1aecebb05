import type { CellBuffer, JobColumn, JobFileSize, JobFormat, JobTable } from "../job-format.ts";
import type { TableMemory } from "../parquet/column-memory.ts";
import { usedColumns } from "../used-columns.ts";
import { CsvColumn } from "./csv-column.ts";
import { isUsual } from "./csv-field.ts";
import { CsvFileWriter } from "./csv-file-writer.ts";
import { type CsvFormat, defaultCsvFormat } from "./csv-format.ts";
import type { CsvNumbers } from "./field-writer.ts";

/** Job files in CSV, for databases that take them as they are. See `field-writer.ts` for how a cell is written. */
export function csvJobs(numbers: CsvNumbers, format: CsvFormat = defaultCsvFormat): JobFormat {
  return { name: "csv", isText: true, usesMemory: isUsual(format), createTable: (memory) => new CsvTable(numbers, format, memory) };
}

/**
 * The first line of a file names its columns, before later rows bring new ones. So a file has the columns that have a value in its first flush;
 * a flush with a value in another column ends it and begins the next, which has the columns of both. At most one file per column comes of it.
 */
class CsvTable implements JobTable {
  readonly #numbers: CsvNumbers;
  readonly #format: CsvFormat;
  readonly #columns = new Map<string, CsvColumn>();
  readonly #memory: TableMemory | undefined;
  #newPath: (() => string) | undefined;
  #writer: CsvFileWriter | undefined;
  #header: ReadonlySet<string> = new Set();
  #done: JobFileSize[] = [];

  constructor(numbers: CsvNumbers, format: CsvFormat, memory: TableMemory | undefined) {
    this.#memory = memory;
    this.#numbers = numbers;
    this.#format = format;
  }

  get isOpen(): boolean {
    return this.#newPath !== undefined;
  }

  get bufferedBytes(): number {
    let sum = 0;
    for (const column of this.#columns.values()) sum += column.byteSize;
    return sum;
  }

  addColumn(column: JobColumn): CellBuffer {
    const buffer = new CsvColumn(column, { numbers: this.#numbers, format: this.#format, memory: this.#memory });
    this.#columns.set(column.name, buffer);
    return buffer;
  }

  begin(newPath: () => string): void {
    this.#newPath = newPath;
  }

  flush(rowCount: number): void {
    const used = [...usedColumns(this.#columns).keys()];
    if (used.some((name) => !this.#header.has(name))) this.#endFile();
    this.#writer ??= this.#openFile(new Set([...this.#header, ...used]));
    const columns = [...this.#header].map((name) => this.#columns.get(name)!);
    for (const column of columns) column.settle(rowCount);
    this.#writer.writeRows(
      columns.map((column) => column.cursor(rowCount)),
      rowCount,
    );
    for (const column of this.#columns.values()) column.clear();
    this.#memory?.clear();
  }

  end(): readonly JobFileSize[] {
    if (this.#done.length === 0) this.#writer ??= this.#openFile(new Set(this.#columns.keys()));
    this.#endFile();
    const done = this.#done;
    this.#newPath = undefined;
    this.#header = new Set();
    this.#done = [];
    return done;
  }

  abort(): void {
    this.#writer?.abort();
    this.#writer = undefined;
    this.#newPath = undefined;
  }

  #openFile(header: ReadonlySet<string>): CsvFileWriter {
    this.#header = header;
    return new CsvFileWriter(this.#newPath!(), [...header], this.#format);
  }

  #endFile(): void {
    if (this.#writer === undefined) return;
    this.#done.push({ path: this.#writer.path, ...this.#writer.close() });
    this.#writer = undefined;
  }
}
