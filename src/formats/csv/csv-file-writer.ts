import { ConfigError } from "../../core/errors.ts";
import type { CsvReading } from "../job-format.ts";
import { GrowingBytes } from "../parquet/growing-bytes.ts";
import { UnfinishedFile } from "../unfinished-file.ts";
import { csvHeaderField } from "./csv-field.ts";
import { type CsvFormat, csvReading } from "./csv-format.ts";
import type { FieldCursor } from "./field-cursor.ts";

/** Writes one CSV file. */
export class CsvFileWriter {
  readonly #file: UnfinishedFile;
  readonly #format: CsvFormat;
  readonly #columns: readonly string[];
  readonly #delimiter: Uint8Array;
  readonly #lineEnd: Uint8Array;
  readonly #piece = new GrowingBytes(2 * pieceBytes);
  #bytes = 0;
  #rows = 0;

  constructor(path: string, columns: readonly string[], format: CsvFormat) {
    const header = format.includeHeader ? headerOf(columns, format) : "";
    this.#format = format;
    this.#columns = columns;
    this.#delimiter = Buffer.from(format.delimiter);
    this.#lineEnd = Buffer.from(format.lineTerminator);
    this.#file = new UnfinishedFile(path);
    this.#bytes += this.#file.writeText(header, this.#isLatin1 ? "latin1" : "utf8");
  }

  get path(): string {
    return this.#file.path;
  }

  /** In the order in which the columns were named. */
  writeRows(columns: readonly FieldCursor[], rowCount: number): void {
    const piece = this.#piece;
    for (let row = 0; row < rowCount; row++) {
      for (let index = 0; index < columns.length; index++) {
        if (index > 0) this.#append(this.#delimiter);
        columns[index]!.write(row, piece);
      }
      this.#append(this.#lineEnd);
      if (piece.size >= pieceBytes) this.#writePiece();
    }
    this.#writePiece();
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

  #append(separator: Uint8Array): void {
    const piece = this.#piece;
    piece.reserve(separator.length);
    for (let index = 0; index < separator.length; index++) piece.bytes[piece.size++] = separator[index]!;
  }

  /** It ends with a row, so no character is in two. */
  #writePiece(): void {
    const bytes = this.#piece.written();
    this.#bytes += this.#isLatin1 ? this.#file.writeText(Buffer.from(bytes).toString("utf8"), "latin1") : this.#file.writeBytes(bytes);
    this.#piece.clear();
  }

  get #isLatin1(): boolean {
    return this.#format.encoding === "latin-1";
  }
}

/** Bytes per write. */
const pieceBytes = 64 * 1024;

function headerOf(columns: readonly string[], format: CsvFormat): string {
  const fields = columns.map((name) => {
    const field = csvHeaderField(name, format);
    if (field !== undefined) return field;
    throw new ConfigError(`The name of column \`${name}\` cannot be written in the encoding ${format.encoding} of CSV files. Take utf-8.`);
  });
  return fields.join(format.delimiter) + format.lineTerminator;
}
