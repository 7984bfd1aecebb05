import type { ArrowData } from "./arrow-data.ts";

/** The rows `from` to `to` of an Arrow table or batch, without a copy. */
export class ArrowPart implements ArrowData {
  readonly whole: ArrowData;
  readonly from: number;
  readonly numRows: number;

  constructor(whole: ArrowData, from: number, to: number) {
    this.whole = whole;
    this.from = from;
    this.numRows = to - from;
  }

  get schema(): ArrowData["schema"] {
    return this.whole.schema;
  }

  getChildAt(index: number): unknown {
    return this.whole.getChildAt(index);
  }
}

/** The table itself where it has no more than `maxRows`; else its parts, in order. */
export function partsOf(data: ArrowData, maxRows: number): readonly ArrowData[] {
  if (data.numRows <= maxRows) return [data];
  const count = Math.ceil(data.numRows / maxRows);
  return Array.from({ length: count }, (_, part) => new ArrowPart(data, part * maxRows, Math.min((part + 1) * maxRows, data.numRows)));
}
