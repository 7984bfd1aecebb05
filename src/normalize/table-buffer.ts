import { isDeepStrictEqual } from "node:util";
import { CellRangeError } from "../formats/cell-range-error.ts";
import type { CellBuffer, JobColumn, JobFileSize, JobFormat, JobTable } from "../formats/job-format.ts";
import type { TableMemory } from "../formats/parquet/column-memory.ts";
import type { Coercion } from "../schema/coercion.ts";
import type { DataType } from "../schema/data-type.ts";
import { preferredType } from "../schema/default-hints.ts";
import type { Detection } from "../schema/detections.ts";
import type { Discard } from "../schema/discards.ts";
import type { ColumnSchema, SchemaDocument, TableSchema } from "../schema/document.ts";
import { ContractViolationError, TypeConflictError } from "../schema/errors.ts";
import { valueType } from "../schema/infer.ts";
import type { JsonValue, PresentValue } from "../schema/json-value.ts";
import type { NamingConvention } from "../schema/naming/naming-convention.ts";
import { completeColumn, newColumn, newVariantColumn } from "../schema/new-column.ts";
import { type PlacedCell, placeCell } from "../schema/place-cell.ts";
import { completeColumns, isComplete } from "../schema/table.ts";
import { DistinctNames } from "./distinct-names.ts";
import type { FlatRow } from "./flatten.ts";
import type { Rotation } from "./rotation.ts";
import { StrictRows } from "./strict-rows.ts";

export interface TableBufferOptions {
  readonly schema: SchemaDocument;
  readonly name: string;
  readonly parent: string | undefined;
  readonly naming: NamingConvention;
  readonly detections: readonly Detection[];
  readonly coerce: Coercion;
  readonly nowMs: number;
  /** Of the destination. False: `Id` and `id` are one column. */
  readonly caseSensitive: boolean;
  readonly jobFormat: JobFormat;
  readonly rotation: Rotation;
  /** Of the rows that wait to be written, where somebody else appends some of them (`addRows`). */
  readonly memory?: TableMemory | undefined;
  /** Columns that rows before these brought, which the schema does not have; and whether names that are asked for in vain are kept (`missed`). */
  readonly unit?: { readonly assumed: readonly ColumnSchema[] } | undefined;
}

/** A column of the table, its type, and where its cells go. */
interface Slot {
  readonly dataType: DataType;
  readonly buffer: CellBuffer;
}

/** A column that takes a value. */
interface FoundColumn {
  readonly column: string;
  /** Of the column that the value came for; undefined: there is none. */
  readonly ownType: DataType | undefined;
}

/**
 * The rows of one table while a package is normalized: coerced cell by cell into columns, written to files of their own for every unit.
 * Columns that the rows bring are kept as an update of the schema.
 */
export class TableBuffer {
  readonly name: string;
  readonly parent: string | undefined;
  readonly #schema: SchemaDocument;
  readonly #coerce: Coercion;
  readonly #options: TableBufferOptions;
  readonly #table: TableSchema | undefined;
  readonly #slots = new Map<string, Slot>();
  readonly #newColumns = new Map<string, ColumnSchema>();
  /** Columns of the user's that must have a value in every row. */
  readonly #required: ReadonlySet<string>;
  readonly #names: DistinctNames;
  readonly #files: JobTable;
  /** Undefined for a table whose contract takes everything. */
  readonly #strict: StrictRows | undefined;
  readonly #maxBufferedRows: number;
  #newPath: (() => string) | undefined;
  #done: JobFileSize[] = [];
  #fileRows = 0;
  #fileBytes = 0;
  #bufferedRows = 0;
  #rows = 0;
  #isMaterialized = false;
  #assumed: readonly ColumnSchema[];
  readonly #missed = new Set<string>();
  /** In one go: names without a column. Undefined where nobody wants to know. */
  readonly #asked: string[] | undefined;

  constructor(options: TableBufferOptions) {
    const { schema, name } = options;
    this.name = name;
    this.parent = options.parent;
    this.#schema = schema;
    this.#options = options;
    this.#coerce = options.coerce;
    this.#files = options.jobFormat.createTable(options.memory);
    const { bufferMaxItems, fileMaxItems } = options.rotation;
    this.#maxBufferedRows = Math.max(
      1,
      Math.min(bufferMaxItems ?? Infinity, fileMaxItems ?? Infinity, options.jobFormat.maxFlushRows ?? Infinity),
    );
    this.#names = new DistinctNames({
      what: `columns of table \`${name}\``,
      schemaName: schema.name,
      caseSensitive: options.caseSensitive,
    });
    this.#table = Object.hasOwn(schema.tables, name) ? schema.tables[name] : undefined;
    for (const column of this.#table === undefined ? [] : completeColumns(this.#table)) this.#addSlot(column);
    this.#assumed = options.unit?.assumed ?? [];
    for (const column of this.#assumed) this.#addSlot(column);
    this.#asked = options.unit === undefined ? undefined : [];
    this.#required = new Set(
      Object.values(this.#table?.columns ?? {})
        .filter((column) => column.nullable === false && !column.name.startsWith("_dlt_"))
        .map((column) => column.name),
    );
    const judged = {
      schema,
      name,
      parent: options.parent,
      required: this.#required,
      dataType: (column: string) => this.#slots.get(column)?.dataType,
      coerce: options.coerce,
      place: (column: string, value: PresentValue) => this.#place(column, value),
    };
    this.#strict = StrictRows.of(judged, this.#slots.size > 0);
  }

  /** Rows so far, over all files. */
  get rows(): number {
    return this.#rows;
  }

  /** It counts as loaded, with rows or without. */
  get isMaterialized(): boolean {
    return this.#isMaterialized;
  }

  /** Rows and values that the contract of the table kept out. */
  get discards(): readonly Discard[] {
    return this.#strict?.discards ?? [];
  }

  /** True for a column with a type. */
  hasColumn(name: string): boolean {
    return this.#slots.has(name);
  }

  /** Columns that the schema does not have yet, or has without a type. */
  get newColumns(): ReadonlyMap<string, ColumnSchema> {
    return this.#newColumns;
  }

  /** Columns that would have taken values had they been there; without those that then were made. */
  get missed(): ReadonlySet<string> {
    return this.#missed;
  }

  /** False: a destination takes this column for another one of the table. */
  takes(column: string): boolean {
    return this.#names.takes(column);
  }

  /** Rows that another buffer wrote, and the columns that they brought. */
  takeOver(columns: readonly ColumnSchema[], rows: number): void {
    this.#rows += rows;
    for (const column of columns) {
      if (this.#slots.has(column.name)) continue;
      this.#newColumns.set(column.name, column);
      this.#addSlot(column);
    }
  }

  /** Makes of a buffer whose files are ended one for another unit, with its memory: as if it were new. False: it has other columns. */
  restart(parent: string | undefined, assumed: readonly ColumnSchema[]): boolean {
    const brought = [...this.#assumed, ...this.#newColumns.values()];
    const isSame = parent === this.parent && !this.#isMaterialized && isDeepStrictEqual(brought, assumed.slice(0, brought.length));
    if (!isSame) return false;
    for (const column of assumed.slice(brought.length)) this.#addSlot(column);
    this.#assumed = assumed;
    this.#newColumns.clear();
    this.#missed.clear();
    this.#rows = 0;
    return true;
  }

  get memory(): TableMemory | undefined {
    return this.#options.memory;
  }

  /** The buffer is not used any more. */
  releaseMemory(): void {
    this.#options.memory?.release();
  }

  /** Rows that wait to be written. */
  get bufferedRows(): number {
    return this.#bufferedRows;
  }

  /** Columns that must have a value in every row. */
  get required(): ReadonlySet<string> {
    return this.#required;
  }

  /** So many rows were appended to the memory. */
  addRows(count: number): void {
    this.#bufferedRows += count;
    this.#rows += count;
  }

  /** The column for a value, as `append` finds it; undefined when `append` would have to make one, or to refuse. */
  find(name: string, value: PresentValue): FoundColumn | undefined {
    const ownType = this.#slots.get(name)?.dataType;
    if (ownType !== undefined && this.#coerce(ownType, value) !== undefined) return { column: name, ownType };
    const placed = this.#placeWhereColumnsAre(name, value);
    return placed && { column: placed.column, ownType };
  }

  /**
   * Appends a value to a row of the memory. False, and nothing is done, when `append` would have to make a column, or to refuse, or when the value goes to
   * another column than that of its name, and `maySwerve` does not let it.
   */
  put(name: string, value: PresentValue, rowIndex: number, maySwerve: (column: string) => boolean): boolean {
    const slot = this.#slots.get(name);
    const cell = slot === undefined ? undefined : this.#coerce(slot.dataType, value);
    if (cell !== undefined) slot!.buffer.set(rowIndex, cell);
    else {
      const placed = this.#placeWhereColumnsAre(name, value);
      if (placed === undefined || (placed.column !== name && !maySwerve(placed.column))) return false;
      this.#slots.get(placed.column)!.buffer.set(rowIndex, placed.cell);
    }
    return true;
  }

  #placeWhereColumnsAre(name: string, value: PresentValue): PlacedCell | undefined {
    const placed = this.#place(name, value);
    if (placed === undefined || !this.#slots.has(placed.column) || (placed.column !== name && this.#required.has(name))) {
      if (this.#asked !== undefined) this.#asked.length = 0;
      return undefined;
    }
    if (this.#asked !== undefined) this.#noteMissed(this.#asked, placed.column);
    return placed;
  }

  /** Of its job files. */
  get format(): string {
    return this.#options.jobFormat.name;
  }

  /** Whether its job files are packed with gzip. */
  get isCompressed(): boolean {
    return this.#options.rotation.disableCompression === false && this.#options.jobFormat.isText;
  }

  get isFileOpen(): boolean {
    return this.#newPath !== undefined;
  }

  /** Bytes that wait to be written. */
  get bufferedBytes(): number {
    return this.#files.bufferedBytes;
  }

  /** `newPath` is asked for the path of every file. */
  beginFile(newPath: () => string): void {
    this.#newPath = newPath;
    this.#files.begin(newPath);
  }

  /** False when the contract of the table keeps the row out. Throws ContractViolationError, TypeConflictError. */
  append(row: FlatRow): boolean {
    if (this.#strict === undefined) return this.#append(row);
    const admitted = this.#strict.admit(row, this.#arrivedRows);
    return admitted !== undefined && this.#append(admitted);
  }

  #append(row: FlatRow): true {
    const rowIndex = this.#bufferedRows;
    for (const [name, value] of row) {
      if (value === null) continue;
      const slot = this.#slots.get(name);
      const cell = slot === undefined ? undefined : this.#coerce(slot.dataType, value);
      if (cell === undefined) this.#appendElsewhere(rowIndex, name, value, row);
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
    if (this.#bufferedRows >= this.#maxBufferedRows) this.flush();
    return true;
  }

  /** The table is wanted also without rows, with these columns besides its own. */
  materialize(columns: Iterable<readonly [name: string, dataType: DataType]>): void {
    this.#isMaterialized = true;
    for (const [name, dataType] of columns) if (!this.#slots.has(name)) this.#addColumn(name, dataType, false);
  }

  /** Writes out what is buffered, and ends the file when it is full. */
  flush(): void {
    if (this.#bufferedRows === 0) return;
    if (!this.#files.isOpen) this.#files.begin(this.#newPath!);
    this.#fileBytes += this.#files.bufferedBytes;
    this.#fileRows += this.#bufferedRows;
    this.#files.flush(this.#bufferedRows);
    this.#bufferedRows = 0;
    const { fileMaxItems = Infinity, fileMaxBytes = Infinity } = this.#options.rotation;
    if (this.#fileRows >= fileMaxItems || this.#fileBytes >= fileMaxBytes) this.#endFile();
  }

  /** Finishes the files of a unit. */
  endFiles(): readonly JobFileSize[] {
    this.flush();
    this.#endFile();
    const done = this.#done;
    this.#done = [];
    this.#newPath = undefined;
    return done;
  }

  #endFile(): void {
    if (this.#files.isOpen) this.#done.push(...this.#files.end());
    this.#fileRows = 0;
    this.#fileBytes = 0;
  }

  abort(): void {
    this.#files.abort();
  }

  get #arrivedRows(): number {
    return this.#rows + (this.#strict?.discardedRows ?? 0);
  }

  #place(name: string, value: PresentValue): PlacedCell | undefined {
    const { naming, detections, nowMs } = this.#options;
    return placeCell(name, value, {
      naming,
      detections,
      coerce: this.#coerce,
      nowMs,
      dataType: (column) => {
        const slot = this.#slots.get(column);
        if (slot === undefined) this.#asked?.push(column);
        return slot?.dataType;
      },
      preferredType: (column) => preferredType(this.#schema, column),
    });
  }

  /** A value without a column, or one that does not fit it: finds or makes the column that takes it. */
  #appendElsewhere(rowIndex: number, name: string, value: PresentValue, row: FlatRow): void {
    const placed = this.#place(name, value);
    if (placed === undefined) throw this.#conflict(name, value, "it does not fit the column for variants either");
    if (placed.column !== name && (row.get(placed.column) ?? null) !== null)
      throw this.#conflict(name, value, `the row has a value of its own for \`${placed.column}\`, the column for variants`);
    if (placed.column !== name && this.#required.has(name)) throw this.#valueElsewhere(name, value, placed.column);
    if (this.#asked !== undefined) this.#noteMissed(this.#asked, placed.column);
    const slot = this.#slots.get(placed.column) ?? this.#addColumn(placed.column, placed.dataType, placed.isVariant);
    try {
      slot.buffer.set(rowIndex, placed.cell);
    } catch (error) {
      throw this.#outOfRange(error, placed.column, placed.dataType, value);
    }
  }

  #noteMissed(asked: string[], found: string): void {
    for (const column of asked) if (column !== found) this.#missed.add(column);
    asked.length = 0;
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
    // Only columns with a type come here.
    const slot: Slot = { dataType: column.data_type!, buffer: this.#files.addColumn(column as JobColumn) };
    this.#slots.set(column.name, slot);
    return slot;
  }

  #missingValue(column: string): ContractViolationError {
    return new ContractViolationError({
      schemaName: this.#schema.name,
      table: this.name,
      column,
      value: null,
      rowIndex: this.#arrivedRows,
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
      rowIndex: this.#arrivedRows,
      change: `a ${given} for column \`${column}\`, which is ${known} and not nullable: the value would go to \`${variant}\` and leave \`${column}\` empty`,
      advice: `Give all rows a value of one type with .map(), declare columns: { ${column}: { dataType: ... } } before the first load, or columns: { ${column}: { nullable: true } }.`,
    });
  }

  #outOfRange(error: unknown, column: string, dataType: DataType, value: JsonValue): unknown {
    if (!(error instanceof CellRangeError)) return error;
    return this.#conflict(column, value as PresentValue, error.reason, { dataType, advice: error.advice });
  }

  #conflict(
    column: string,
    value: PresentValue,
    reason: string,
    {
      dataType = this.#slots.get(column)?.dataType ?? "text",
      advice,
    }: { readonly dataType?: DataType; readonly advice?: string | undefined } = {},
  ): TypeConflictError {
    return TypeConflictError.ofValue({
      schemaName: this.#schema.name,
      table: this.name,
      column,
      dataTypes: [dataType, valueType(value)],
      rowIndex: this.#arrivedRows,
      reason,
      advice,
    });
  }
}
