import { createHash } from "node:crypto";
import { finished } from "node:stream/promises";
import { createDeflate, type Deflate, deflateSync, inflateSync } from "node:zlib";

/** SHA3-256 as padded base64, 44 characters: state and schema hashes. */
export function sha3Base64(data: string | Uint8Array): string {
  return createHash("sha3-256").update(data).digest("base64");
}

/** The same of a text that comes in pieces. */
export function sha3Base64Of(pieces: (write: (piece: string) => void) => void): string {
  const hash = createHash("sha3-256");
  pieces((piece) => void hash.update(piece));
  return hash.digest("base64");
}

/** The first `bytes` bytes of SHAKE-128 as base64 without padding: row ids (10 bytes, 14 characters), incremental hashes (9 bytes, 12 characters). */
export function digest128(text: string, bytes: number): string {
  return createHash("shake128", { outputLength: bytes }).update(text).digest("base64").replace(/=+$/, "");
}

/** Base64 of a zlib stream of the text. Its bytes differ from Python's for the same text: compare only what it decompresses to. */
export function compressText(text: string | Uint8Array): string {
  return deflateSync(text, { level }).toString("base64");
}

// The highest level takes up to five times as long for a hundredth less; those below give up much more.
const level = 7;

/** A compressed text in two parts: the first is compressed on another thread, also while this one is busy. */
export class CompressedText {
  readonly #stream: Deflate;
  readonly #chunks: Buffer[] = [];

  /** `bytes` is about the length of the text. */
  constructor(bytes: number) {
    // A chunk that is full would have to wait for this thread.
    this.#stream = createDeflate({ level, chunkSize: Math.max(65_536, bytes) });
    this.#stream.on("data", (chunk: Buffer) => void this.#chunks.push(chunk));
  }

  write(text: Uint8Array): void {
    this.#stream.write(text);
  }

  async end(text: Uint8Array): Promise<string> {
    this.#stream.end(text);
    await finished(this.#stream);
    return Buffer.concat(this.#chunks).toString("base64");
  }

  discard(): void {
    this.#stream.destroy();
  }
}

/** The text of a compressed text. Throws when it is not strict base64 or not a zlib stream. */
export function decompressText(compressed: string): string {
  return decompress(compressed).toString("utf8");
}

/** The bytes of the text, in UTF-8. */
export function decompress(compressed: string): Buffer {
  if (compressed.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(compressed)) throw new RangeError("The compressed text is not base64.");
  return inflateSync(Buffer.from(compressed, "base64"));
}
