import type { ArrowType } from "./arrow-type.ts";
import { ArrowUnsupported } from "./arrow-type.ts";

/** The buffers of a part of a column, as the Arrow format lays them out. Bitmaps count from `offset`, all else from 0. */
export interface ArrowChunk {
  readonly length: number;
  readonly offset: number;
  readonly nullCount: number;
  /** Empty or missing: no value is null. */
  readonly nullBitmap?: Uint8Array | null;
  readonly values?: ArrayBufferView & ArrayLike<number | bigint>;
  readonly valueOffsets?: ArrayLike<number | bigint>;
  readonly stride?: number;
  readonly children?: readonly ArrowChunk[];
  /** The values that a dictionary column points at. */
  readonly dictionary?: { readonly data?: readonly ArrowChunk[] };
  /** Buffers of long values of a view. */
  readonly variadicBuffers?: readonly Uint8Array[];
}

/** The parts of a column. Throws ArrowUnsupported for a library that keeps its buffers in another way. */
export function chunksOf(vector: unknown, column: string): readonly ArrowChunk[] {
  const chunks = (vector as { readonly data?: unknown } | null | undefined)?.data;
  if (!Array.isArray(chunks) || !chunks.every(isChunk))
    throw new ArrowUnsupported(
      column,
      "of a library whose buffers leat cannot read (hand it over as IPC bytes: tableFromIPC() of apache-arrow)",
    );
  return chunks;
}

/** Which values are there; undefined when all are. */
export function presenceOf(type: ArrowType, chunk: ArrowChunk): ((index: number) => boolean) | undefined {
  if (type.kind === "null") return () => false;
  const { nullBitmap, offset } = chunk;
  if (nullBitmap === undefined || nullBitmap === null || nullBitmap.length === 0 || chunk.nullCount === 0) return undefined;
  return (index) => (nullBitmap[(offset + index) >>> 3]! & (1 << ((offset + index) & 7))) !== 0;
}

function isChunk(chunk: unknown): boolean {
  const { length, offset, nullCount } = chunk as Partial<ArrowChunk>;
  return typeof length === "number" && typeof offset === "number" && typeof nullCount === "number";
}
