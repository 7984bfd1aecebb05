import type { ColumnMemory, TableMemory } from "../../formats/parquet/column-memory.ts";
import type { ParquetColumnType } from "../../formats/parquet/column-type.ts";
import type { Kernel } from "./kernel.ts";
import { columnInKernel } from "./kernel-column.ts";

/** A column that lies in the memory of the kernel. */
export interface KernelColumn {
  readonly at: number;
  readonly type: ParquetColumnType;
}

/** A table whose rows wait in the memory of the kernel, which appends to them, as the reference does. */
export class KernelTable implements TableMemory {
  readonly at: number;
  readonly columns: Map<string, KernelColumn> = new Map<string, KernelColumn>();
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.at = kernel.calls.createTable();
  }

  /** That wait. */
  get rows(): number {
    return this.#kernel.words[this.at >>> 2]!;
  }

  set rows(rows: number) {
    this.#kernel.words[this.at >>> 2] = rows;
  }

  column(name: string, type: ParquetColumnType): ColumnMemory {
    const at = this.#kernel.calls.addColumn(this.at, widthOf(type)) >>> 0;
    this.columns.set(name, { at, type });
    return columnInKernel(this.#kernel, at);
  }

  clear(): void {
    this.#kernel.calls.clearTable(this.at);
  }

  /** Gives its memory back. */
  release(): void {
    this.#kernel.calls.releaseTable(this.at);
  }
}

/** Bytes of a value; 0 where each has its size in front, 1 for bits. See `assembly/column.ts`. */
function widthOf({ kind }: ParquetColumnType): number {
  switch (kind) {
    case "text":
    case "json":
    case "binary":
      return 0;
    case "bool":
      return 1;
    case "date":
      return 4;
    case "decimal":
      return 16;
    default:
      return 8;
  }
}
