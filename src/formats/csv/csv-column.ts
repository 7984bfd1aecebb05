import type { Cell } from "../../schema/cell.ts";
import type { CellBuffer, JobColumn, ValueCopies } from "../job-format.ts";
import type { ColumnBuffer } from "../parquet/column-buffer.ts";
import { type ColumnMemory, ownMemory, type TableMemory } from "../parquet/column-memory.ts";
import type { ParquetColumnType } from "../parquet/column-type.ts";
import { createColumnBuffer } from "../parquet/create-column-buffer.ts";
import { csvField, isPlain, isUsual } from "./csv-field.ts";
import type { CsvFormat } from "./csv-format.ts";
import { FieldCursor, type KeptAs } from "./field-cursor.ts";
import type { CsvNumbers, FieldWriter } from "./field-writer.ts";

interface CsvColumnOptions {
  readonly numbers: CsvNumbers;
  readonly format: CsvFormat;
  /** Of the table; undefined: the column has its own. */
  readonly memory: TableMemory | undefined;
}

/** The cells of one column that wait to be written: as columns of Parquet keep them, where their fields are soon made of that, else as fields. */
export class CsvColumn implements CellBuffer {
  readonly copies: ValueCopies | undefined;
  readonly #keptAs: KeptAs;
  readonly #memory: ColumnMemory;
  readonly #buffer: ColumnBuffer;
  readonly #field: FieldWriter | undefined;
  readonly #delimiter: string;

  constructor(column: JobColumn, { numbers, format, memory }: CsvColumnOptions) {
    const keptAs = keptAsOf(column, format);
    const type = keptType[keptAs];
    this.#keptAs = keptAs;
    this.#delimiter = format.delimiter;
    this.#memory = memory?.column(column.name, type) ?? ownMemory();
    this.#buffer = createColumnBuffer(column.name, type, this.#memory);
    this.#field = keptAs === "field" ? csvField(column, numbers, format) : undefined;
    this.copies = keptAs === "field" ? undefined : this.#buffer.copies;
  }

  get byteSize(): number {
    return this.#buffer.byteSize;
  }

  set(rowIndex: number, cell: Cell): void {
    this.#buffer.set(rowIndex, this.#field === undefined ? cell : this.#field(cell));
  }

  clear(): void {
    this.#buffer.clear();
  }

  /** To be called for all columns of a table before `cursor` is for any: it may move what the others have. */
  settle(rowCount: number): void {
    const { presence } = this.#memory;
    if (presence.count !== rowCount) presence.bits(rowCount);
  }

  /** It lasts until a column of the table changes. */
  cursor(rowCount: number): FieldCursor {
    const { presence, values, bits } = this.#memory;
    const bytes = this.#keptAs === "bool" ? bits.packed(presence.count) : values.written();
    return new FieldCursor({
      keptAs: this.#keptAs,
      bytes,
      presence: presence.count === rowCount ? undefined : presence.bits(rowCount),
      delimiter: this.#delimiter,
    });
  }
}

/** The kernel appends to texts, integers, doubles and booleans; all else it leaves to `set`. */
const keptType: Readonly<Record<KeptAs, ParquetColumnType>> = {
  text: { kind: "text" },
  bigint: { kind: "bigint" },
  double: { kind: "double" },
  bool: { kind: "bool" },
  field: { kind: "json" },
};

function keptAsOf(column: JobColumn, format: CsvFormat): KeptAs {
  switch (column.data_type) {
    case "text":
      return isUsual(format) ? "text" : "field";
    case "bigint":
    case "double":
    case "bool":
      return isPlain(column, format) ? column.data_type : "field";
    default:
      return "field";
  }
}
