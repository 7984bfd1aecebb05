import { InternalError } from "../../core/errors.ts";

/** Bytes that are written one after the other. Callers write into `bytes` or `view` behind `size`, after `reserve`, and then move `size`. */
export class GrowingBytes {
  bytes: Buffer;
  /** The same memory. Both are replaced when the room grows: never keep them. */
  view: DataView;
  /** Bytes written so far. */
  size = 0;

  constructor(room = 256) {
    this.bytes = Buffer.allocUnsafeSlow(room);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes sure that `more` bytes fit behind `size`. */
  reserve(more: number): void {
    const needed = this.size + more;
    if (needed > this.bytes.length) this.#grow(needed);
  }

  /** What was written: a view that lasts until the next write. */
  written(): Uint8Array {
    return this.bytes.subarray(0, this.size);
  }

  /** Forgets what was written, keeps the room. */
  clear(): void {
    this.size = 0;
  }

  #grow(needed: number): void {
    if (needed > maxSize) throw new InternalError(`A column of one row group is larger than ${maxSize} bytes.`);
    const next = Buffer.allocUnsafeSlow(Math.min(Math.max(this.bytes.length * 2, needed), maxSize));
    this.bytes.copy(next, 0, 0, this.size);
    this.bytes = next;
    this.view = new DataView(next.buffer);
  }
}

/** A page states its size in 31 bits. */
const maxSize = 0x7fff_ffff;
