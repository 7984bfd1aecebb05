/** A growing row of bits, first bit lowest: the way Parquet packs booleans and validity. */
export class Bitmap {
  #bytes = new Uint8Array(32);
  #used = 0;

  /** Bytes up to the last bit that was set. */
  get byteSize(): number {
    return this.#used;
  }

  put(index: number, bit: boolean): void {
    if (bit) this.set(index);
  }

  set(index: number): void {
    const at = index >>> 3;
    if (at >= this.#used) this.#use(at + 1);
    this.#bytes[at]! |= 1 << (index & 7);
  }

  /** Sets the bits 0 to `count` - 1. */
  setFirst(count: number): void {
    if (count === 0) return;
    const whole = count >>> 3;
    this.#use(Math.max((count + 7) >>> 3, this.#used));
    this.#bytes.fill(0xff, 0, whole);
    if (count & 7) this.#bytes[whole]! |= (1 << (count & 7)) - 1;
  }

  /** The first `count` bits in whole bytes, filled up with zeros: a view that lasts until the next change. */
  packed(count: number): Uint8Array {
    const size = (count + 7) >>> 3;
    if (size > this.#used) this.#use(size);
    return this.#bytes.subarray(0, size);
  }

  clear(): void {
    this.#bytes.fill(0, 0, this.#used);
    this.#used = 0;
  }

  #use(size: number): void {
    if (size > this.#bytes.length) {
      const next = new Uint8Array(Math.max(this.#bytes.length * 2, size));
      next.set(this.#bytes);
      this.#bytes = next;
    }
    this.#used = size;
  }
}
