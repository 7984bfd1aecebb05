import { isDay } from "../../core/calendar.ts";
import { formatDays, formatMicros, formatTimeMicros } from "../../core/iso.ts";
import { microsPerDay, splitMicros } from "../../core/micros.ts";
import type { Cell } from "../../schema/cell.ts";
import { isInt64 } from "../../schema/int64.ts";
import { CellRangeError } from "../cell-range-error.ts";
import type { JobColumn } from "../job-format.ts";
import { plainDecimal } from "./plain-decimal.ts";
import type { Quote } from "./quote-field.ts";
import { storableJson, storableText } from "./storable-text.ts";

/** A cell as a field. Throws CellRangeError when the column cannot hold the cell. */
export type FieldWriter = (cell: Cell) => string;

/** Digits of columns that do not say theirs, of the destination. */
export interface CsvNumbers {
  readonly decimalPrecision: readonly [precision: number, scale: number];
  readonly weiPrecision: readonly [precision: number, scale: number];
}

/**
 * How cells of a column are written: texts and JSON as `quote` makes them, but without NUL; integers; doubles in the fewest digits that give them back; `true` and `false`;
 * `2024-01-02T03:04:05.000006+00:00`, without offset for a wall clock; `2024-01-02`; `03:04:05.000006`; decimals without exponent; bytes as `\x` and hex digits.
 */
export function fieldWriter(column: JobColumn, numbers: CsvNumbers, quote: Quote = asItIs): FieldWriter {
  const { name } = column;
  switch (column.data_type) {
    case "text":
      return (cell) => (typeof cell === "string" ? quote(storableText(cell)) : refuse(name, cell, "the value is not a text"));
    case "json":
      return (cell) => (typeof cell === "string" ? quote(storableJson(cell)) : refuse(name, cell, "the value is not a text"));
    case "bigint":
      return (cell) => integerField(name, cell);
    case "double":
      return (cell) => (typeof cell === "number" ? doubleField(cell) : refuse(name, cell, "the value is not a number"));
    case "bool":
      return (cell) => (typeof cell === "boolean" ? String(cell) : refuse(name, cell, "the value is not true or false"));
    case "timestamp":
      return timestampWriter(name, column.timezone !== false);
    case "date":
      return (cell) => (isDayCell(cell) ? formatDays(cell) : refuse(name, cell, outsideOfYears("date")));
    case "time":
      return (cell) => (isTimeCell(cell) ? formatTimeMicros(cell) : refuse(name, cell, "the value is not a time of day"));
    case "decimal":
      return decimalWriter(name, column.precision ?? numbers.decimalPrecision[0], column.scale ?? numbers.decimalPrecision[1]);
    case "wei":
      return decimalWriter(name, column.precision ?? numbers.weiPrecision[0], column.scale ?? numbers.weiPrecision[1]);
    case "binary":
      return (cell) => (cell instanceof Uint8Array ? `\\x${hex(cell)}` : refuse(name, cell, "the value is not binary"));
  }
}

function asItIs(text: string): string {
  return text;
}

function integerField(column: string, cell: Cell): string {
  if (typeof cell === "number")
    return Number.isSafeInteger(cell) ? String(cell) : refuse(column, cell, "the value is not an exact integer");
  if (typeof cell !== "bigint") return refuse(column, cell, "the value is not an integer");
  return isInt64(cell) ? String(cell) : refuse(column, cell, "the integer needs more than 64 bits");
}

/** In the fewest digits that give it back. */
export function doubleField(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function timestampWriter(column: string, offset: boolean): FieldWriter {
  const options = { offset };
  return (cell) => {
    const isCount = typeof cell === "bigint" || Number.isSafeInteger(cell);
    if (!isCount) return refuse(column, cell, "the value is not a whole count of microseconds");
    const micros = cell as number | bigint;
    return isDay(splitMicros(micros).days) ? formatMicros(micros, options) : refuse(column, cell, outsideOfYears("timestamp"));
  };
}

function decimalWriter(column: string, precision: number, scale: number): FieldWriter {
  return (cell) => {
    if (typeof cell !== "string") return refuse(column, cell, "the value is not a decimal text");
    const found = plainDecimal(cell, precision, scale);
    return found.text ?? refuse(column, cell, found.problem);
  };
}

function isDayCell(cell: Cell): cell is number {
  return Number.isInteger(cell) && isDay(cell as number);
}

function isTimeCell(cell: Cell): cell is number {
  return Number.isInteger(cell) && (cell as number) >= 0 && (cell as number) < microsPerDay;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

// CSV has ISO dates, whose years have four digits and are never negative.
function outsideOfYears(what: string): string {
  return `the ${what} lies outside of the years 1 to 9999`;
}

function refuse(column: string, value: unknown, reason: string): never {
  throw new CellRangeError({ column, value, reason });
}
