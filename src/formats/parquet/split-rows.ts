import { packedLevels } from "./levels.ts";

/** The rows of one page: their definition levels, and the bytes of their values. */
export interface RowsOfPage {
  readonly rows: number;
  readonly levels: readonly Uint8Array[];
  readonly from: number;
  readonly to: number;
}

/** Distributes rows over pages whose values have about `pageSize` bytes. `bits` says which rows have a value, `endOf` where a value ends. */
export function splitRows(bits: Uint8Array, rowCount: number, pageSize: number, endOf: (offset: number) => number): readonly RowsOfPage[] {
  const pages: RowsOfPage[] = [];
  let [firstByte, from, to] = [0, 0, 0];
  // Pages begin at whole bytes of the bits.
  for (let byte = 0; byte * 8 < rowCount; byte++) {
    for (let rest = bits[byte]!; rest !== 0; rest &= rest - 1) to = endOf(to);
    const isLast = (byte + 1) * 8 >= rowCount;
    if (to - from < pageSize && !isLast) continue;
    const rows = Math.min((byte + 1) * 8, rowCount) - firstByte * 8;
    pages.push({ rows, levels: packedLevels(bits.subarray(firstByte, byte + 1)), from, to });
    [firstByte, from] = [byte + 1, to];
  }
  return pages;
}
