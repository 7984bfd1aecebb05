import { LeatError } from "../core/errors.ts";
import { ResourceFailedError } from "./errors.ts";
import { isPromise } from "./rows.ts";
import { type Running, runAs } from "./running.ts";

/** The code of one resource: it runs with `current` set, and what it throws becomes a ResourceFailedError. */
export class UserCode {
  readonly #resource: string;
  readonly #running: Running;
  /** Fires when the run ends. */
  readonly #signal: AbortSignal;

  constructor(resource: string, running: Running, signal: AbortSignal) {
    this.#resource = resource;
    this.#running = running;
    this.#signal = signal;
  }

  get resourceName(): string {
    return this.#resource;
  }

  run<T>(work: () => T): T {
    try {
      return runAs(this.#running, work);
    } catch (error) {
      throw this.failed(error);
    }
  }

  /** Runs code of leat that calls the user's in turn: errors come as they are. */
  below<T>(work: () => T): T {
    return runAs(this.#running, work);
  }

  /** Waits for what user code promised. */
  async failing<T>(promise: T): Promise<Awaited<T>> {
    try {
      return await promise;
    } catch (error) {
      throw this.failed(error);
    }
  }

  /** As `failing`, and at once when there is nothing to wait for. */
  settle<T>(value: T): T | Promise<Awaited<T>> {
    return isPromise(value) ? this.failing(value) : value;
  }

  failed(error: unknown): unknown {
    if (LeatError.is(error) || (this.#signal.aborted && (error as Error | undefined)?.name === "AbortError")) return error;
    return new ResourceFailedError({ resource: this.#resource, sourceName: this.#running.sourceName, cause: error });
  }

  /** The error for something that is no rows. */
  notRows(how: string, given: unknown, expected = ""): unknown {
    return this.failed(new TypeError(`${how} ${describe(given)} where rows were expected${expected}`));
  }
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === "object" ? "a single object" : `a ${typeof value}`;
}
