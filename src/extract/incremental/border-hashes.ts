import { type BorderChunks, type ChunkOf, maxChunkHashes } from "./border-chunks.ts";
import { countIn, isPackable, PackedHashes, textsIn } from "./packed-hashes.ts";

/** What a slot says of the rows at its last value. */
export interface StoredHashes {
  readonly texts: readonly string[];
  /** Chunks with more of them. */
  readonly chunks: readonly string[];
}

/** Hashes at one moment: those that come later are not among them. */
export interface KnownHashes {
  readonly size: number;
  has(text: string): boolean;
}

/** The hashes of the rows at one value: texts while they are few, bytes and chunks beyond. */
export class BorderHashes {
  readonly #chunks: BorderChunks | undefined;
  #limit: number;
  #texts: Set<string>;
  /** In place of the texts. */
  #packed: PackedHashes | undefined;
  /** They hold the first of the packed ones. */
  #stored: ChunkOf[] = [];
  /** Chunks that nobody has any more. */
  readonly lost: number;

  /** Without `chunks` all of them are texts. */
  constructor(stored: StoredHashes, chunks: BorderChunks | undefined) {
    this.#chunks = chunks;
    const found = stored.chunks.flatMap((id) => {
      const bytes = chunks?.get(id);
      return bytes === undefined ? [] : [{ id, bytes }];
    });
    this.lost = stored.chunks.length - found.length;
    const count = found.reduce((sum, { bytes }) => sum + countIn(bytes), stored.texts.length);
    const limit = chunks?.limit ?? Number.POSITIVE_INFINITY;
    // Such a set stays as it is until the cursor moves.
    this.#limit = count > limit && !stored.texts.every(isPackable) ? Number.POSITIVE_INFINITY : limit;
    if (count <= this.#limit) {
      this.#texts = new Set([...found.flatMap(({ bytes }) => textsIn(bytes)), ...stored.texts]);
      return;
    }
    this.#texts = new Set();
    const packed = new PackedHashes();
    for (const { bytes } of found) packed.addAll(bytes);
    // Chunks that share hashes would not hold the first ones: they are made anew.
    if (packed.size === count - stored.texts.length) this.#stored = found.map(({ id, bytes }) => ({ id, count: countIn(bytes) }));
    for (const text of stored.texts) packed.add(text);
    this.#packed = packed;
  }

  get size(): number {
    return this.#packed?.size ?? this.#texts.size;
  }

  /** Those that are there now. */
  known(): KnownHashes {
    const packed = this.#packed;
    if (packed === undefined) return new Set(this.#texts);
    const { size } = packed;
    return { size, has: (text) => packed.has(text, size) };
  }

  add(text: string): void {
    if (this.#packed !== undefined) return void this.#packed.add(text);
    this.#texts.add(text);
    if (this.#texts.size > this.#limit) this.#pack();
  }

  /** Begins anew. What is known of before stays. */
  clear(): void {
    this.#texts.clear();
    this.#packed = undefined;
    this.#stored = [];
    this.#limit = this.#chunks?.limit ?? Number.POSITIVE_INFINITY;
  }

  /** What the slot is to say. Chunks for what none has yet are made. */
  stored(): StoredHashes {
    if (this.#packed === undefined) return { texts: [...this.#texts], chunks: [] };
    this.#fillChunks(this.#packed, this.#chunks!);
    return { texts: [], chunks: this.#stored.map(({ id }) => id) };
  }

  #pack(): void {
    this.#packed = new PackedHashes();
    for (const text of this.#texts) this.#packed.add(text);
    this.#texts.clear();
  }

  /** The last chunks are made anew together with what follows them, if that is no less than they are: so there are few, and no hash is written often. */
  #fillChunks(packed: PackedHashes, chunks: BorderChunks): void {
    let from = this.#stored.reduce((sum, { count }) => sum + count, 0);
    if (from === packed.size) return;
    for (let last = this.#stored.at(-1); last !== undefined; last = this.#stored.at(-1)) {
      if (last.count >= maxChunkHashes || last.count > packed.size - from) break;
      from -= last.count;
      this.#stored.pop();
    }
    this.#stored.push(...chunks.make(packed.slice(from, packed.size)));
  }
}
