import { type Mark, MarkedItem, unwrap } from "./marked.ts";
import type { NodeEnvironment } from "./node-environment.ts";
import { OrderedWindow } from "./ordered-window.ts";
import { RawJson, rawJsonRows } from "./raw-json.ts";
import { isIterated, isPromise } from "./rows.ts";
import type { UserCode } from "./user-code.ts";

/** An item, evaluated, and what its marks say. */
export interface Arrival {
  readonly item: unknown;
  readonly mark: Mark | undefined;
  /** What the call threw that should have given the item. */
  readonly failure?: { readonly error: unknown };
}

/** Takes rows that belong together; none at all when a mark only gives hints. */
export type Sink = (rows: readonly unknown[], mark: Mark | undefined) => void | Promise<void>;

/** Turns what a resource's code gives (rows, pages, promises, thunks, marked items, generators) into rows. Synchronous until something is not. */
export class Arrivals {
  readonly #code: UserCode;
  readonly #environment: NodeEnvironment;
  readonly #parsesFor: string | undefined;
  /** What user code made to be iterated, and is not at its end. */
  readonly #open = new Set<AnyIterator>();

  /** `parsesFor`: the resource's code, or that of others, looks at its rows, so JSON text is parsed. */
  constructor(code: UserCode, environment: NodeEnvironment, parsesFor?: string) {
    this.#code = code;
    this.#environment = environment;
    this.#parsesFor = parsesFor;
  }

  /** An item of a generator: evaluated if it is a promise or a thunk, at once and within the limit. */
  evaluate(item: unknown, mark: Mark | undefined): Arrival | Promise<Arrival> {
    if (item instanceof RawJson) return { item, mark };
    if (item instanceof MarkedItem) {
      const inner = unwrap(item, mark);
      return this.evaluate(inner.item, inner.mark);
    }
    if (typeof item === "function") {
      const evaluated = this.#environment.limiter.run(() => this.#code.run(() => (item as () => unknown)()));
      return isPromise(evaluated) ? this.#code.failing(evaluated).then((value) => ({ item: value, mark })) : { item: evaluated, mark };
    }
    if (isPromise(item)) return this.#code.failing(item).then((value) => ({ item: value, mark }));
    return { item, mark };
  }

  /** What came out of a generator, a thunk, a promise or a transformer: a row, a page, nothing, or more items. */
  arrive(item: unknown, mark: Mark | undefined, sink: Sink): void | Promise<void> {
    if (item === null || item === undefined) return mark?.hints === undefined ? undefined : sink([], mark);
    if (Array.isArray(item)) return this.#page(item, mark, sink);
    if (isUnevaluated(item)) return this.#arriveLater(this.evaluate(item, mark), sink);
    if (item instanceof RawJson) return sink(this.#parsesFor === undefined ? [item] : rawJsonRows(item, this.#parsesFor), mark);
    if (isGenerated(item)) return this.#generated(item, mark, sink);
    return sink([item], mark);
  }

  /** Where promises and thunks wait for their turn while the code that yields them goes on. */
  window(deliver: (arrival: Arrival) => void | Promise<void>): OrderedWindow<Arrival> {
    return new OrderedWindow(this.#environment.maxParallelItems, deliver, this.#environment.fail);
  }

  /**
   * Iterates what user code made, each step as that user code. Once `isOver` it is ended early, after `drain`;
   * what it throws then does not matter.
   */
  async iterate(
    rows: Iterable<unknown> | AsyncIterable<unknown>,
    take: (item: unknown) => void | Promise<void>,
    { isOver = never, drain }: { readonly isOver?: () => boolean; readonly drain: () => void | Promise<void> },
  ): Promise<void> {
    const iterator = this.#code.run(() => iterateRows(rows));
    this.#open.add(iterator);
    for (;;) {
      const result = await this.#next(iterator, isOver);
      if (result === undefined) return await drain();
      const pause = take(result.value) ?? this.#environment.breathe();
      if (pause !== undefined) await pause;
      if (isOver()) {
        await drain();
        this.#open.delete(iterator);
        return void (await this.#code.failing(this.#code.run(() => iterator.return?.())));
      }
    }
  }

  /** Ends what is iterated, so that `finally` blocks run. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.#open].map(async (iterator) => this.#code.run(() => iterator.return?.())));
  }

  #arriveLater(arrival: Arrival | Promise<Arrival>, sink: Sink): void | Promise<void> {
    if (isPromise(arrival)) return arrival.then((value) => this.arrive(value.item, value.mark, sink));
    return this.arrive(arrival.item, arrival.mark, sink);
  }

  #page(page: readonly unknown[], mark: Mark | undefined, sink: Sink): void | Promise<void> {
    if (!page.some(isUnfinished)) return sink(page, mark);
    const arrivals: (Arrival | Promise<Arrival>)[] = [];
    for (const item of page) {
      const arrival = this.evaluate(item, mark);
      // A later thunk may throw before anybody waits for this one.
      if (isPromise(arrival)) arrival.catch(() => {});
      arrivals.push(arrival);
    }
    return Promise.all(arrivals).then(async (values) => {
      for (const value of values) await this.arrive(value.item, value.mark, sink);
    });
  }

  #generated(rows: Iterable<unknown> | AsyncIterable<unknown>, mark: Mark | undefined, sink: Sink): Promise<void> {
    const window = this.window((arrival) => this.arrive(arrival.item, arrival.mark, sink));
    return this.iterate(rows, (item) => window.push(this.evaluate(item, mark)), { drain: () => window.drain() });
  }

  /** Undefined at the end. */
  async #next(iterator: AnyIterator, isOver: () => boolean): Promise<{ readonly value: unknown } | undefined> {
    try {
      const result = (await this.#code.failing(this.#code.run(() => iterator.next()))) as IteratorResult<unknown>;
      if (result.done !== true) return result;
    } catch (error) {
      if (!isOver()) throw error;
    }
    this.#open.delete(iterator);
    return undefined;
  }
}

export type AnyIterator = AsyncIterator<unknown> | Iterator<unknown>;

export function iterateRows(rows: Iterable<unknown> | AsyncIterable<unknown>): AnyIterator {
  return Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]();
}

/** Something a transformer made to be iterated: not a row that happens to be iterable, such as a typed array or a Map. */
export function isGenerated(item: unknown): item is Iterable<unknown> | AsyncIterable<unknown> {
  if (!isIterated(item)) return false;
  return Symbol.asyncIterator in item || typeof (item as { next?: unknown }).next === "function" || item instanceof Set;
}

export function isUnevaluated(item: unknown): boolean {
  return typeof item === "function" || (item instanceof MarkedItem && !(item instanceof RawJson)) || isPromise(item);
}

function isUnfinished(item: unknown): boolean {
  return typeof item === "function" || item instanceof MarkedItem || isPromise(item) || Array.isArray(item);
}

const never = (): boolean => false;
