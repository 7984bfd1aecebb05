import type { Cell } from "../../schema/cell.ts";
import { type CsvNumbers, fieldWriter } from "../csv/field-writer.ts";
import type { JobColumn, JobFormat } from "../job-format.ts";
import type { Field } from "../row-text/field-column.ts";
import type { RowLayout } from "../row-text/row-layout.ts";
import { RowTextTable } from "../row-text/row-text-table.ts";

/**
 * Job files in JSON lines: an object per row, without the columns that it has no value for. Decimals and times are texts, as are
 * doubles that JSON has no number for; bytes are base64, JSON columns the value itself.
 */
export function jsonlJobs(numbers: CsvNumbers): JobFormat {
  const layout: RowLayout = {
    field: (column) => jsonField(column, numbers),
    missing: undefined,
    row: (names, fields) =>
      `{${names
        .map((name, index) => member(name, fields[index]))
        .filter(isGiven)
        .join(",")}}`,
    head: () => "",
    between: "\n",
    tail: "\n",
    empty: "",
    maxFileBytes: undefined,
  };
  return { name: "jsonl", isText: true, createTable: () => new RowTextTable(layout) };
}

function member(name: string, field: string | undefined): string {
  return field === undefined ? "" : `${jsonText(name)}:${field}`;
}

function isGiven(text: string): boolean {
  return text !== "";
}

function jsonField(column: JobColumn, numbers: CsvNumbers): Field {
  const field = fieldWriter(column, numbers);
  switch (column.data_type) {
    case "bigint":
    case "bool":
      return field;
    case "text":
      return (cell) => (typeof cell === "string" ? jsonText(cell) : field(cell));
    case "json":
      return (cell) => (typeof cell === "string" ? cell : field(cell));
    case "double":
      return (cell) => (Number.isFinite(cell) ? doubleText(field(cell)) : `"${field(cell)}"`);
    case "binary":
      return (cell) => (cell instanceof Uint8Array ? base64(cell) : field(cell));
    default:
      return (cell: Cell) => `"${field(cell)}"`;
  }
}

/** Half of a surrogate pair is U+FFFD: it has no UTF-8, and an escape of it is refused by databases. */
function jsonText(text: string): string {
  return JSON.stringify(lonely.test(text) ? Buffer.from(text).toString() : text);
}

const lonely = /\p{Surrogate}/u;

/** Readers take `-0` for an integer, which has no sign at zero. */
function doubleText(text: string): string {
  return text === "-0" ? "-0.0" : text;
}

function base64(bytes: Uint8Array): string {
  return `"${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64")}"`;
}
