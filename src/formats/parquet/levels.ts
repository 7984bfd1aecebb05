import { varint } from "./varint.ts";

/**
 * Definition levels of a flat, optional column: 1 where a row has a value, 0 where it has none, in Parquet's mix of
 * runs (run-length, or bit-packed), behind their size in four bytes.
 */
export function runLevels(runs: readonly { readonly level: 0 | 1; readonly rows: number }[]): Uint8Array[] {
  const body: number[] = [];
  for (const { level, rows } of runs) body.push(...varint(rows * 2), level);
  return [withSize(body, body.length)];
}

/** The same from one bit per row. */
export function packedLevels(bits: Uint8Array): Uint8Array[] {
  const header = varint(bits.length * 2 + 1);
  return [withSize(header, header.length + bits.length), bits];
}

function withSize(body: readonly number[], size: number): Uint8Array {
  const bytes = Buffer.from([0, 0, 0, 0, ...body]);
  bytes.writeUInt32LE(size);
  return bytes;
}
