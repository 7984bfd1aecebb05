import { isPromise } from "./rows.ts";

/**
 * Values that may still be on their way, handed on in the order in which they were pushed.
 * At most `limit` wait at a time: a push beyond that resolves when there is room again.
 */
export class OrderedWindow<T> {
  readonly #limit: number;
  readonly #deliver: (value: T) => void | Promise<void>;
  readonly #onFailure: (error: unknown) => void;
  readonly #queue: (T | PromiseLike<T>)[] = [];
  readonly #waiting: { resolve: () => void; reject: (error: unknown) => void; until: number }[] = [];
  #isPumping = false;
  #failure: { readonly error: unknown } | undefined;

  /** `onFailure` is told at once of a value that fails, also while those before it are on their way. */
  constructor(limit: number, deliver: (value: T) => void | Promise<void>, onFailure: (error: unknown) => void) {
    this.#limit = limit;
    this.#deliver = deliver;
    this.#onFailure = onFailure;
  }

  /** Pushes come one after another: await the result, if there is one, before the next. Throws what an earlier value failed with. */
  push(value: T | PromiseLike<T>): void | Promise<void> {
    // Those before it may hang, so nobody waits for its turn. After a failure a rejection must not count as unhandled.
    if (isPromise(value)) Promise.resolve(value).catch((error: unknown) => this.#fail(error));
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#queue.length === 0 && !isPromise(value)) return this.#deliver(value as T);
    this.#queue.push(value);
    if (!this.#isPumping) void this.#pump();
    if (this.#queue.length >= this.#limit) return this.#whenAtMost(this.#limit - 1);
  }

  /** Resolves when everything pushed so far was delivered. */
  drain(): void | Promise<void> {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#queue.length > 0) return this.#whenAtMost(0);
  }

  #whenAtMost(until: number): Promise<void> {
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject, until }));
  }

  async #pump(): Promise<void> {
    this.#isPumping = true;
    try {
      while (this.#queue.length > 0) {
        const value = (await this.#queue[0]) as T;
        if (this.#failure !== undefined) break;
        await this.#deliver(value);
        void this.#queue.shift();
        this.#wake();
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#isPumping = false;
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { error };
    this.#queue.length = 0;
    for (const waiter of this.#waiting.splice(0)) waiter.reject(error);
    this.#onFailure(error);
  }

  #wake(): void {
    for (let i = this.#waiting.length - 1; i >= 0; i -= 1) {
      if (this.#queue.length <= this.#waiting[i]!.until) this.#waiting.splice(i, 1)[0]!.resolve();
    }
  }
}
