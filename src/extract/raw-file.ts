import { closeSync, fdatasyncSync, openSync } from "node:fs";
import { writeAll } from "../core/files.ts";

/** Rows are gathered to lines of about this many characters: long enough to write fast, short enough to hold one in memory. */
const lineSize = 128 * 1024;

/** A raw file ends after about this many bytes. Each is a unit: normalized by itself, in any thread. */
const unitBytes = 32 * 1024 * 1024;

/**
 * The raw rows of one table: files of lines, each line a JSON array of rows (dlt's typed-jsonl).
 * Writes are synchronous: a disk that is full stops the resource that yields, and memory holds one line.
 */
export class RawFile {
  readonly #nextPath: () => string;
  #fd: number | undefined;
  #line: string[] = [];
  #lineSize = 0;
  #fileBytes = 0;
  #files = 0;
  #bytes = 0;
  #rows = 0;

  /** `nextPath` is asked once per file. */
  constructor(nextPath: () => string) {
    this.#nextPath = nextPath;
  }

  get rows(): number {
    return this.#rows;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get files(): number {
    return this.#files;
  }

  append(rowText: string): void {
    this.#line.push(rowText);
    this.#lineSize += rowText.length + 1;
    this.#rows += 1;
    if (this.#lineSize >= lineSize) this.#writeLine();
  }

  /** A file without rows: it says that the table was read and is empty. */
  ensureFile(): void {
    this.#openFile();
  }

  /** Writes what is gathered and makes it survive a power cut. */
  finish(): void {
    if (this.#line.length > 0) this.#writeLine();
    this.#closeFile();
  }

  /** Closes without writing what is gathered. */
  abandon(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #writeLine(): void {
    const bytes = Buffer.from(`[${this.#line.join(",")}]\n`);
    this.#line = [];
    this.#lineSize = 0;
    writeAll(this.#openFile(), bytes);
    this.#bytes += bytes.length;
    this.#fileBytes += bytes.length;
    if (this.#fileBytes >= unitBytes) this.#closeFile();
  }

  #openFile(): number {
    if (this.#fd === undefined) {
      this.#fd = openSync(this.#nextPath(), "wx");
      this.#files += 1;
      this.#fileBytes = 0;
    }
    return this.#fd;
  }

  #closeFile(): void {
    if (this.#fd === undefined) return;
    fdatasyncSync(this.#fd);
    closeSync(this.#fd);
    this.#fd = undefined;
  }
}
