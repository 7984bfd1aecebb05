import { varint } from "./varint.ts";

/** Packs bytes in the Snappy format: places where four bytes or more were seen before, up to 64 kB back, are written as a reference. */
export function snappy(bytes: Uint8Array): Uint8Array {
  const out = new Output(bytes.length);
  for (let start = 0; start < bytes.length; start += blockSize) packBlock(bytes, start, Math.min(start + blockSize, bytes.length), out);
  return out.written();
}

// References reach back two bytes' worth, so they never leave a block.
const blockSize = 64 * 1024;
const hashBits = 14;

function packBlock(bytes: Uint8Array, start: number, end: number, out: Output): void {
  const seen = new Int32Array(1 << hashBits).fill(-1);
  let literal = start;
  let at = start;
  // Where nothing repeats, looks become rarer.
  let misses = 32;
  while (at + 4 <= end) {
    const word = wordAt(bytes, at);
    const slot = Math.imul(word, 0x1e35a7bd) >>> (32 - hashBits);
    const candidate = seen[slot]!;
    seen[slot] = at;
    if (candidate < 0 || wordAt(bytes, candidate) !== word) {
      at += misses++ >>> 5;
      continue;
    }
    misses = 32;
    let length = 4;
    while (at + length < end && bytes[candidate + length] === bytes[at + length]) length++;
    out.literal(bytes, literal, at);
    out.copy(at - candidate, length);
    at += length;
    literal = at;
  }
  out.literal(bytes, literal, end);
}

function wordAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

class Output {
  readonly #bytes: Uint8Array;
  #size: number;

  constructor(plainSize: number) {
    const preamble = varint(plainSize);
    // The largest result that the format allows for.
    this.#bytes = new Uint8Array(32 + plainSize + Math.ceil(plainSize / 6));
    this.#bytes.set(preamble);
    this.#size = preamble.length;
  }

  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }

  literal(bytes: Uint8Array, from: number, to: number): void {
    const length = to - from;
    if (length === 0) return;
    if (length <= 60) this.#byte((length - 1) << 2);
    else {
      const sizeBytes = length <= 0x100 ? 1 : 2;
      this.#byte((59 + sizeBytes) << 2);
      this.#byte((length - 1) & 0xff);
      if (sizeBytes === 2) this.#byte((length - 1) >>> 8);
    }
    this.#bytes.set(bytes.subarray(from, to), this.#size);
    this.#size += length;
  }

  /** A reference has 64 bytes at most. */
  copy(distance: number, length: number): void {
    for (let rest = length; rest > 0; rest -= 64) {
      this.#byte(((Math.min(rest, 64) - 1) << 2) | 2);
      this.#byte(distance & 0xff);
      this.#byte(distance >>> 8);
    }
  }

  #byte(value: number): void {
    this.#bytes[this.#size++] = value;
  }
}
