import { compareCodePoints } from "../../core/code-points.ts";
import { type ArrowCells, cellOf } from "./arrow-cells.ts";
import type { BoundCursor } from "./bound-cursor.ts";
import { compareValues } from "./cursor-value.ts";

/** Rows of an Arrow table, and how to read those that are looked at one by one. */
export interface ColumnRows {
  readonly cursor: ArrowCells;
  /** Undefined: all. */
  readonly indices: readonly number[] | undefined;
  readonly count: number;
  /** What tells a row apart. */
  identityOf(row: number): unknown;
  /** The row, to be shown in an error. */
  wholeRow(row: number): unknown;
}

/** Marks in `keeps` the rows that are new to a cursor, and moves it. Answers with their number. Throws CursorMissingError, CursorTypeError. */
export function filterColumn(bound: BoundCursor, rows: ColumnRows, keeps: Uint8Array): number {
  const { cursor: column, indices, count } = rows;
  const { direction, isEndOpen } = bound.rule;
  const first = firstValue(rows);
  if (first !== undefined) bound.adaptTo(first);
  const fromStart = bound.start === null ? undefined : comparer(column, bound.start);
  const fromEnd = bound.end === null ? undefined : comparer(column, bound.end);
  const compare = cellComparer(column);
  let best: unknown;
  let atBest: number[] = [];
  let kept = 0;
  const total = indices?.length ?? count;
  for (let at = 0; at < total; at += 1) {
    const row = indices === undefined ? at : indices[at]!;
    const cell = column.cellAt(row);
    if (cell === null) {
      if (!bound.passesWithout(() => rows.wholeRow(row), true)) continue;
      keeps[row] = 1;
      kept += 1;
      continue;
    }
    if (fromEnd !== undefined) {
      const order = direction * fromEnd(cell);
      if (Number.isNaN(order)) throw bound.typeError(plainNumber(column.valueOf(cell)), rows.wholeRow(row), "endValue");
      if (order > 0 || (isEndOpen && order === 0)) {
        bound.endOutOfRange = true;
        continue;
      }
    }
    if (fromStart !== undefined) {
      const order = direction * fromStart(cell);
      if (Number.isNaN(order)) throw bound.typeError(plainNumber(column.valueOf(cell)), rows.wholeRow(row), "start");
      if (order < 0) {
        bound.startOutOfRange = true;
        continue;
      }
      if (order === 0 && bound.isKnownAtStart(() => rows.identityOf(row))) continue;
    }
    const order = best === undefined ? 1 : direction * compare(cell, best);
    if (Number.isNaN(order) || (best === undefined && Number.isNaN(compare(cell, cell))))
      throw bound.typeError(plainNumber(column.valueOf(cell)), rows.wholeRow(row));
    if (order > 0 && isInfinite(cell) && bound.isAhead(cell)) throw bound.typeError(cell, rows.wholeRow(row));
    keeps[row] = 1;
    kept += 1;
    if (order < 0) continue;
    if (order > 0) {
      best = cell;
      if (bound.deduplicates) atBest = [row];
    } else if (bound.deduplicates) atBest.push(row);
  }
  if (best !== undefined) bound.reach(plainNumber(column.valueOf(best)), atBest.map(rows.identityOf));
  return kept;
}

function firstValue({ cursor, indices, count }: ColumnRows): unknown {
  const total = indices?.length ?? count;
  for (let at = 0; at < total; at += 1) {
    const cell = cursor.cellAt(indices === undefined ? at : indices[at]!);
    if (cell !== null) return cursor.valueOf(cell);
  }
  return undefined;
}

function isInfinite(cell: unknown): boolean {
  return cell === Number.POSITIVE_INFINITY || cell === Number.NEGATIVE_INFINITY;
}

type Order = (cell: unknown) => number;

/** How a cell stands to a value: straight, where both are numbers or texts. */
function comparer(column: ArrowCells, value: unknown): Order {
  const bound = cellOf(column.type, value);
  if (bound === undefined) return (cell) => compareValues(column.valueOf(cell), value);
  if (typeof bound === "string") return (cell) => (cell === bound ? 0 : compareCodePoints(cell as string, bound));
  return (cell) => compareNumbers(cell as number, bound as number);
}

function cellComparer(column: ArrowCells): (a: unknown, b: unknown) => number {
  switch (column.type.kind) {
    case "integer":
    case "float":
    case "date":
    case "time":
    case "timestamp":
      return (a, b) => compareNumbers(a as number, b as number);
    default:
      return (a, b) => compareValues(column.valueOf(a), column.valueOf(b));
  }
}

/** Numbers and bigints, in any mixture; NaN where one is NaN. */
function compareNumbers(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : a >= b ? 0 : Number.NaN;
}

/** A cursor is a number to those who read it, also where the column has fractions. */
function plainNumber(value: unknown): unknown {
  return typeof value === "object" && value !== null && "value" in value && typeof value.value === "number" ? value.value : value;
}
