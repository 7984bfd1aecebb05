import { ConfigError } from "../../core/errors.ts";
import type { ArrowData } from "../../formats/arrow/arrow-data.ts";
import { ArrowPart, type RowRange } from "../../formats/arrow/arrow-part.ts";
import { ArrowUnsupported } from "../../formats/arrow/arrow-type.ts";
import { RowInvalidError } from "../errors.ts";
import { type ArrowCells, openCells, rowOf } from "./arrow-cells.ts";
import type { BoundCursor } from "./bound-cursor.ts";
import { type ColumnRows, filterColumn } from "./column-filter.ts";
import type { CursorRule } from "./cursor-rule.ts";
import type { Partition, Partitions } from "./partitions.ts";

/** Who decides about the rows of an Arrow table. */
export type Deciders = { readonly cursor: BoundCursor } | { readonly partitions: Partitions };

/**
 * The rows of an Arrow table that are new: the table itself when all are, undefined when none is. Columns are read where they lie; only rows at the border
 * become objects. Throws ConfigError, CursorMissingError, CursorTypeError, RowInvalidError.
 */
export function newArrowRows(data: ArrowData, rule: CursorRule, deciders: Deciders, rowIndex: number): ArrowData | undefined {
  if (data.numRows === 0) return data;
  checkRule(rule);
  try {
    const keeps = new Uint8Array(data.numRows);
    const rows = columnRows(data, rule);
    const kept =
      "cursor" in deciders ? byOne(deciders.cursor, rows, keeps) : byPartition(deciders.partitions, rows, { data, rule, keeps, rowIndex });
    if (kept === data.numRows) return data;
    return kept === 0 ? undefined : new ArrowPart(data, rangesIn(keeps));
  } catch (error) {
    if (!(error instanceof ArrowUnsupported)) throw error;
    throw new RowInvalidError({ resource: rule.resource, rowIndex, path: error.column, what: `an Arrow column ${error.what}` });
  }
}

function checkRule({ resource, path, ownFunc }: CursorRule): void {
  if (path.name === undefined)
    throw new ConfigError(`The cursorPath \`${path.text}\` of resource \`${resource}\` is no column: of Arrow tables it has to be one.`);
  if (ownFunc !== undefined)
    throw new ConfigError(
      `Resource \`${resource}\` gives Arrow tables, and has a lastValueFunc of its own: take "max" or "min", or yield rows.`,
    );
}

function byOne(cursor: BoundCursor, rows: ColumnRows, keeps: Uint8Array): number {
  const kept = filterColumn(cursor, rows, keeps);
  cursor.endPage(kept > 0);
  return kept;
}

interface Given {
  readonly data: ArrowData;
  readonly rule: CursorRule;
  readonly keeps: Uint8Array;
  readonly rowIndex: number;
}

function byPartition(partitions: Partitions, rows: ColumnRows, { data, rule, keeps, rowIndex }: Given): number {
  const name = rule.options.partitionBy as string;
  const [column] = openCells(data, (each) => each === name);
  const indices = new Map<Partition, number[]>();
  for (let row = 0; row < data.numRows; row += 1) {
    const partition = partitions.of(column?.cellAt(row), rowIndex + row);
    const known = indices.get(partition);
    if (known === undefined) indices.set(partition, [row]);
    else known.push(row);
  }
  let kept = 0;
  for (const [partition, its] of indices) {
    const passed = filterColumn(partition.cursor, { ...rows, indices: its }, keeps);
    partition.hasPassed = passed > 0;
    kept += passed;
  }
  partitions.endPage();
  return kept;
}

function columnRows(data: ArrowData, { path, key }: CursorRule): ColumnRows {
  const names = key === undefined ? undefined : [key].flat();
  // `author__id` may be the `id` in a column of documents.
  const isPartOf = (name: string): boolean => names === undefined || names.some((each) => each === name || each.startsWith(`${name}__`));
  let identity: ArrowCells[] | undefined;
  return {
    cursor: openCells(data, (name) => name === path.name)[0] ?? missing(path.text),
    indices: undefined,
    count: data.numRows,
    identityOf: (row) => {
      identity ??= openCells(data, isPartOf);
      return rowOf(identity, row);
    },
    wholeRow: (row) =>
      Object.fromEntries(
        rowOf(
          openCells(data, () => true),
          row,
        ),
      ),
  };
}

/** A column that the table does not have is one of nulls. */
function missing(name: string): ArrowCells {
  return { name, type: { kind: "null" }, cellAt: () => null, valueOf: () => null };
}

function rangesIn(keeps: Uint8Array): RowRange[] {
  const ranges: RowRange[] = [];
  for (let from = keeps.indexOf(1); from >= 0; ) {
    const end = keeps.indexOf(0, from);
    const to = end < 0 ? keeps.length : end;
    ranges.push({ from, to });
    from = keeps.indexOf(1, to);
  }
  return ranges;
}
