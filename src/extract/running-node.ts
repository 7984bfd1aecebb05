import { LeatError } from "../core/errors.ts";
import type { ResourceDefinition, Step } from "./definition.ts";
import { ResourceFailedError } from "./errors.ts";
import type { GraphNode } from "./graph.ts";
import { type Limiter, mapLimited } from "./limiter.ts";
import { type Mark, MarkedItem, unwrap } from "./marked.ts";
import { OrderedWindow } from "./ordered-window.ts";
import { isIterated, isPromise } from "./rows.ts";
import { type Running, runAs } from "./running.ts";

/** What the nodes of one run share. */
export interface NodeEnvironment {
  readonly signal: AbortSignal;
  /** Promises and thunks in flight, over all resources. */
  readonly limiter: Limiter;
  readonly maxParallelItems: number;
  /** What `current` and the context of a resource reach. */
  running(node: GraphNode, signal: AbortSignal): Running;
  /** Ends the run: something failed that nobody waits for just now. */
  fail(error: unknown): void;
  /** Takes the finished rows of a resource that is loaded. */
  write(node: GraphNode, rows: readonly unknown[], mark: Mark | undefined): void | Promise<void>;
}

/** Rows that a flatMap gives are handed on in pages of this size. */
const flatMapPage = 1000;

/**
 * A resource while it runs. Rows enter by `advance` (of a root: the next item of its generator) or `feed` (of a transformer: a page of its parent),
 * go through the steps, to `write` and to the transformers below. Everything is synchronous until something is not.
 */
export class RunningNode {
  readonly definition: ResourceDefinition;
  readonly #node: GraphNode;
  readonly #children: readonly RunningNode[];
  readonly #environment: NodeEnvironment;
  readonly #running: Running;
  readonly #context: object;
  readonly #stop = new AbortController();
  readonly #window: OrderedWindow<Arrival>;
  /** What user code made to be iterated, and is not at its end. */
  readonly #generators = new Set<AsyncIterator<unknown> | Iterator<unknown>>();
  #iterator: AsyncIterator<unknown> | Iterator<unknown> | undefined;
  #taken = 0;
  #startedAt = 0;
  /** The limit is reached, or the generator ended. */
  #isDone = false;
  readonly #unordered = new Set<Promise<void>>();

  constructor(node: GraphNode, children: readonly RunningNode[], environment: NodeEnvironment) {
    this.definition = node.definition;
    this.#node = node;
    this.#children = children;
    this.#environment = environment;
    const signal = AbortSignal.any([environment.signal, this.#stop.signal]);
    const running = environment.running(node, signal);
    this.#running = running;
    this.#context = {
      get state() {
        return running.resourceState();
      },
      signal,
      resourceName: node.definition.name,
    };
    this.#window = new OrderedWindow(environment.maxParallelItems, (arrival) => this.#deliver(arrival), environment.fail);
    this.#isDone = (node.definition.limit?.maxItems ?? 1) <= 0;
  }

  /** Takes one item of a root. False when there are no more. */
  advance(): boolean | Promise<boolean> {
    if (this.#isDone) return this.#closed();
    const iterator = this.#iterator;
    if (iterator === undefined) return this.#start();
    const next = this.#user(() => iterator.next());
    return isPromise(next) ? this.#awaitNext(next as Promise<IteratorResult<unknown>>) : this.#take(next as IteratorResult<unknown>);
  }

  /** Waits until all that was taken has gone through, here and in the transformers below. */
  async finish(): Promise<void> {
    await this.#window.drain();
    while (this.#unordered.size > 0) await Promise.all(this.#unordered);
    for (const child of this.#children) await child.finish();
  }

  /** Ends the generators, here and in the transformers below, so that their `finally` blocks run. The run ends with the error that came first. */
  async close(): Promise<void> {
    this.#isDone = true;
    const inner = [...this.#generators].map(async (iterator) => this.#user(() => iterator.return?.()));
    await Promise.allSettled([(async () => this.#closed())(), ...inner, ...this.#children.map((child) => child.close())]);
  }

  /** Takes a page of the parent's rows. */
  feed(rows: readonly unknown[]): void | Promise<void> {
    const { per } = this.definition;
    if (per === "page") return this.#call(rows);
    return forEachInOrder(rows, (row) => this.#call(row));
  }

  async #start(): Promise<boolean> {
    this.#startedAt = performance.now();
    const { rows: given } = this.definition;
    const call = given as (context: object) => unknown;
    const rows = await this.#failing(typeof given === "function" ? this.#user(() => call(this.#context)) : given);
    if (!isIterated(rows))
      throw this.#failed(new TypeError(`it gave ${describe(rows)} where rows were expected: an array, an iterable or an async iterable`));
    this.#iterator = iterate(rows);
    return this.advance();
  }

  async #awaitNext(next: Promise<IteratorResult<unknown>>): Promise<boolean> {
    let result: IteratorResult<unknown>;
    try {
      result = await next;
    } catch (error) {
      throw this.#failed(error);
    }
    return this.#take(result);
  }

  #take(result: IteratorResult<unknown>): boolean | Promise<boolean> {
    if (result.done === true) {
      this.#isDone = true;
      return false;
    }
    const item = result.value;
    this.#count(item);
    const pushed = this.#window.push(this.#arrival(item, undefined));
    return pushed === undefined ? true : pushed.then(() => true);
  }

  /** Counts an item and looks at the limit; the last one allowed ends the generator and fires the signal. */
  #count(item: unknown): void {
    const { limit } = this.definition;
    if (limit === undefined || item === null || item === undefined) return;
    this.#taken += limit.countRows && Array.isArray(item) ? item.length : 1;
    if (this.#taken >= limit.maxItems || performance.now() - this.#startedAt >= limit.maxTimeMs) this.#isDone = true;
  }

  #closed(): boolean | Promise<boolean> {
    const iterator = this.#iterator;
    this.#iterator = undefined;
    if (!this.#stop.signal.aborted) this.#stop.abort();
    if (iterator?.return === undefined) return false;
    const returned = this.#user(() => iterator.return!());
    return isPromise(returned)
      ? Promise.resolve(returned).then(
          () => false,
          (error) => Promise.reject(this.#failed(error)),
        )
      : false;
  }

  /** One call of a transformer's function. */
  #call(input: unknown): void | Promise<void> {
    if (this.#isDone) return;
    if (this.#startedAt === 0) this.#startedAt = performance.now();
    const rows = this.definition.rows as (input: unknown, context: object) => unknown;
    const result = this.#environment.limiter.run(() => this.#user(() => rows(input, this.#context)));
    if (!this.definition.parallel) return this.#window.push(this.#result(result));
    const done = Promise.resolve(this.#result(result)).then((arrival) => this.#deliver(arrival));
    // One that failed stays, so that `finish` finds it.
    const tracked: Promise<void> = done.then(() => void this.#unordered.delete(tracked));
    tracked.catch(this.#environment.fail);
    this.#unordered.add(tracked);
    if (this.#unordered.size >= this.#environment.maxParallelItems) return Promise.race(this.#unordered);
  }

  #result(result: unknown): Arrival | Promise<Arrival> {
    if (!isPromise(result)) return { item: result, mark: undefined };
    return this.#failing(result).then(
      (item) => ({ item, mark: undefined }),
      (error: unknown) => ({ item: undefined, mark: undefined, failure: { error } }),
    );
  }

  /** The turn of an item of a root, or of what a call of a transformer gave; that counts towards its limit, beyond which nothing matters any more. */
  #deliver({ item, mark, failure }: Arrival): void | Promise<void> {
    if (this.definition.parent !== undefined) {
      if (this.#isBeyondLimit) return;
      if (failure !== undefined) throw failure.error;
      if (!isGenerated(item)) this.#countLast(item);
    }
    return this.#arrive(item, mark);
  }

  /** Counts an item of a transformer: the last one allowed cancels what is still on its way. */
  #countLast(item: unknown): void {
    this.#count(item);
    if (this.#isDone) this.#stop.abort();
  }

  /** An item of a generator: evaluated if it is a promise or a thunk, at once and within the limit. */
  #arrival(item: unknown, mark: Mark | undefined): Arrival | Promise<Arrival> {
    if (item instanceof MarkedItem) {
      const inner = unwrap(item, mark);
      return this.#arrival(inner.item, inner.mark);
    }
    if (typeof item === "function") {
      const evaluated = this.#environment.limiter.run(() => this.#user(() => (item as () => unknown)()));
      return isPromise(evaluated) ? this.#failing(evaluated).then((value) => ({ item: value, mark })) : { item: evaluated, mark };
    }
    if (isPromise(item)) return this.#failing(item).then((value) => ({ item: value, mark }));
    return { item, mark };
  }

  /** What came out of a generator, a thunk, a promise or a transformer: a row, a page, nothing, or more items. */
  #arrive(item: unknown, mark: Mark | undefined): void | Promise<void> {
    if (item === null || item === undefined) {
      return mark?.hints === undefined ? undefined : this.#write([], mark);
    }
    if (Array.isArray(item)) return this.#page(item, mark);
    if (isUnfinished(item)) return this.#arriveLater(this.#arrival(item, mark));
    if (isGenerated(item)) return this.#iterateInto(item, (value) => this.#arriveCounted(value, mark));
    return this.#throughSteps(0, [item], mark);
  }

  #arriveLater(arrival: Arrival | Promise<Arrival>): void | Promise<void> {
    if (isPromise(arrival)) return arrival.then((value) => this.#arrive(value.item, value.mark));
    return this.#arrive(arrival.item, arrival.mark);
  }

  /** Items of a transformer's generator count towards its limit. */
  #arriveCounted(item: unknown, mark: Mark | undefined): void | Promise<void> {
    if (this.definition.parent !== undefined) {
      if (this.#isDone) return;
      this.#countLast(item);
    }
    return this.#arriveLater(this.#arrival(item, mark));
  }

  #page(page: readonly unknown[], mark: Mark | undefined): void | Promise<void> {
    if (!page.some(isUnfinished)) return this.#throughSteps(0, page, mark);
    const arrivals: (Arrival | Promise<Arrival>)[] = [];
    for (const item of page) {
      const arrival = this.#arrival(item, mark);
      // A later thunk may throw before anybody waits for this one.
      if (isPromise(arrival)) arrival.catch(() => {});
      arrivals.push(arrival);
    }
    return Promise.all(arrivals).then(async (values) => {
      for (const value of values) await this.#arrive(value.item, value.mark);
    });
  }

  #throughSteps(from: number, rows: readonly unknown[], mark: Mark | undefined): void | Promise<void> {
    let current = rows;
    for (let i = from; i < this.definition.steps.length; i += 1) {
      const step = this.definition.steps[i]!;
      if (step.kind === "flat-map") return this.#flatMap(step, i + 1, current, mark);
      const next = step.kind === "map" ? this.#mapRows(step.change, current) : this.#filterRows(step.keep, current);
      if (isPromise(next)) return (next as Promise<unknown[]>).then((values) => this.#throughSteps(i + 1, values, mark));
      current = next as unknown[];
    }
    return this.#write(current, mark);
  }

  #mapRows(change: (row: never) => unknown, rows: readonly unknown[]): unknown[] | Promise<unknown[]> {
    return mapLimited(present(rows), this.#environment.limiter, (row) => this.#settle(this.#user(() => change(row as never))));
  }

  #filterRows(keep: (row: never) => unknown, rows: readonly unknown[]): unknown[] | Promise<unknown[]> {
    const candidates = present(rows);
    const kept = mapLimited(candidates, this.#environment.limiter, (row) => this.#settle(this.#user(() => keep(row as never))));
    const select = (flags: readonly unknown[]): unknown[] => candidates.filter((_, i) => flags[i]);
    return isPromise(kept) ? (kept as Promise<unknown[]>).then(select) : select(kept as unknown[]);
  }

  async #flatMap(step: Extract<Step, { kind: "flat-map" }>, next: number, rows: readonly unknown[], mark: Mark | undefined): Promise<void> {
    let page: unknown[] = [];
    const flush = async (): Promise<void> => {
      const full = page;
      page = [];
      if (full.length > 0) await this.#throughSteps(next, full, mark);
    };
    for (const row of present(rows)) {
      const result = await this.#settle(this.#user(() => step.change(row as never)));
      if (result === null || result === undefined) continue;
      if (!isIterated(result)) throw this.#failed(new TypeError(`flatMap() gave ${describe(result)} where rows were expected`));
      await this.#iterateInto(result, (item) => {
        if (Array.isArray(item)) for (const inner of item) page.push(inner);
        else page.push(item);
        if (page.length >= flatMapPage) return flush();
      });
    }
    await flush();
  }

  #write(rows: readonly unknown[], mark: Mark | undefined): void | Promise<void> {
    const finished = present(rows);
    if (this.#node.isLoaded) {
      const written = this.#environment.write(this.#node, finished, mark);
      if (isPromise(written)) return Promise.resolve(written).then(() => this.#feedChildren(finished));
    }
    return this.#feedChildren(finished);
  }

  #feedChildren(rows: readonly unknown[]): void | Promise<void> {
    if (this.#children.length === 0 || rows.length === 0) return;
    return forEachInOrder(this.#children, (child) => child.feed(rows));
  }

  /** Iterates what user code made, each step as that user code. */
  async #iterateInto(rows: Iterable<unknown> | AsyncIterable<unknown>, take: (item: unknown) => void | Promise<void>): Promise<void> {
    const iterator = this.#user(() => iterate(rows));
    this.#generators.add(iterator);
    for (;;) {
      const result = await this.#next(iterator);
      if (result === undefined) return;
      await take(result.value);
      if (this.#isBeyondLimit) {
        this.#generators.delete(iterator);
        return void (await this.#failing(this.#user(() => iterator.return?.())));
      }
    }
  }

  /** Undefined at the end. */
  async #next(iterator: AsyncIterator<unknown> | Iterator<unknown>): Promise<{ readonly value: unknown } | undefined> {
    try {
      const result = (await this.#failing(this.#user(() => iterator.next()))) as IteratorResult<unknown>;
      if (result.done !== true) return result;
    } catch (error) {
      if (!this.#isBeyondLimit) throw error;
    }
    this.#generators.delete(iterator);
    return undefined;
  }

  /** Of a transformer: what still comes does not matter. */
  get #isBeyondLimit(): boolean {
    return this.#isDone && this.definition.parent !== undefined;
  }

  /** Runs user code with `current` set; what it throws becomes a ResourceFailedError. */
  #user<T>(work: () => T): T {
    try {
      return runAs(this.#running, work);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  async #failing<T>(promise: T): Promise<Awaited<T>> {
    try {
      return await promise;
    } catch (error) {
      throw this.#failed(error);
    }
  }

  #settle<T>(value: T): T | Promise<Awaited<T>> {
    return isPromise(value) ? this.#failing(value) : value;
  }

  #failed(error: unknown): unknown {
    if (LeatError.is(error) || (this.#environment.signal.aborted && (error as Error | undefined)?.name === "AbortError")) return error;
    return new ResourceFailedError({ resource: this.definition.name, sourceName: this.#running.sourceName, cause: error });
  }
}

interface Arrival {
  readonly item: unknown;
  readonly mark: Mark | undefined;
  /** What the call threw that should have given the item. */
  readonly failure?: { readonly error: unknown };
}

function iterate(rows: Iterable<unknown> | AsyncIterable<unknown>): AsyncIterator<unknown> | Iterator<unknown> {
  return Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]();
}

/** Something a transformer made to be iterated: not a row that happens to be iterable, such as a typed array or a Map. */
function isGenerated(item: unknown): item is Iterable<unknown> | AsyncIterable<unknown> {
  if (!isIterated(item)) return false;
  return Symbol.asyncIterator in item || typeof (item as { next?: unknown }).next === "function" || item instanceof Set;
}

function isUnfinished(item: unknown): boolean {
  return typeof item === "function" || item instanceof MarkedItem || isPromise(item) || Array.isArray(item);
}

/** Without null and undefined; the array itself when it has none. */
function present(rows: readonly unknown[]): readonly unknown[] {
  for (const row of rows) if (row === null || row === undefined) return rows.filter((other) => other !== null && other !== undefined);
  return rows;
}

/** Calls one after the other; a promise only from the first call on that gave one. */
function forEachInOrder<T>(values: readonly T[], call: (value: T) => void | Promise<void>): void | Promise<void> {
  for (let i = 0; i < values.length; i += 1) {
    const result = call(values[i]!);
    if (result !== undefined) {
      return (async () => {
        await result;
        for (let j = i + 1; j < values.length; j += 1) await call(values[j]!);
      })();
    }
  }
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === "object" ? "a single object" : `a ${typeof value}`;
}
