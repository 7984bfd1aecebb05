import type { ArrowData } from "./arrow-data.ts";

/** Rows that follow each other: `from` up to and without `to`. */
export interface RowRange {
  readonly from: number;
  readonly to: number;
}

/** Some rows of an Arrow table or batch, without a copy. */
export class ArrowPart implements ArrowData {
  readonly whole: ArrowData;
  /** In order, none of them empty. */
  readonly ranges: readonly RowRange[];
  readonly numRows: number;

  constructor(whole: ArrowData, ranges: readonly RowRange[]) {
    this.whole = whole;
    this.ranges = ranges;
    this.numRows = ranges.reduce((sum, { from, to }) => sum + to - from, 0);
  }

  get schema(): ArrowData["schema"] {
    return this.whole.schema;
  }

  getChildAt(index: number): unknown {
    return this.whole.getChildAt(index);
  }
}

/** The table or batch that rows are part of. */
export function wholeOf(data: ArrowData): ArrowData {
  return data instanceof ArrowPart ? data.whole : data;
}

/** Where the rows are in the whole. */
export function rangesOf(data: ArrowData): readonly RowRange[] {
  return data instanceof ArrowPart ? data.ranges : [{ from: 0, to: data.numRows }];
}

/** Which of the rows it is that is the row at `index` of the whole. */
export function positionIn(data: ArrowData, index: number): number {
  return rangesOf(data).reduce((sum, { from, to }) => sum + Math.max(0, Math.min(index, to) - from), 0);
}

/** The data itself where it has no more than `maxRows`; else its parts, in order. */
export function partsOf(data: ArrowData, maxRows: number): readonly ArrowData[] {
  if (data.numRows <= maxRows) return [data];
  const parts: ArrowPart[] = [];
  let ranges: RowRange[] = [];
  let room = maxRows;
  for (const range of rangesOf(data)) {
    for (let { from } = range; from < range.to; ) {
      const to = Math.min(range.to, from + room);
      ranges.push({ from, to });
      room -= to - from;
      from = to;
      if (room > 0) continue;
      parts.push(new ArrowPart(wholeOf(data), ranges));
      ranges = [];
      room = maxRows;
    }
  }
  return ranges.length === 0 ? parts : [...parts, new ArrowPart(wholeOf(data), ranges)];
}
