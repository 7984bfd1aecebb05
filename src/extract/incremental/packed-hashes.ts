/** Bytes of a hash, and characters of its text. */
const width = 9;
const textLength = 12;

/** Hashes of rows in the order in which they came, 17 bytes for each and no object: of a million a set of texts would take a hundred times as much as it has to. */
export class PackedHashes {
  #bytes = Buffer.alloc(1024 * width);
  /** Where a hash is, by its first bytes: one more than its number, 0 is none. */
  #places = new Int32Array(2048);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** False when it is there already. */
  add(text: string): boolean {
    scratch.write(text, "base64");
    return this.#add(scratch, 0);
  }

  /** Adds those that are written one behind the other. */
  addAll(bytes: Buffer): void {
    for (let at = 0; at + width <= bytes.length; at += width) this.#add(bytes, at);
  }

  /** Whether it is one of the first `among`. */
  has(text: string, among: number): boolean {
    scratch.write(text, "base64");
    const number = this.#places[this.#placeOf(scratch, 0)]!;
    return number > 0 && number <= among;
  }

  /** Those from one number up to another. */
  slice(from: number, to: number): Buffer {
    return this.#bytes.subarray(from * width, to * width);
  }

  #add(from: Buffer, at: number): boolean {
    let place = this.#placeOf(from, at);
    if (this.#places[place] !== 0) return false;
    if ((this.#size + 1) * 2 > this.#places.length) {
      this.#grow();
      place = this.#placeOf(from, at);
    }
    from.copy(this.#bytes, this.#size * width, at, at + width);
    this.#size += 1;
    this.#places[place] = this.#size;
    return true;
  }

  /** The place that has the hash, or the free one that it goes to. */
  #placeOf(from: Buffer, at: number): number {
    const mask = this.#places.length - 1;
    let place = from.readUInt32LE(at) & mask;
    for (;;) {
      const number = this.#places[place]!;
      if (number === 0) return place;
      const start = (number - 1) * width;
      if (this.#bytes.compare(from, at, at + width, start, start + width) === 0) return place;
      place = (place + 1) & mask;
    }
  }

  #grow(): void {
    const bytes = Buffer.alloc(this.#bytes.length * 2);
    this.#bytes.copy(bytes, 0, 0, this.#size * width);
    this.#bytes = bytes;
    this.#places = new Int32Array(this.#places.length * 2);
    for (let number = 1; number <= this.#size; number += 1) this.#places[this.#placeOf(bytes, (number - 1) * width)] = number;
  }
}

const scratch = Buffer.alloc(width);

/** Hashes that were written by an old dlt, or by nobody, are something else. */
export function isPackable(text: string): boolean {
  return text.length === textLength && /^[A-Za-z0-9+/]+$/.test(text);
}

/** How many hashes are written one behind the other. */
export function countIn(bytes: Buffer): number {
  return Math.floor(bytes.length / width);
}

/** Their texts. */
export function textsIn(bytes: Buffer): string[] {
  const text = bytes.toString("base64");
  return Array.from({ length: countIn(bytes) }, (_, index) => text.slice(index * textLength, (index + 1) * textLength));
}
