import { createHash } from "node:crypto";
import { countIn } from "./packed-hashes.ts";

/** Where chunks that are made outlast the process until their package is loaded. */
export interface ChunkFiles {
  write(id: string, bytes: Buffer): void;
}

/**
 * Hashes of border rows that are too many for the state, in chunks that never change: the state names them by digests of what they hold, so that whatever state
 * counts in the end (after a kill, an abort, on another machine) finds exactly its own.
 */
export class BorderChunks {
  /** A cursor with more hashes than this keeps them in chunks. */
  readonly limit: number;
  readonly #chunks: Map<string, Buffer>;
  readonly #files: ChunkFiles;
  readonly #made = new Set<string>();
  readonly #taken = new Set<string>();

  /** `known` are those that the state names, as far as they were found. */
  constructor(limit: number, known: ReadonlyMap<string, Buffer>, files: ChunkFiles) {
    this.limit = limit;
    this.#chunks = new Map(known);
    this.#files = files;
  }

  get(id: string): Buffer | undefined {
    return this.#chunks.get(id);
  }

  /** Takes hashes, written one behind the other, in as many chunks as it needs. */
  make(bytes: Buffer): ChunkOf[] {
    const made: ChunkOf[] = [];
    for (let at = 0; at < bytes.length; at += maxBytes) {
      // What it is cut from may grow, and then lies elsewhere.
      const chunk = Buffer.from(bytes.subarray(at, at + maxBytes));
      const id = chunkId(chunk);
      this.#chunks.set(id, chunk);
      this.#made.add(id);
      made.push({ id, count: countIn(chunk) });
    }
    return made;
  }

  /** Of the chunks that a source's state names, those that no package of this run has brought yet. They count as brought from here on. */
  takeMade(source: string, ids: readonly string[]): Map<string, Buffer> {
    const taken = new Map<string, Buffer>();
    for (const id of ids) {
      const key = JSON.stringify([source, id]);
      if (!this.#made.has(id) || this.#taken.has(key)) continue;
      this.#taken.add(key);
      const bytes = this.#chunks.get(id)!;
      this.#files.write(id, bytes);
      taken.set(id, bytes);
    }
    return taken;
  }
}

export interface ChunkOf {
  readonly id: string;
  readonly count: number;
}

/** So many hashes are in one chunk at most. */
export const maxChunkHashes = 32_768;
const maxBytes = maxChunkHashes * 9;

/** What a chunk is called by: a digest of what it holds. */
export function chunkId(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex").slice(0, 32);
}
