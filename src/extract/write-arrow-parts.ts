import { type ArrowData, isArrowData } from "../formats/arrow/arrow-data.ts";
import { partsOf } from "../formats/arrow/arrow-part.ts";
import { type Breathe, itemsPerLook } from "./breather.ts";
import { forEachInOrder } from "./in-order.ts";

/** Rows of an Arrow table that are written in one go: with many columns some hundredths of a second. */
const partRows = 16 * 1024;

/** True for an Arrow table that takes long to write. Asked for every page: of a row it looks at one key. */
export function isLargeArrow(item: unknown): boolean {
  return ((item as Partial<ArrowData> | null | undefined)?.numRows as number) > partRows && isArrowData(item);
}

/** Writes a page that begins with an Arrow table, part by part, and lets the event loop turn between them. */
export function writeArrow(
  rows: readonly unknown[],
  write: (slice: readonly unknown[]) => void | Promise<void>,
  breathe: Breathe,
): void | Promise<void> {
  const parts = rows.flatMap<unknown>((row) => (isArrowData(row) ? partsOf(row, partRows) : [row]));
  return forEachInOrder(
    parts,
    (part) => write([part]),
    () => breathe(itemsPerLook),
  );
}
