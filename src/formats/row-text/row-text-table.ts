import type { CellBuffer, JobColumn, JobFileSize, JobTable } from "../job-format.ts";
import { usedColumns } from "../used-columns.ts";
import { FieldColumn } from "./field-column.ts";
import type { RowLayout } from "./row-layout.ts";
import { RowTextFile } from "./row-text-file.ts";

/** Job files whose rows are text, one after the other. A format whose head names the columns has a file per flush at least. */
export class RowTextTable implements JobTable {
  readonly #layout: RowLayout;
  readonly #columns = new Map<string, FieldColumn>();
  #newPath: (() => string) | undefined;
  #file: RowTextFile | undefined;
  #done: JobFileSize[] = [];

  constructor(layout: RowLayout) {
    this.#layout = layout;
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
    const buffer = new FieldColumn(this.#layout.field(column));
    this.#columns.set(column.name, buffer);
    return buffer;
  }

  begin(newPath: () => string): void {
    this.#newPath = newPath;
  }

  flush(rowCount: number): void {
    const { missing, maxFileBytes } = this.#layout;
    const used = [...usedColumns(this.#columns)];
    const names = used.map(([name]) => name);
    for (let row = 0; row < rowCount; row++) {
      this.#file ??= new RowTextFile(this.#newPath!(), this.#layout, names);
      this.#file.add(
        this.#layout.row(
          names,
          used.map(([, column]) => column.take(row) ?? missing),
        ),
      );
      if (maxFileBytes !== undefined && this.#file.bytes >= maxFileBytes) this.#endFile();
    }
    if (maxFileBytes !== undefined) this.#endFile();
    for (const column of this.#columns.values()) column.clear();
  }

  end(): readonly JobFileSize[] {
    if (this.#done.length === 0) this.#file ??= new RowTextFile(this.#newPath!(), this.#layout, []);
    this.#endFile();
    const done = this.#done;
    this.#newPath = undefined;
    this.#done = [];
    return done;
  }

  abort(): void {
    this.#file?.abort();
    this.#file = undefined;
    this.#newPath = undefined;
  }

  #endFile(): void {
    if (this.#file === undefined) return;
    this.#done.push({ path: this.#file.path, ...this.#file.close() });
    this.#file = undefined;
  }
}
