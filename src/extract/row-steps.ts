import type { Arrivals, Sink } from "./arrivals.ts";
import type { Step } from "./definition.ts";
import { forEachInOrder, forEachSlice } from "./in-order.ts";
import { mapLimited } from "./limiter.ts";
import { combineMarks, isSameMark, type Mark, MarkedItem, unwrap } from "./marked.ts";
import type { NodeEnvironment } from "./node-environment.ts";
import { RawJson, rawJsonRows } from "./raw-json.ts";
import { isIterated, isPromise } from "./rows.ts";
import type { UserCode } from "./user-code.ts";

/** Rows that a flatMap gives are handed on in pages of this size. */
const flatMapPage = 1000;

/** The way of a resource's rows through map, filter and flatMap. Synchronous until one of them is not. */
export class RowSteps {
  readonly #steps: readonly Step[];
  readonly #code: UserCode;
  readonly #arrivals: Arrivals;
  readonly #environment: NodeEnvironment;
  readonly #write: Sink;

  /** `write` gets what comes out. */
  constructor(steps: readonly Step[], code: UserCode, arrivals: Arrivals, environment: NodeEnvironment, write: Sink) {
    this.#steps = steps;
    this.#code = code;
    this.#arrivals = arrivals;
    this.#environment = environment;
    this.#write = write;
  }

  take(rows: readonly unknown[], mark: Mark | undefined): void | Promise<void> {
    return this.#through(0, rows, mark);
  }

  #through(from: number, rows: readonly unknown[], mark: Mark | undefined): void | Promise<void> {
    if (rows.length === 0) return this.#write(rows, mark);
    let current = rows;
    for (let i = from; i < this.#steps.length; i += 1) {
      const step = this.#steps[i]!;
      if (step.kind === "flat-map") return this.#flatMap(step.change, i + 1, current, mark);
      const next = step.kind === "map" ? this.#map(step.change, present(current)) : this.#filter(step.keep, present(current));
      if (isPromise(next)) return (next as Promise<unknown[]>).then((values) => this.#through(i + 1, values, mark));
      current = next as unknown[];
    }
    return this.#finished(current, mark);
  }

  /** The results of a call for each row. A long page goes in slices, so that not all of its calls wait at once. */
  #map(change: (row: never) => unknown, rows: readonly unknown[]): unknown[] | Promise<unknown[]> {
    const { limiter, breathe } = this.#environment;
    const results: unknown[] = [];
    const add = (slice: readonly unknown[]): void => {
      for (const result of slice) results.push(result);
    };
    const call = (row: unknown): unknown => this.#code.settle(this.#code.run(() => change(row as never)));
    const done = forEachSlice(
      rows,
      (slice) => {
        const mapped = mapLimited(slice, limiter, call);
        return isPromise(mapped) ? (mapped as Promise<unknown[]>).then(add) : add(mapped as unknown[]);
      },
      breathe,
    );
    return done === undefined ? results : done.then(() => results);
  }

  #filter(keep: (row: never) => unknown, rows: readonly unknown[]): unknown[] | Promise<unknown[]> {
    const kept = this.#map(keep, rows);
    const select = (flags: readonly unknown[]): unknown[] => rows.filter((_, i) => flags[i]);
    return isPromise(kept) ? (kept as Promise<unknown[]>).then(select) : select(kept as unknown[]);
  }

  async #flatMap(change: (row: never) => unknown, next: number, rows: readonly unknown[], mark: Mark | undefined): Promise<void> {
    const page = new Page((full, fullMark) => this.#through(next, full, fullMark));
    const window = this.#arrivals.window((arrival) =>
      this.#arrivals.arrive(arrival.item, arrival.mark, (given, givenMark) => page.add(given, combineMarks(mark, givenMark))),
    );
    for (const row of present(rows)) {
      const given = await this.#arrivals.evaluate(
        this.#code.run(() => change(row as never)),
        undefined,
      );
      const { item } = given;
      if (item === null || item === undefined || Array.isArray(item)) {
        const pause = window.push(given) ?? this.#environment.breathe();
        if (pause !== undefined) await pause;
      } else if (isIterated(item)) {
        await this.#arrivals.iterate(item, (inner) => window.push(this.#arrivals.evaluate(inner, given.mark)), { drain: () => {} });
      } else throw this.#code.notRows("flatMap() gave", item);
    }
    await window.drain();
    await page.flush();
  }

  /** Rows that a step marked are no longer one with those around them. */
  #finished(rows: readonly unknown[], mark: Mark | undefined): void | Promise<void> {
    if (!rows.some((row) => row instanceof MarkedItem)) return this.#write(present(rows), mark);
    const runs: { readonly mark: Mark | undefined; readonly rows: unknown[] }[] = [];
    for (const row of rows) {
      const own = row instanceof MarkedItem ? unwrapAll(row, undefined) : { item: row, mark: undefined };
      const runMark = combineMarks(mark, own.mark);
      const last = runs.at(-1);
      const given = own.item instanceof RawJson && this.#steps.length > 0 ? rawJsonRows(own.item, this.#code.resourceName) : [own.item];
      if (last !== undefined && isSameMark(last.mark, runMark)) for (const each of given) last.rows.push(each);
      else runs.push({ mark: runMark, rows: given });
    }
    return forEachInOrder(runs, (run) => this.#write(present(run.rows), run.mark), this.#environment.breathe);
  }
}

/** Gathers rows of one mark. */
class Page {
  readonly #sink: Sink;
  #rows: unknown[] = [];
  #mark: Mark | undefined;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  add(rows: readonly unknown[], mark: Mark | undefined): void | Promise<void> {
    const flushed = rows.length === 0 || !isSameMark(mark, this.#mark) ? this.flush() : undefined;
    return flushed === undefined ? this.#append(rows, mark) : flushed.then(() => this.#append(rows, mark));
  }

  flush(): void | Promise<void> {
    const full = this.#rows;
    this.#rows = [];
    if (full.length > 0) return this.#sink(full, this.#mark);
  }

  #append(rows: readonly unknown[], mark: Mark | undefined): void | Promise<void> {
    this.#mark = mark;
    if (rows.length === 0) return this.#sink(rows, mark);
    for (const row of rows) this.#rows.push(row);
    if (this.#rows.length >= flatMapPage) return this.flush();
  }
}

function unwrapAll(marked: MarkedItem, outer: Mark | undefined): { readonly item: unknown; readonly mark: Mark | undefined } {
  if (marked instanceof RawJson) return { item: marked, mark: outer };
  const { item, mark } = unwrap(marked, outer);
  return item instanceof MarkedItem ? unwrapAll(item, mark) : { item, mark };
}

/** Without null and undefined; the array itself when it has none. */
function present(rows: readonly unknown[]): readonly unknown[] {
  for (const row of rows) if (row === null || row === undefined) return rows.filter((other) => other !== null && other !== undefined);
  return rows;
}
