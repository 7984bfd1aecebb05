import type { ArrowData } from "../formats/arrow/arrow-data.ts";

/** A row of unknown shape. */
export type Loose = Record<string, unknown>;

/** What a resource may be made of. `Item` is a row, a page (array of rows), an Arrow table or batch, a promise, a thunk, or a marked item; null is skipped. */
export type Rows<Item> = Iterable<Item> | AsyncIterable<Item> | PromiseLike<Iterable<Item> | AsyncIterable<Item>>;

/** An item with hints of its own; made by `withTableName` and `withHints` (dlt: `dlt.mark`), or rows as JSON text, made by `rawJson`. */
export interface Marked<out Item> {
  readonly "~item": Item;
}

/** The row type of an item. Thunks and promises (dlt: `defer`) are evaluated concurrently; in an async generator yield thunks, since it awaits promises. */
export type RowOf<Item> = 0 extends 1 & Item
  ? Loose
  : Item extends null | undefined
    ? never
    : Item extends Marked<infer Inner>
      ? RowOf<Inner>
      : Item extends readonly (infer Inner)[]
        ? RowOf<Inner>
        : Item extends PromiseLike<infer Inner>
          ? RowOf<Inner>
          : Item extends (...args: never[]) => infer Inner
            ? RowOf<Inner>
            : Item extends ArrowData
              ? Loose
              : Item;

/** The row type of a resource: what its schema gives, else that of what it yields. */
export type RowType<Output, Item> = unknown extends Output ? RowOf<Item> : Output;

/** Rows come as something that can be iterated: sync, async, or a promise of either. */
export type Iterated = Iterable<unknown> | AsyncIterable<unknown>;

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

/** A promise of rows that fails before somebody waits for it is an error of the run that does, not one of the process. */
export function keepFailure(rows: unknown): void {
  if (isPromise(rows)) rows.then(undefined, () => {});
}

/** Anything that gives items one by one. Texts count as values, arrays are pages: the caller decides about those first. */
export function isIterated(value: unknown): value is Iterated {
  return typeof value === "object" && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value);
}
