import { closeSync, openSync, rmSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { writeAll } from "../core/files.ts";
import { moveFile } from "../core/move-file.ts";

/** A file that grows as `<path>.tmp` and gets its name when it is whole. */
export class UnfinishedFile {
  readonly path: string;
  readonly temporaryPath: string;
  readonly fd: number;
  #isOpen = true;
  #isDone = false;
  #hasText = false;

  constructor(path: string) {
    this.path = path;
    this.temporaryPath = `${path}.tmp`;
    this.fd = openSync(this.temporaryPath, "w");
  }

  /** Writes a text, packed when the name ends in `.gz` (pieces that are packed one by one are one file), and answers with its bytes on disk. */
  writeText(text: string, encoding: "utf8" | "latin1" = "utf8"): number {
    return text === "" ? 0 : this.#writePiece(Buffer.from(text, encoding));
  }

  /** As `writeText`, for what is bytes already. */
  writeBytes(bytes: Uint8Array): number {
    return bytes.length === 0 ? 0 : this.#writePiece(bytes);
  }

  /** Nothing that is packed is more than no bytes at all, which readers refuse. Answers with what was written for that. */
  endText(): number {
    return this.#hasText || !this.#isPacked ? 0 : this.#writePiece(Buffer.alloc(0));
  }

  /** Lets `end` write what is missing, and gives the file its name. */
  finish(end: () => void = () => {}): void {
    try {
      end();
      this.#close();
      moveFile(this.temporaryPath, this.path);
      this.#isDone = true;
    } catch (error) {
      this.abort();
      throw error;
    }
  }

  /** Removes what was written. After `finish` or a first `abort` it does nothing. */
  abort(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    if (this.#isOpen) this.#close();
    rmSync(this.temporaryPath, { force: true });
  }

  get #isPacked(): boolean {
    return this.path.endsWith(".gz");
  }

  #writePiece(plain: Uint8Array): number {
    const bytes = this.#isPacked ? gzipSync(plain) : plain;
    writeAll(this.fd, bytes, this.temporaryPath);
    this.#hasText = true;
    return bytes.length;
  }

  #close(): void {
    this.#isOpen = false;
    closeSync(this.fd);
  }
}
