import { CellRangeError } from "../formats/parquet/cell-range-error.ts";
import type { ColumnBuffer } from "../formats/parquet/column-buffer.ts";
import { parquetColumnType } from "../formats/parquet/column-type.ts";
import { createColumnBuffer } from "../formats/parquet/create-column-buffer.ts";
import { ParquetFileWriter } from "../formats/parquet/file-writer.ts";
import { coerceCell } from "../schema/coerce.ts";
import type { DataType } from "../schema/data-type.ts";
import { preferredType } from "../schema/default-hints.ts";
import type { Detection } from "../schema/detections.ts";
import type { ColumnSchema, SchemaDocument, TableSchema } from "../schema/document.ts";
import { ContractViolationError, TypeConflictError } from "../schema/errors.ts";
import { valueType } from "../schema/infer.ts";
import type { JsonValue, PresentValue } from "../schema/json-value.ts";
import type { NamingConvention } from "../schema/naming/naming-convention.ts";
import { completeColumn, newColumn, newVariantColumn } from "../schema/new-column.ts";
import { placeCell } from "../schema/place-cell.ts";
import { completeColumns, isComplete } from "../schema/table.ts";
import { DistinctNames } from "./distinct-names.ts";
import type { FlatRow } from "./flatten.ts";

export interface TableBufferOptions {
  readonly schema: SchemaDocument;
  readonly name: string;
  readonly parent: string | undefined;
  readonly naming: NamingConvention;
  readonly detections: readonly Detection[];
  readonly nowMs: number;
  /** Of the destination. False: `Id` and `id` are one column. */
  readonly caseSensitive: boolean;
}

/** A column of the table, its type, and where its cells go. */
interface Slot {
  readonly dataType: DataType;
  readonly buffer: ColumnBuffer;
}

/**
 * The rows of one table while a package is normalized: coerced cell by cell into columns, written to one file per unit.
 * Columns that the rows bring are kept as an update of the schema.
 */
export class TableBuffer {
  readonly name: string;
  readonly parent: string | undefined;
  readonly #schema: SchemaDocument;
  readonly #options: TableBufferOptions;
  readonly #table: TableSchema | undefined;
  readonly #slots = new Map<string, Slot>();
  readonly #newColumns = new Map<string, ColumnSchema>();
  /** Columns of the user's that must have a value in every row. */
  readonly #required: ReadonlySet<string>;
  readonly #names: DistinctNames;
  #writer: ParquetFileWriter | undefined;
  #bufferedRows = 0;
  #rows = 0;

  constructor(options: TableBufferOptions) {
    const { schema, name } = options;
    this.name = name;
    this.parent = options.parent;
    this.#schema = schema;
    this.#options = options;
    this.#names = new DistinctNames({
      what: `columns of table \`${name}\``,
      schemaName: schema.name,
      caseSensitive: options.caseSensitive,
    });
    this.#table = Object.hasOwn(schema.tables, name) ? schema.tables[name] : undefined;
    for (const column of this.#table === undefined ? [] : completeColumns(this.#table)) this.#addSlot(column);
    this.#required = new Set(
      Object.values(this.#table?.columns ?? {})
        .filter((column) => column.nullable === false && !column.name.startsWith("_dlt_"))
        .map((column) => column.name),
    );
  }

  /** Rows so far, over all files. */
  get rows(): number {
    return this.#rows;
  }

  /** Columns that the schema does not have yet, or has without a type. */
  get newColumns(): ReadonlyMap<string, ColumnSchema> {
    return this.#newColumns;
  }

  get isFileOpen(): boolean {
    return this.#writer !== undefined;
  }

  /** Bytes that wait to be written. */
  get bufferedBytes(): number {
    let sum = 0;
    for (const slot of this.#slots.values()) sum += slot.buffer.byteSize;
    return sum;
  }

  beginFile(path: string): void {
    this.#writer = new ParquetFileWriter(path);
  }

  append(row: FlatRow): void {
    const rowIndex = this.#bufferedRows;
    for (const [name, value] of row) {
      if (value === null) continue;
      const slot = this.#slots.get(name);
      const cell = slot === undefined ? undefined : coerceCell(slot.dataType, value);
      if (cell === undefined) this.#appendElsewhere(rowIndex, name, value);
      else {
        try {
          slot!.buffer.set(rowIndex, cell);
        } catch (error) {
          throw this.#outOfRange(error, name, slot!.dataType, value);
        }
      }
    }
    for (const name of this.#required) if ((row.get(name) ?? null) === null) throw this.#missingValue(name);
    this.#bufferedRows += 1;
    this.#rows += 1;
  }

  /** Writes what is buffered as one row group. */
  flush(): void {
    if (this.#bufferedRows === 0) return;
    this.#writer!.writeRowGroup(this.#usedColumns(), this.#bufferedRows);
    this.#bufferedRows = 0;
  }

  /** Finishes the file of a unit. */
  endFile(): { readonly path: string; readonly bytes: number; readonly rows: number } {
    const writer = this.#writer!;
    this.flush();
    // A file without rows shows the columns that the table has.
    if (writer.rows === 0) writer.writeRowGroup(this.#buffers(), 0);
    this.#writer = undefined;
    return { path: writer.path, ...writer.close({ sync: true }) };
  }

  abort(): void {
    this.#writer?.abort();
    this.#writer = undefined;
  }

  #buffers(): Map<string, ColumnBuffer> {
    return new Map([...this.#slots].map(([name, slot]) => [name, slot.buffer]));
  }

  /** Only columns with a value: a table of a thousand columns may get rows with ten. */
  #usedColumns(): Map<string, ColumnBuffer> {
    return new Map([...this.#slots].filter(([, slot]) => slot.buffer.byteSize > 0).map(([name, slot]) => [name, slot.buffer]));
  }

  /** A value without a column, or one that does not fit it: finds or makes the column that takes it. */
  #appendElsewhere(rowIndex: number, name: string, value: PresentValue): void {
    const { naming, detections, nowMs } = this.#options;
    const placed = placeCell(name, value, {
      naming,
      detections,
      nowMs,
      dataType: (column) => this.#slots.get(column)?.dataType,
      preferredType: (column) => preferredType(this.#schema, column),
    });
    if (placed === undefined) throw this.#conflict(name, value, "it does not fit the column for variants either");
    if (placed.column !== name && this.#required.has(name)) throw this.#valueElsewhere(name, value, placed.column);
    const slot = this.#slots.get(placed.column) ?? this.#addColumn(placed.column, placed.dataType, placed.isVariant);
    try {
      slot.buffer.set(rowIndex, placed.cell);
    } catch (error) {
      throw this.#outOfRange(error, placed.column, placed.dataType, value);
    }
  }

  #addColumn(name: string, dataType: DataType, isVariant: boolean): Slot {
    const columns = this.#table?.columns ?? {};
    const known = Object.hasOwn(columns, name) ? columns[name] : undefined;
    const column =
      known !== undefined && !isComplete(known)
        ? completeColumn(this.#schema, known, dataType)
        : isVariant
          ? newVariantColumn(this.#schema, name, dataType)
          : newColumn(this.#schema, name, dataType);
    this.#newColumns.set(name, column);
    return this.#addSlot(column);
  }

  #addSlot(column: ColumnSchema): Slot {
    this.#names.add(column.name);
    const { data_type: dataType, precision, scale, timezone } = column as ColumnSchema & { readonly timezone?: boolean };
    const type = parquetColumnType({ data_type: dataType!, precision, scale, timezone });
    const slot: Slot = { dataType: dataType!, buffer: createColumnBuffer(column.name, type) };
    this.#slots.set(column.name, slot);
    return slot;
  }

  #missingValue(column: string): ContractViolationError {
    return new ContractViolationError({
      schemaName: this.#schema.name,
      table: this.name,
      column,
      value: null,
      rowIndex: this.#rows,
      change: `a row without a value for column \`${column}\`, which is not nullable`,
      advice: `Give every row a value, filter such rows, or declare columns: { ${column}: { nullable: true } }.`,
    });
  }

  /** Its column would be empty then. */
  #valueElsewhere(column: string, value: PresentValue, variant: string): ContractViolationError {
    const [known, given] = [this.#slots.get(column)?.dataType ?? "text", valueType(value)];
    return new ContractViolationError({
      schemaName: this.#schema.name,
      table: this.name,
      column,
      value,
      rowIndex: this.#rows,
      change: `a ${given} for column \`${column}\`, which is ${known} and not nullable: the value would go to \`${variant}\` and leave \`${column}\` empty`,
      advice: `Give all rows a value of one type with .map(), declare columns: { ${column}: { dataType: ... } } before the first load, or columns: { ${column}: { nullable: true } }.`,
    });
  }

  #outOfRange(error: unknown, column: string, dataType: DataType, value: JsonValue): unknown {
    if (!(error instanceof CellRangeError)) return error;
    return this.#conflict(column, value as PresentValue, error.reason, dataType);
  }

  #conflict(
    column: string,
    value: PresentValue,
    reason: string,
    dataType = this.#slots.get(column)?.dataType ?? "text",
  ): TypeConflictError {
    return new TypeConflictError({
      schemaName: this.#schema.name,
      table: this.name,
      column,
      dataTypes: [dataType, valueType(value)],
      rowIndex: this.#rows,
      reason,
    });
  }
}
