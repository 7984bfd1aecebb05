import { isArrowData } from "../formats/arrow/arrow-data.ts";
import { type AnyIterator, type Arrival, Arrivals, isGenerated, isUnevaluated, iterateRows, type Sink } from "./arrivals.ts";
import type { ResourceDefinition } from "./definition.ts";
import type { GraphNode } from "./graph.ts";
import { forEachInOrder, forEachSlice } from "./in-order.ts";
import { BoundIncremental } from "./incremental/bound-incremental.ts";
import { IncrementalStep } from "./incremental/incremental-step.ts";
import { keepFailures } from "./keep-failures.ts";
import type { Mark } from "./marked.ts";
import type { NodeEnvironment } from "./node-environment.ts";
import type { OrderedWindow } from "./ordered-window.ts";
import { RowSteps } from "./row-steps.ts";
import { RowValidator } from "./row-validator.ts";
import { isIterated, isPromise } from "./rows.ts";
import type { Running } from "./running.ts";
import { Taken } from "./taken.ts";
import { UserCode } from "./user-code.ts";
import { isLargeArrow, writeArrow } from "./write-arrow-parts.ts";

/**
 * A resource while it runs. Rows enter by `advance` (of a root: the next item of its generator) or `feed` (of a transformer: a page of its parent),
 * go through the steps, to `write` and to the transformers below. Everything is synchronous until something is not.
 */
export class RunningNode {
  readonly definition: ResourceDefinition;
  readonly node: GraphNode;
  readonly #children: readonly RunningNode[];
  readonly #environment: NodeEnvironment;
  readonly #code: UserCode;
  readonly #context: object;
  readonly #arrivals: Arrivals;
  readonly #steps: RowSteps;
  readonly #incremental: BoundIncremental | undefined;
  readonly #stop = new AbortController();
  readonly #window: OrderedWindow<Arrival>;
  readonly #taken: Taken;
  #iterator: AnyIterator | undefined;
  /** The limit is reached, or the generator ended. */
  #isDone: boolean;
  #hasTaken = false;
  /** Items of a transformer that were counted and have not gone through yet. */
  #underWay = 0;
  readonly #unordered = new Set<Promise<void>>();

  constructor(node: GraphNode, children: readonly RunningNode[], environment: NodeEnvironment) {
    const { definition } = node;
    this.definition = definition;
    this.node = node;
    this.#children = children;
    this.#environment = environment;
    const signal = AbortSignal.any([environment.signal, this.#stop.signal]);
    const bare = environment.running(node, signal);
    const incremental = boundIncremental(definition, bare, environment);
    this.#incremental = incremental;
    const running = incremental === undefined ? bare : { ...bare, incremental };
    this.#context = {
      get state() {
        return running.resourceState();
      },
      incremental,
      signal,
      resourceName: definition.name,
    };
    this.#code = new UserCode(definition.name, running, environment.signal);
    this.#arrivals = new Arrivals(this.#code, environment, looksAtRows(node, environment) ? definition.name : undefined);
    this.#steps = new RowSteps(definition.steps, this.#code, this.#arrivals, environment, this.#lastStep());
    this.#window = this.#arrivals.window((arrival) => this.#deliver(arrival));
    this.#taken = new Taken(definition.limit);
    this.#isDone = this.#taken.isEnough;
  }

  /** Takes one item of a root. False when there are no more. */
  advance(): boolean | Promise<boolean> {
    if (this.#needsNoMore) return this.#end();
    const iterator = this.#iterator;
    if (iterator === undefined) return this.#start();
    const next = this.#code.run(() => iterator.next());
    return isPromise(next) ? this.#awaitNext(next as Promise<IteratorResult<unknown>>) : this.#take(next as IteratorResult<unknown>);
  }

  /** An item of a root was taken. */
  get hasTaken(): boolean {
    return this.#hasTaken;
  }

  /** Takes no more of a root, ends its generator once all has gone through, and fires its signal. True when there may be more. */
  async endEarly(): Promise<boolean> {
    const isOver = this.#needsNoMore;
    this.#isDone = true;
    await this.finish();
    await this.#closed();
    return !isOver;
  }

  /** Waits until all that was taken has gone through, here and in the transformers below. */
  async finish(): Promise<void> {
    await this.#window.drain();
    while (this.#unordered.size > 0) await Promise.all(this.#unordered);
    this.#incremental?.settle();
    for (const child of this.#children) await child.finish();
  }

  /** Ends the generators, here and in the transformers below, so that their `finally` blocks run. The run ends with the error that came first. */
  async close(): Promise<void> {
    this.#isDone = true;
    await Promise.allSettled([this.#closed(), this.#arrivals.close(), ...this.#children.map((child) => child.close())]);
  }

  /** Takes a page of the parent's rows. */
  feed(rows: readonly unknown[]): void | Promise<void> {
    const { per } = this.definition;
    if (per === "page") return this.#call(rows);
    return forEachInOrder(rows, (row) => this.#call(row), this.#environment.breathe);
  }

  /** Nothing that may still come matters: the limit is reached, or that of all transformers below when these rows only feed them. */
  get #needsNoMore(): boolean {
    if (this.#isDone) return true;
    return !this.node.isLoaded && this.#children.length > 0 && this.#children.every((child) => child.#needsNoMore);
  }

  /** A limit, here or below, may come to need no more. */
  get #mayEndEarly(): boolean {
    if (this.definition.limit !== undefined) return true;
    return !this.node.isLoaded && this.#children.length > 0 && this.#children.every((child) => child.#mayEndEarly);
  }

  async #start(): Promise<boolean> {
    this.#taken.start();
    const { rows: given } = this.definition;
    const call = given as (context: object) => unknown;
    const rows = await this.#code.failing(typeof given === "function" ? this.#code.run(() => call(this.#context)) : given);
    if (isArrowData(rows)) return this.#startWith([rows]);
    if (!isIterated(rows)) throw this.#code.notRows("it gave", rows, ": an array, an iterable or an async iterable");
    return this.#startWith(rows);
  }

  #startWith(rows: Iterable<unknown> | AsyncIterable<unknown>): boolean | Promise<boolean> {
    this.#iterator = this.#code.run(() => iterateRows(rows));
    return this.advance();
  }

  async #awaitNext(next: Promise<IteratorResult<unknown>>): Promise<boolean> {
    return this.#take(await this.#code.failing(next));
  }

  #take(result: IteratorResult<unknown>): boolean | Promise<boolean> {
    if (result.done === true) {
      this.#isDone = true;
      return false;
    }
    const item = result.value;
    this.#hasTaken = true;
    this.#count(item);
    const pushed = this.#window.push(this.#arrivals.evaluate(item, undefined));
    return pushed === undefined ? true : pushed.then(() => true);
  }

  /** Counts an item and looks at the limit. What was counted still goes through; then the generator ends and the signal fires. */
  #count(item: unknown): void {
    if (this.definition.limit === undefined) return;
    this.#taken.count(item);
    if (this.#taken.isEnough) this.#isDone = true;
  }

  /** Ends a root early, when what was taken has gone through. */
  async #end(): Promise<false> {
    this.#isDone = true;
    await this.#window.drain();
    await this.#closed();
    return false;
  }

  async #closed(): Promise<void> {
    const iterator = this.#iterator;
    this.#iterator = undefined;
    if (!this.#stop.signal.aborted) this.#stop.abort();
    if (iterator?.return !== undefined) await this.#code.failing(this.#code.run(() => iterator.return!()));
  }

  /** One call of a transformer's function. */
  #call(input: unknown): void | Promise<void> {
    if (this.#needsNoMore) return;
    this.#taken.start();
    const rows = this.definition.rows as (input: unknown, context: object) => unknown;
    const result = this.#environment.limiter.run(() => this.#code.run(() => rows(input, this.#context)));
    if (!this.definition.parallel) return this.#window.push(this.#result(result));
    const done = Promise.resolve(this.#result(result)).then((arrival) => this.#deliver(arrival));
    // One that failed stays, so that `finish` finds it.
    const tracked: Promise<void> = done.then(() => void this.#unordered.delete(tracked));
    tracked.catch(this.#environment.fail);
    this.#unordered.add(tracked);
    if (this.#unordered.size >= this.#environment.maxParallelItems) return Promise.race(this.#unordered);
  }

  /** What a call gives, evaluated. A failure waits for its turn where a limit may be reached before. */
  #result(result: unknown): Arrival | Promise<Arrival> {
    const arrival = this.#settled(this.#arrivals.evaluate(result, undefined));
    if (!isPromise(arrival) || !this.#mayEndEarly) return arrival;
    return arrival.then(undefined, (error: unknown) => ({ item: undefined, mark: undefined, failure: { error } }));
  }

  /** A call may give a promise of a thunk. */
  #settled(arrival: Arrival | Promise<Arrival>): Arrival | Promise<Arrival> {
    if (isPromise(arrival)) return (arrival as Promise<Arrival>).then((value) => this.#settled(value));
    return isUnevaluated(arrival.item) ? this.#settled(this.#arrivals.evaluate(arrival.item, arrival.mark)) : arrival;
  }

  /** The turn of an item of a root, or of what a call of a transformer gave; that counts towards its limit, beyond which nothing matters any more. */
  #deliver({ item, mark, failure }: Arrival): void | Promise<void> {
    if (this.definition.parent === undefined) return this.#arrive(item, mark);
    if (this.#needsNoMore) return;
    if (failure !== undefined) throw failure.error;
    if (isGenerated(item)) return this.#iterateCounted(item, mark);
    this.#count(item);
    this.#underWay += 1;
    const arrived = this.#arrive(item, mark);
    return arrived === undefined ? this.#arrived() : arrived.then(() => this.#arrived());
  }

  /** Each item of a transformer's generator counts towards its limit. */
  #iterateCounted(rows: Iterable<unknown> | AsyncIterable<unknown>, mark: Mark | undefined): Promise<void> {
    const isOver = (): boolean => this.#needsNoMore;
    const window = this.#arrivals.window((arrival) => {
      const arrived = this.#arrive(arrival.item, arrival.mark);
      return arrived === undefined ? this.#arrived() : arrived.then(() => this.#arrived());
    });
    const take = (item: unknown): void | Promise<void> => {
      if (isOver()) return;
      this.#count(item);
      this.#underWay += 1;
      return window.push(this.#arrivals.evaluate(item, mark));
    };
    return this.#arrivals.iterate(rows, take, { isOver, drain: () => window.drain() });
  }

  /** The last one that the limit allows cancels what is still on its way. */
  #arrived(): void {
    this.#underWay -= 1;
    if (this.#isDone && this.#underWay === 0) this.#stop.abort();
  }

  #arrive(item: unknown, mark: Mark | undefined): void | Promise<void> {
    return this.#arrivals.arrive(item, mark, (rows, rowsMark) => this.#steps.take(rows, rowsMark));
  }

  /** Where rows go when `map`, `filter` and `flatMap` are done. */
  #lastStep(): Sink {
    const write = this.#newRows((rows, mark) => this.#write(rows, mark));
    const { definition } = this;
    if (definition.schema === undefined) return write;
    const validator = new RowValidator(this.node, definition.schema, this.#code, this.#environment, write);
    return (rows, mark) => validator.take(rows, mark);
  }

  /** A cursor looks at rows as they go into their table. */
  #newRows(write: Sink): Sink {
    const incremental = this.#incremental;
    if (incremental === undefined) return write;
    const close = (): void => {
      // What one call of a transformer gives says nothing about the next.
      if (this.definition.parent === undefined) this.#isDone = true;
    };
    const isHandedOn = this.#children.length > 0 || this.#environment.asRows === true;
    const step = new IncrementalStep(incremental, this.#code, { write, close, isHandedOn });
    return (rows, mark) => step.take(rows, mark);
  }

  #write(rows: readonly unknown[], mark: Mark | undefined): void | Promise<void> {
    if (!this.node.isLoaded) return this.#feedChildren(rows);
    const write = (slice: readonly unknown[]): void | Promise<void> => {
      try {
        return this.#code.below(() => this.#environment.write(this.node, slice, mark));
      } catch (error) {
        keepFailures(rows);
        throw error;
      }
    };
    const written = isLargeArrow(rows[0])
      ? writeArrow(rows, write, this.#environment.breathe)
      : forEachSlice(rows, write, this.#environment.breathe);
    return written === undefined ? this.#feedChildren(rows) : written.then(() => this.#feedChildren(rows));
  }

  #feedChildren(rows: readonly unknown[]): void | Promise<void> {
    if (this.#children.length === 0 || rows.length === 0) return;
    return forEachInOrder(this.#children, (child) => child.feed(rows), this.#environment.breathe);
  }
}

/** True when somebody needs rows as objects. */
function looksAtRows({ definition, children, isLoaded }: GraphNode, { asRows = false }: NodeEnvironment): boolean {
  const { steps, schema, hints, incremental } = definition;
  const isChanged = steps.length > 0 || schema !== undefined || incremental !== undefined;
  return asRows || !isLoaded || children.length > 0 || isChanged || typeof hints.tableName === "function";
}

function boundIncremental(definition: ResourceDefinition, running: Running, environment: NodeEnvironment): BoundIncremental | undefined {
  if (definition.incremental === undefined) return undefined;
  const resourceState = running.incrementalState ?? running.resourceState;
  return new BoundIncremental(definition, {
    resourceState,
    warn: (code, message) => environment.warn?.(code, message),
    chunks: running.borderChunks,
  });
}
