import type { FieldColumn } from "../row-text/field-column.ts";
import { UnfinishedFile } from "../unfinished-file.ts";
import { quoteField } from "./quote-field.ts";

/** Writes one CSV file. */
export class CsvFileWriter {
  readonly #file: UnfinishedFile;
  #bytes = 0;
  #rows = 0;

  constructor(path: string, header: readonly string[]) {
    this.#file = new UnfinishedFile(path);
    this.#write(`${header.map(quoteField).join(",")}\n`);
  }

  get path(): string {
    return this.#file.path;
  }

  /** One column per name of the header, in its order. */
  writeRows(columns: readonly FieldColumn[], rowCount: number): void {
    const [first, ...others] = columns as [FieldColumn, ...FieldColumn[]];
    let text = "";
    for (let row = 0; row < rowCount; row++) {
      text += first.take(row) ?? "";
      for (const column of others) text += `,${column.take(row) ?? ""}`;
      text += "\n";
      if (text.length < pieceLength) continue;
      this.#write(text);
      text = "";
    }
    this.#write(text);
    this.#rows += rowCount;
  }

  /** Ends the file and gives it its name. Its content survives a power cut (the name only when the folder is synced, too). */
  close(): { bytes: number; rows: number } {
    this.#file.finish({ sync: true });
    return { bytes: this.#bytes, rows: this.#rows };
  }

  /** Removes what was written. After `close` or a first `abort` it does nothing. */
  abort(): void {
    this.#file.abort();
  }

  #write(text: string): void {
    this.#bytes += this.#file.writeText(text);
  }
}

/** Characters per write. */
const pieceLength = 64 * 1024;
