import * as zlib from "node:zlib";
import { codec } from "./codes.ts";
import { snappy } from "./snappy.ts";

export const compressions = ["none", "snappy", "gzip", "brotli", "zstd"] as const;
export type Compression = (typeof compressions)[number];

/** What the pages of a file are packed with. */
export interface Packing {
  /** Its number in the file. */
  readonly codec: number;
  pack(bytes: Uint8Array): Uint8Array;
}

/** Undefined: pages stay as they are. */
export function packingOf(compression: Compression): Packing | undefined {
  switch (compression) {
    case "none":
      return undefined;
    case "snappy":
      return { codec: codec.snappy, pack: snappy };
    case "gzip":
      return { codec: codec.gzip, pack: (bytes) => zlib.gzipSync(bytes) };
    case "brotli":
      return { codec: codec.brotli, pack: (bytes) => zlib.brotliCompressSync(bytes, brotliOptions) };
    case "zstd":
      return { codec: codec.zstd, pack: (bytes) => zstd!(bytes) };
  }
}

/** Not every Node that leat runs on can pack so. */
export function canPack(compression: Compression): boolean {
  return compression !== "zstd" || zstd !== undefined;
}

const zstd = (zlib as { readonly zstdCompressSync?: (bytes: Uint8Array) => Uint8Array }).zstdCompressSync;

// The highest quality is Node's default, and a hundred times slower.
const brotliOptions: zlib.BrotliOptions = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } };
