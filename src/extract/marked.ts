import type { TableHints } from "../schema/hint-options.ts";
import { checkOptions } from "./definition.ts";
import { hintNames, mergeHints } from "./resource-hints.ts";
import type { Marked, RowOf } from "./rows.ts";

/** What a mark says about its item. */
export interface Mark {
  readonly tableName?: string;
  /** Hints that hold from this item on. */
  readonly hints?: TableHints;
}

/** An item and its mark. */
export class MarkedItem<Item = unknown> implements Marked<Item> {
  readonly "~item": Item;
  readonly mark: Mark;

  constructor(item: Item, mark: Mark) {
    this["~item"] = item;
    this.mark = mark;
  }
}

/** Sends this item to another table. */
export function withTableName<Item>(item: Item, tableName: string): Marked<Item> {
  return new MarkedItem(item, { tableName });
}

/** Changes hints of the item's table from this item on; with `null` as item, only the hints. */
export function withHints<Item>(item: Item, hints: TableHints<RowOf<Item>> & { readonly tableName?: string }): Marked<Item> {
  checkOptions("withHints()", hints, hintNames);
  const { tableName, ...rest } = hints;
  return new MarkedItem(item, { hints: rest as TableHints, ...(tableName === undefined ? {} : { tableName }) });
}

/** The item inside, and all marks around it; the outer one wins. */
export function unwrap(item: MarkedItem, outer: Mark | undefined): { readonly item: unknown; readonly mark: Mark } {
  return { item: item["~item"], mark: combineMarks(item.mark, outer)! };
}

/** Both marks; where they differ the second one wins. */
export function combineMarks(first: Mark | undefined, second: Mark | undefined): Mark | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  if (first.hints === undefined || second.hints === undefined) return { ...first, ...second };
  return { ...first, ...second, hints: mergeHints(first.hints, second.hints) };
}

/** True when rows of both marks can be written together. */
export function isSameMark(first: Mark | undefined, second: Mark | undefined): boolean {
  if (first === second) return true;
  return first?.tableName === second?.tableName && isSameHints(first?.hints ?? {}, second?.hints ?? {});
}

function isSameHints(first: object, second: object): boolean {
  const keys = Object.keys(first);
  if (keys.length !== Object.keys(second).length) return false;
  return keys.every((key) => (first as Record<string, unknown>)[key] === (second as Record<string, unknown>)[key]);
}
