import { isPromise } from "./rows.ts";

/** Lets at most `max` calls be in flight. Calls wait in the order in which they came. */
export class Limiter {
  readonly #max: number;
  readonly #waiting: (() => void)[] = [];
  #active = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Runs `work` now or when a place is free. A result that is no promise comes back as it is. */
  run<T>(work: () => T | PromiseLike<T>): T | Promise<T> {
    if (this.#active >= this.#max) {
      // The place is handed over by `#release`: the count stays.
      return new Promise<void>((resolve) => this.#waiting.push(resolve)).then(() => this.#work(work));
    }
    this.#active += 1;
    return this.#work(work);
  }

  #work<T>(work: () => T | PromiseLike<T>): T | Promise<T> {
    let result: T | PromiseLike<T>;
    try {
      result = work();
    } catch (error) {
      this.#release();
      throw error;
    }
    if (!isPromise(result)) {
      this.#release();
      return result;
    }
    return Promise.resolve(result as PromiseLike<T>).finally(() => this.#release());
  }

  #release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#active -= 1;
    else next();
  }
}

/** Calls `change` for each value, within the limiter; the results keep the order. A promise only when one of the results was one. */
export function mapLimited<In, Out>(
  values: readonly In[],
  limiter: Limiter,
  change: (value: In) => Out | PromiseLike<Out>,
): Out[] | Promise<Out[]> {
  let isAsync = false;
  const results: (Out | Promise<Out>)[] = [];
  for (const value of values) {
    const result = limiter.run(() => change(value));
    if (isPromise(result)) {
      isAsync = true;
      // A later call may throw before anybody waits for this one.
      result.catch(() => {});
    }
    results.push(result);
  }
  return isAsync ? Promise.all(results) : (results as Out[]);
}
