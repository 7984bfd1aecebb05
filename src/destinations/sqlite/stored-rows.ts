import { decimalFrom } from "../../core/decimal-text.ts";
import { parseIsoTime, parseStrictDateTime } from "../../core/iso.ts";
import { encodeJson } from "../../core/json.ts";
import { typeMark } from "../../core/type-mark.ts";
import { storedDecimal, storedJson } from "../../drivers/sqlite-numbers.ts";
import { storedTime, storedTimestamp } from "../../drivers/sqlite-values.ts";
import { storableText } from "../../formats/csv/storable-text.ts";
import { readRowBatches, type TextRow } from "../../formats/json-row-batches.ts";
import type { DataType } from "../../schema/data-type.ts";
import type { ColumnSchema } from "../../schema/document.ts";

/** The rows of a job file as SQLite stores them: the cells in the order of the columns. */
export async function* storedRows(columns: readonly ColumnSchema[], path: string): AsyncGenerator<readonly (readonly unknown[])[], void> {
  const cells = columns.map(cellOf);
  for await (const rows of readRowBatches(path)) yield rows.map((row) => cells.map((cell) => cell(row)));
}

type CellOf = (row: TextRow) => unknown;
/** Of a value that is neither null nor missing. */
type Convert = (value: unknown) => unknown;

function cellOf({ name, data_type: dataType = "text" }: ColumnSchema): CellOf {
  const convert = conversions[dataType];
  const read: CellOf = name in Object.prototype ? (row) => (Object.hasOwn(row, name) ? row[name] : undefined) : (row) => row[name];
  return (row) => {
    const value = read(row);
    return value === undefined || value === null ? null : convert(value);
  };
}

const conversions: Readonly<Record<DataType, Convert>> = {
  text: (value) => (typeof value === "string" ? storableText(value) : encodeJson(value)),
  bigint: (value) => (typeof value === "object" ? Number(value) : value),
  double: (value) => (typeof value === "number" ? value : Number(value)),
  bool: (value) => (value === true ? 1 : value === false ? 0 : value),
  timestamp,
  date: (value) => (typeof value === "string" ? unmarked(value) : value),
  time,
  decimal,
  wei: decimal,
  binary,
  json: (value) => storedJson(encodeJson(value)),
};

function timestamp(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const parsed = parseStrictDateTime(unmarked(value));
  return parsed === undefined ? value : storedTimestamp(parsed.micros);
}

function time(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const parsed = parseIsoTime(unmarked(value));
  return parsed === undefined ? value : storedTime(parsed.micros);
}

function decimal(value: unknown): unknown {
  const text = unmarked(String(value));
  if (plainDecimal.test(text)) return storedDecimal(text);
  const number = decimalFrom(text);
  if (number === undefined) return value;
  return number.isFinite() ? storedDecimal(number.toFixed()) : number.toNumber();
}

const plainDecimal = /^-?\d+(?:\.\d+)?$/;

function binary(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const isHex = value.charCodeAt(0) === typeMark.hexBytes;
  const text = unmarked(value);
  return isHex ? Buffer.from(text.replace(/^0x/, ""), "hex") : Buffer.from(text, "base64");
}

function unmarked(text: string): string {
  const mark = text.charCodeAt(0);
  return mark >= typeMark.decimal && mark <= typeMark.time ? text.slice(1) : text;
}
