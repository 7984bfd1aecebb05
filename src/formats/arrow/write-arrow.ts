import { encodeJson } from "../../core/json-encode.ts";
import type { Cell } from "../../schema/cell.ts";
import { CellRangeError } from "../cell-range-error.ts";
import type { CellBuffer, JobColumn } from "../job-format.ts";
import { type ArrowChunk, chunksOf, presenceOf } from "./arrow-chunk.ts";
import type { ArrowData } from "./arrow-data.ts";
import { type ArrowField, ArrowUnsupported } from "./arrow-type.ts";
import { cellReader } from "./cell-reader.ts";
import { columnOfType } from "./column-of-type.ts";
import { cellFitter, type FitCell } from "./fit-cell.ts";
import { nestedReader } from "./nested-reader.ts";
import { writeCopies } from "./write-copies.ts";

/** Where the values of an Arrow column go. */
export interface ArrowTarget {
  /** Of the column in its table. */
  readonly index: number;
  readonly field: ArrowField;
  readonly column: JobColumn;
  readonly buffer: CellBuffer;
  /** A row without a value is refused. */
  readonly isRequired: boolean;
}

/** A value that its column cannot hold. Internal: whoever knows the table says the rest. */
export class ArrowCellError extends Error {
  readonly target: ArrowTarget;
  /** Counts the rows of the table or batch, from 0. */
  readonly rowIndex: number;
  /** The value as it was read; undefined: none is there. */
  readonly value: unknown;
  readonly reason: string;
  /** As of CellRangeError. */
  readonly advice: string | undefined;

  constructor(options: {
    readonly target: ArrowTarget;
    readonly rowIndex: number;
    readonly value: unknown;
    readonly reason: string;
    readonly advice?: string | undefined;
  }) {
    super(options.reason);
    this.target = options.target;
    this.rowIndex = options.rowIndex;
    this.value = options.value;
    this.reason = options.reason;
    this.advice = options.advice;
  }
}

/** The columns of a table or batch, each as its parts. Throws ArrowUnsupported. */
export function openColumns(data: ArrowData, fields: readonly ArrowField[]): readonly (readonly ArrowChunk[])[] {
  return fields.map(({ name, type }, index) => {
    const vector = data.getChildAt(index);
    // A column of nulls has nothing to read.
    if (type.kind === "null") return [];
    const chunks = chunksOf(vector, name);
    const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    if (length !== data.numRows) throw new ArrowUnsupported(name, `${length} values long, in a table of ${data.numRows} rows`);
    return chunks;
  });
}

/** Moves the rows `from` to `to` of one column to its buffer, where they begin at row `at`. Throws ArrowCellError. */
export function writeColumn(chunks: readonly ArrowChunk[], target: ArrowTarget, range: { from: number; to: number; at: number }): void {
  let start = 0;
  for (const chunk of chunks) {
    const [first, last] = [Math.max(range.from - start, 0), Math.min(range.to - start, chunk.length)];
    if (first < last) writeChunk(chunk, target, { first, last, shift: range.at + start - range.from, start });
    start += chunk.length;
    if (start >= range.to) return;
  }
}

interface ChunkRange {
  readonly first: number;
  readonly last: number;
  /** From an index of the chunk to a row of the buffer. */
  readonly shift: number;
  /** Row of the table where the chunk begins. */
  readonly start: number;
}

function writeChunk(chunk: ArrowChunk, target: ArrowTarget, { first, last, shift, start }: ChunkRange): void {
  if (writeCopies(chunk, target, { first, last, shift })) return;
  const { field, buffer, isRequired } = target;
  const isPresent = presenceOf(field.type, chunk);
  const read = readerOf(target, chunk);
  const convert = fitOf(target);
  for (let index = first; index < last; index++) {
    const cell = isPresent === undefined || isPresent(index) ? read(index) : null;
    if (cell === null) {
      if (isRequired) throw new ArrowCellError({ target, rowIndex: start + index, value: null, reason: "it has no value" });
      continue;
    }
    const fitted = cell === undefined || convert === undefined ? cell : convert(cell);
    if (fitted === undefined) throw refused(target, start + index, cell);
    try {
      buffer.set(shift + index, fitted);
    } catch (error) {
      if (!(error instanceof CellRangeError)) throw error;
      throw new ArrowCellError({ target, rowIndex: start + index, value: cell, reason: error.reason, advice: error.advice });
    }
  }
}

type Reader = (index: number) => Cell | null | undefined;

function readerOf({ field: { type } }: ArrowTarget, chunk: ArrowChunk): Reader {
  if (columnOfType(type)?.data_type !== "json") return cellReader(type, chunk);
  const read = nestedReader(type, chunk);
  return (index) => {
    const value = read(index);
    return value === undefined || value === null ? value : encodeJson(value);
  };
}

function fitOf({ field, column }: ArrowTarget): FitCell | undefined {
  const from = columnOfType(field.type);
  return from && cellFitter(from, column);
}

function refused(target: ArrowTarget, rowIndex: number, cell: Cell | undefined): ArrowCellError {
  const reason =
    cell === undefined ? "it counts nanoseconds, and columns hold whole microseconds" : "the value would not be the same there";
  return new ArrowCellError({ target, rowIndex, value: cell, reason });
}
