import { closeSync, fdatasyncSync, openSync, renameSync, rmSync } from "node:fs";
import { writeAll } from "../../core/files.ts";
import type { CsvColumn } from "./csv-column.ts";
import { quoteField } from "./quote-field.ts";

/** Writes one CSV file. It grows as `<path>.tmp` and gets its name when it is whole. */
export class CsvFileWriter {
  readonly path: string;
  readonly #temporaryPath: string;
  readonly #fd: number;
  #bytes = 0;
  #rows = 0;
  #isOpen = true;
  #isDone = false;

  constructor(path: string, header: readonly string[]) {
    this.path = path;
    this.#temporaryPath = `${path}.tmp`;
    this.#fd = openSync(this.#temporaryPath, "w");
    this.#write(`${header.map(quoteField).join(",")}\n`);
  }

  /** One column per name of the header, in its order. */
  writeRows(columns: readonly CsvColumn[], rowCount: number): void {
    const [first, ...others] = columns as [CsvColumn, ...CsvColumn[]];
    let text = "";
    for (let row = 0; row < rowCount; row++) {
      text += first.take(row);
      for (const column of others) text += `,${column.take(row)}`;
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
    try {
      fdatasyncSync(this.#fd);
      this.#closeFile();
      renameSync(this.#temporaryPath, this.path);
      this.#isDone = true;
    } catch (error) {
      this.abort();
      throw error;
    }
    return { bytes: this.#bytes, rows: this.#rows };
  }

  /** Removes what was written. After `close` or a first `abort` it does nothing. */
  abort(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    if (this.#isOpen) this.#closeFile();
    rmSync(this.#temporaryPath, { force: true });
  }

  #write(text: string): void {
    const bytes = Buffer.from(text);
    writeAll(this.#fd, bytes, this.#temporaryPath);
    this.#bytes += bytes.length;
  }

  #closeFile(): void {
    this.#isOpen = false;
    closeSync(this.#fd);
  }
}

/** Characters per write. */
const pieceLength = 64 * 1024;
