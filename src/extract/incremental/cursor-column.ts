import { cursorColumn, type HintNaming } from "../../schema/hints.ts";
import type { TableUpdate } from "../../schema/update.ts";
import type { IncrementalOptions } from "./incremental-options.ts";

/** The hints of a table, with the column of the cursor marked as such, as dlt does. A path into nested values has none. */
export function withCursorColumn<Hints extends TableUpdate>(
  hints: Hints,
  incremental: IncrementalOptions | undefined,
  naming: HintNaming,
): Hints {
  if (incremental === undefined) return hints;
  const [name, column] = Object.entries(cursorColumn(incremental.cursorPath, naming))[0] ?? [];
  if (name === undefined) return hints;
  return { ...hints, columns: { ...hints.columns, [name]: { ...hints.columns?.[name], ...column } } };
}
