import type { OneOrMore } from "../../schema/hint-options.ts";
import type { ResourceDefinition } from "../definition.ts";

/**
 * True for a resource whose rows may be loaded in parts as far as its cursor goes: what the cursor has passed when a part ends will not come again. That is so
 * for rows in the order of the cursor. With an open range the rest of the rows at the last value would be left out the next time, unless there can be none.
 */
export function isCuttableCursor({ incremental, parent, hints }: ResourceDefinition): boolean {
  // Over a range nothing is remembered.
  if (incremental === undefined || (incremental.endValue !== undefined && incremental.endValue !== null)) return true;
  // Each call of a transformer may begin anew.
  if (parent !== undefined || incremental.rowOrder !== "asc") return false;
  return incremental.rangeStart !== "open" || isKey(incremental.cursorPath, incremental.primaryKey ?? hints.primaryKey);
}

function isKey(path: string, key: OneOrMore<string> | undefined): boolean {
  return typeof key === "string" ? key === path : key?.length === 1 && key[0] === path;
}
