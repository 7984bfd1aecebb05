import { ConfigError } from "../../core/errors.ts";
import type { CsvReading } from "../job-format.ts";
import type { FieldColumn } from "../row-text/field-column.ts";
import { UnfinishedFile } from "../unfinished-file.ts";
import { csvHeaderField } from "./csv-field.ts";
import { type CsvFormat, csvReading } from "./csv-format.ts";

/** Writes one CSV file. */
export class CsvFileWriter {
  readonly #file: UnfinishedFile;
  readonly #format: CsvFormat;
  readonly #columns: readonly string[];
  #bytes = 0;
  #rows = 0;

  constructor(path: string, columns: readonly string[], format: CsvFormat) {
    const header = format.includeHeader ? headerOf(columns, format) : "";
    this.#format = format;
    this.#columns = columns;
    this.#file = new UnfinishedFile(path);
    this.#write(header);
  }

  get path(): string {
    return this.#file.path;
  }

  /** In the order in which the columns were named. */
  writeRows(columns: readonly FieldColumn[], rowCount: number): void {
    const [first, ...others] = columns as [FieldColumn, ...FieldColumn[]];
    const { delimiter, lineTerminator } = this.#format;
    let text = "";
    for (let row = 0; row < rowCount; row++) {
      text += first.take(row) ?? "";
      for (const column of others) text += delimiter + (column.take(row) ?? "");
      text += lineTerminator;
      if (text.length < pieceLength) continue;
      this.#write(text);
      text = "";
    }
    this.#write(text);
    this.#rows += rowCount;
  }

  /** Ends the file and gives it its name. */
  close(): { bytes: number; rows: number; csv: CsvReading | undefined } {
    this.#bytes += this.#file.endText();
    this.#file.finish();
    return { bytes: this.#bytes, rows: this.#rows, csv: csvReading(this.#format, this.#columns) };
  }

  /** Removes what was written. After `close` or a first `abort` it does nothing. */
  abort(): void {
    this.#file.abort();
  }

  #write(text: string): void {
    this.#bytes += this.#file.writeText(text, this.#format.encoding === "latin-1" ? "latin1" : "utf8");
  }
}

/** Characters per write. */
const pieceLength = 64 * 1024;

function headerOf(columns: readonly string[], format: CsvFormat): string {
  const fields = columns.map((name) => {
    const field = csvHeaderField(name, format);
    if (field !== undefined) return field;
    throw new ConfigError(`The name of column \`${name}\` cannot be written in the encoding ${format.encoding} of CSV files. Take utf-8.`);
  });
  return fields.join(format.delimiter) + format.lineTerminator;
}
