import { closeSync, openSync, readSync } from "node:fs";
import type { Kernel } from "./kernel.ts";

/** Whole lines of a file, in the memory of the kernel. */
export interface Lines {
  readonly begin: number;
  readonly end: number;
}

/** So much can be looked at behind the lines. */
const slackBytes = 64;
const newline = 10;

/** Reads a file into the memory of the kernel, piece by piece. */
export class UnitBytes {
  readonly #kernel: Kernel;
  readonly #fd: number;
  #room: number;
  #block: number;
  /** Bytes of an unfinished line lie between these places of the block. */
  #from = 0;
  #to = 0;
  #isAtEnd = false;

  constructor(kernel: Kernel, path: string, chunkBytes: number) {
    this.#kernel = kernel;
    this.#room = chunkBytes;
    this.#fd = openSync(path, "r");
    this.#block = kernel.calls.allocate(this.#room + slackBytes) >>> 0;
  }

  /** Lines end in a line feed, also the last one of the file. Undefined when there are no more. They last until the next call. */
  next(): Lines | undefined {
    this.#kernel.bytes.copyWithin(this.#block, this.#block + this.#from, this.#block + this.#to);
    let size = this.#to - this.#from;
    let end = 0;
    while (end === 0 && !this.#isAtEnd) {
      if (size === this.#room) this.#grow(size);
      const read = readSync(this.#fd, this.#kernel.bytes, this.#block + size, this.#room - size, null);
      size += read;
      this.#isAtEnd = read === 0;
      if (this.#isAtEnd && size > 0) {
        // There is always room for one more in the slack.
        this.#kernel.bytes[this.#block + size] = newline;
        size += 1;
      }
      end = this.#kernel.bytes.lastIndexOf(newline, this.#block + size - 1) + 1 - this.#block;
      if (size === 0 || end < 0) end = 0;
    }
    this.#from = end;
    this.#to = size;
    return end === 0 ? undefined : { begin: this.#block, end: this.#block + end };
  }

  close(): void {
    closeSync(this.#fd);
    this.#kernel.calls.release(this.#block, this.#room + slackBytes);
  }

  #grow(size: number): void {
    const room = this.#room * 2;
    const block = this.#kernel.calls.allocate(room + slackBytes) >>> 0;
    this.#kernel.bytes.copyWithin(block, this.#block, this.#block + size);
    this.#kernel.calls.release(this.#block, this.#room + slackBytes);
    this.#room = room;
    this.#block = block;
  }
}
