import { Decimal } from "decimal.js";
import { Float } from "../../core/float.ts";
import { PlainDate } from "../../core/plain-date.ts";
import { PlainDateTime } from "../../core/plain-date-time.ts";
import { PlainTime } from "../../core/plain-time.ts";
import { microsOf, Timestamp } from "../../core/timestamp.ts";
import { type ArrowChunk, chunksOf, presenceOf } from "../../formats/arrow/arrow-chunk.ts";
import type { ArrowData } from "../../formats/arrow/arrow-data.ts";
import { type ArrowType, ArrowUnsupported, readFields } from "../../formats/arrow/arrow-type.ts";
import { cellReader } from "../../formats/arrow/cell-reader.ts";
import { nestedReader } from "../../formats/arrow/nested-reader.ts";

/** A column of an Arrow table, to be read row by row: as cells, which are quick to compare, and as the values that rows have. */
export interface ArrowCells {
  readonly name: string;
  readonly type: ArrowType;
  /** Null where no value is. Throws ArrowUnsupported for a value that counts nanoseconds. */
  cellAt(row: number): unknown;
  valueOf(cell: unknown): unknown;
}

/** The columns that `isWanted`. Throws ArrowUnsupported. */
export function openCells(data: ArrowData, isWanted: (name: string) => boolean): ArrowCells[] {
  return data.schema.fields.flatMap((field, index) => {
    if (!isWanted(String((field as { readonly name: unknown }).name))) return [];
    const { name, type } = readFields([field])[0]!;
    const chunks = type.kind === "null" ? [] : chunksOf(data.getChildAt(index), name);
    return [{ name, type, cellAt: cellAt(name, type, chunks), valueOf: readerOfValues(type) }];
  });
}

/** A row as an object: for the few that are looked at one by one. */
export function rowOf(columns: readonly ArrowCells[], row: number): Map<string, unknown> {
  return new Map(columns.map((column) => [column.name, column.valueOf(column.cellAt(row))]));
}

function cellAt(name: string, type: ArrowType, chunks: readonly ArrowChunk[]): (row: number) => unknown {
  const parts: { readonly from: number; readonly to: number; readonly read: (index: number) => unknown }[] = [];
  let from = 0;
  for (const chunk of chunks) {
    parts.push({ from, to: from + chunk.length, read: presentOrNull(name, type, chunk) });
    from += chunk.length;
  }
  // Rows are mostly read in their order.
  let part = parts[0];
  return (row) => {
    if (part === undefined || row < part.from || row >= part.to) part = parts.find(({ to, from: first }) => row >= first && row < to);
    return part === undefined ? null : part.read(row - part.from);
  };
}

function presentOrNull(name: string, type: ArrowType, chunk: ArrowChunk): (index: number) => unknown {
  const isPresent = presenceOf(type, chunk);
  const read: (index: number) => unknown = isNested(type) ? nestedReader(type, chunk) : cellReader(type, chunk);
  return (index) => {
    const cell = isPresent === undefined || isPresent(index) ? read(index) : null;
    if (cell === undefined) throw new ArrowUnsupported(name, "one that counts nanoseconds, and values hold whole microseconds");
    return cell;
  };
}

function isNested(type: ArrowType): boolean {
  if (type.kind === "dictionary") return isNested(type.value);
  return "item" in type || type.kind === "struct";
}

function readerOfValues(type: ArrowType): (cell: unknown) => unknown {
  const make = makerOf(type);
  return make === undefined ? (cell) => cell : (cell) => (cell === null ? null : make(cell));
}

function makerOf(type: ArrowType): ((cell: unknown) => unknown) | undefined {
  switch (type.kind) {
    case "float":
      return (cell) => (Number.isInteger(cell) ? new Float(cell as number) : cell);
    case "decimal":
      return (cell) => new Decimal(cell as string);
    case "date":
      return (cell) => PlainDate.fromDays(cell as number);
    case "time":
      return (cell) => PlainTime.fromMicros(Number(cell));
    case "timestamp":
      return type.hasZone ? (cell) => Timestamp.fromMicros(cell as number) : (cell) => PlainDateTime.fromMicros(cell as number);
    case "dictionary":
      return makerOf(type.value);
    default:
      return undefined;
  }
}

/** A value as the cells of a type; undefined for one that cells have to become values to be compared with. */
export function cellOf(type: ArrowType, value: unknown): unknown {
  switch (type.kind) {
    case "dictionary":
      return cellOf(type.value, value);
    case "integer":
    case "float":
      return typeof value === "number" || typeof value === "bigint" ? value : value instanceof Float ? value.value : undefined;
    case "date":
      return value instanceof PlainDate ? value.days : undefined;
    case "timestamp":
      if (type.hasZone) return value instanceof Date ? microsOf(value) : undefined;
      return value instanceof PlainDateTime ? value.micros : undefined;
    case "text":
    case "large-text":
    case "text-view":
      return typeof value === "string" ? value : undefined;
    default:
      return undefined;
  }
}
