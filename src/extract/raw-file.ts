import { closeSync, openSync } from "node:fs";
import { writeAll } from "../core/files.ts";

/** Rows are gathered to lines of about this many bytes: long enough to write fast, short enough to hold one in memory. */
export const lineBytes: number = 128 * 1024;

/** Many tables have few rows: the room of a line grows from this. */
const firstRoom = 4096;

/** A raw file ends after about this many bytes. Each is a unit: normalized by itself, in any thread. */
const unitBytes = 16 * 1024 * 1024;

/** When a raw file ends sooner. */
export interface RawFileLimits {
  readonly fileMaxItems?: number | undefined;
  readonly fileMaxBytes?: number | undefined;
}

/**
 * The raw rows of one table: files of lines, each line a JSON array of rows (dlt's typed-jsonl).
 * Writes are synchronous: a disk that is full stops the resource that yields, and memory holds one line.
 */
export class RawFile {
  readonly #nextPath: () => string;
  readonly #close: (fd: number, path: string) => void;
  readonly #onFull: ((path: string, bytes: number) => void) | undefined;
  readonly #maxRows: number;
  readonly #maxBytes: number;
  /** So many rows there are when the file is full. */
  #fullAt: number;
  #fd: number | undefined;
  #path = "";
  /** The file at `#path` is closed and not at its end. */
  #isSuspended = false;
  #line = Buffer.allocUnsafe(firstRoom);
  #lineSize = 0;
  #fileBytes = 0;
  #files = 0;
  #bytes = 0;
  #rows = 0;

  /** `nextPath` is asked once per file; `close` ends one, and makes it survive a power cut. `onFull` hears of files that end since they are full. */
  constructor(
    nextPath: () => string,
    close: (fd: number, path: string) => void,
    limits: RawFileLimits = {},
    onFull?: (path: string, bytes: number) => void,
  ) {
    this.#nextPath = nextPath;
    this.#close = close;
    this.#onFull = onFull;
    this.#maxRows = Math.max(1, limits.fileMaxItems ?? Infinity);
    this.#maxBytes = Math.min(unitBytes, limits.fileMaxBytes ?? unitBytes);
    this.#fullAt = this.#maxRows;
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
    this.#append(rowText, 1);
  }

  /** Rows with commas between them, for the line that is gathered. Not where files end after a number of rows. */
  appendRows(rowTexts: string, count: number): void {
    this.#append(rowTexts, count);
  }

  #append(text: string, count: number): void {
    this.#reserve(text);
    this.#line[this.#lineSize] = this.#lineSize === 0 ? openBracket : comma;
    this.#lineSize += 1 + this.#line.write(text, this.#lineSize + 1);
    this.#rows += count;
    if (this.#lineSize >= lineBytes || this.#rows >= this.#fullAt) this.#writeLine();
  }

  /** Rows of a list, without its brackets: a line of their own. Not where files end after a number of rows. */
  appendJoined(rows: Uint8Array, count: number): void {
    if (this.#lineSize > 0) this.#writeLine();
    const fd = this.#openFile();
    for (const piece of [listBegin, rows, listEnd]) writeAll(fd, piece, this.#path);
    this.#rows += count;
    this.#count(rows.length + listBegin.length + listEnd.length);
  }

  /** True when files end after a number of rows. */
  get countsRows(): boolean {
    return this.#maxRows !== Infinity;
  }

  /** A file without rows: it says that the table was read and is empty. */
  ensureFile(): void {
    this.#openFile();
  }

  /** Gives back the open file and the room of a line; the next row goes on where this one ended. */
  suspend(): void {
    if (this.#lineSize > 0) this.#writeLine();
    this.#line = noRoom;
    if (this.#fd === undefined) return;
    closeSync(this.#fd);
    this.#fd = undefined;
    this.#isSuspended = true;
  }

  /** Writes what is gathered, and ends the file. */
  finish(): void {
    if (this.#lineSize > 0) this.#writeLine();
    if (this.#isSuspended) this.#openFile();
    this.#closeFile();
  }

  /** Closes without writing what is gathered. */
  abandon(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  /** Makes room for a row and what stands around it. Three bytes per UTF-16 unit are always enough; a long text is worth the exact count. */
  #reserve(rowText: string): void {
    const needed = this.#lineSize + 3 + (rowText.length < lineBytes ? rowText.length * 3 : Buffer.byteLength(rowText));
    if (needed <= this.#line.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#line.length, firstRoom));
    this.#line.copy(larger, 0, 0, this.#lineSize);
    this.#line = larger;
  }

  #writeLine(): void {
    const end = this.#lineSize + this.#line.write("]\n", this.#lineSize);
    writeAll(this.#openFile(), this.#line.subarray(0, end), this.#path);
    this.#lineSize = 0;
    // The room for one huge row is not kept.
    if (this.#line.length > 8 * lineBytes) this.#line = Buffer.allocUnsafe(firstRoom);
    this.#count(end);
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#fileBytes += bytes;
    if (this.#fileBytes >= this.#maxBytes || this.#rows >= this.#fullAt) this.#endFile();
  }

  #openFile(): number {
    if (this.#isSuspended) {
      this.#fd = openSync(this.#path, "a");
      this.#isSuspended = false;
    }
    if (this.#fd === undefined) {
      this.#path = this.#nextPath();
      this.#fd = openSync(this.#path, "wx");
      this.#files += 1;
      this.#fileBytes = 0;
    }
    return this.#fd;
  }

  /** The next row begins a file. */
  #endFile(): void {
    this.#closeFile();
    this.#fullAt = this.#rows + this.#maxRows;
    this.#onFull?.(this.#path, this.#fileBytes);
  }

  #closeFile(): void {
    if (this.#fd === undefined) return;
    const fd = this.#fd;
    this.#fd = undefined;
    this.#close(fd, this.#path);
  }
}

const noRoom = Buffer.alloc(0);
const openBracket = "[".charCodeAt(0);
const listBegin = Buffer.from("[");
const listEnd = Buffer.from("]\n");
const comma = ",".charCodeAt(0);
