import { isArrowData } from "../formats/arrow/arrow-data.ts";
import type { Limit } from "./definition.ts";

/** Counts what is taken of a resource, up to its limit. */
export class Taken {
  readonly #limit: Limit;
  #items = 0;
  #rows = 0;
  #startedAt: number | undefined;

  constructor(limit: Limit | undefined) {
    this.#limit = limit ?? unlimited;
  }

  /** The time of the limit begins now, if it has not. */
  start(): void {
    this.#startedAt ??= performance.now();
  }

  count(item: unknown): void {
    if (item === null || item === undefined) return;
    this.#items += 1;
    this.#rows += Array.isArray(item) ? item.length : this.#limit === unlimited || !isArrowData(item) ? 1 : item.numRows;
  }

  /** True when no more may be taken. Time is looked at only after an item. */
  get isEnough(): boolean {
    const { maxItems, maxRows, maxTimeMs } = this.#limit;
    if (this.#items >= maxItems || this.#rows >= maxRows) return true;
    return this.#items > 0 && maxTimeMs !== Number.POSITIVE_INFINITY && performance.now() - (this.#startedAt ?? 0) >= maxTimeMs;
  }
}

const unlimited: Limit = {
  maxItems: Number.POSITIVE_INFINITY,
  maxRows: Number.POSITIVE_INFINITY,
  maxTimeMs: Number.POSITIVE_INFINITY,
};
