import { type CsvNumbers, fieldWriter } from "../csv/field-writer.ts";
import { storableJson, storableText } from "../csv/storable-text.ts";
import type { JobColumn, JobFormat } from "../job-format.ts";
import type { Field } from "../row-text/field-column.ts";
import type { RowLayout } from "../row-text/row-layout.ts";
import { RowTextTable } from "../row-text/row-text-table.ts";

export interface InsertValuesOptions extends CsvNumbers {
  /** How the database reads bytes from text: `\x6162`, or `\x61\x62`. */
  readonly bytesText: "hex" | "escapes";
}

/** A statement is held in memory when it is sent, and parsed as a whole. */
const maxStatementBytes = 1024 * 1024;

/**
 * Job files of one INSERT each, with `{}` where the name of the table goes, as dlt has them. Values are texts, which the database casts to the types of its
 * columns; only integers and booleans are not. Texts have no NUL, which statements cannot have.
 */
export function insertValuesJobs(options: InsertValuesOptions): JobFormat {
  const layout: RowLayout = {
    field: (column) => literalField(column, options),
    missing: "NULL",
    row: (_, fields) => `(${fields.join(",")})`,
    head: (names) => `INSERT INTO {}(${names.map((name) => `"${name.replaceAll('"', '""')}"`).join(",")})\nVALUES\n`,
    between: ",\n",
    tail: ";",
    empty: "SELECT 1 FROM {} WHERE 1 = 0;",
    maxFileBytes: maxStatementBytes,
  };
  return { name: "insert_values", isText: true, createTable: () => new RowTextTable(layout) };
}

function literalField(column: JobColumn, options: InsertValuesOptions): Field {
  const field = fieldWriter(column, options);
  switch (column.data_type) {
    case "bigint":
    case "bool":
      return field;
    case "text":
      return (cell) => (typeof cell === "string" ? literal(storableText(cell)) : field(cell));
    case "json":
      return (cell) => (typeof cell === "string" ? literal(storableJson(cell)) : field(cell));
    case "binary":
      return (cell) => `'${options.bytesText === "hex" ? field(cell) : escapes(field(cell))}'`;
    default:
      return (cell) => `'${field(cell)}'`;
  }
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Of `\x6162` makes `\x61\x62`. */
function escapes(hex: string): string {
  return hex.slice(2).replace(/../g, "\\x$&");
}
