import type { LoadSession } from "../destination-kit/contract.ts";

/** The session that packages are loaded with: opened when it is first needed, opened anew after a failure. */
export class LoadSessions implements AsyncDisposable {
  readonly #open: () => Promise<LoadSession>;
  #current: LoadSession | undefined;

  constructor(open: () => Promise<LoadSession>) {
    this.#open = open;
  }

  async get(): Promise<LoadSession> {
    this.#current ??= await this.#open();
    return this.#current;
  }

  /** Gives up a session that failed: the connection may be lost, or in a state that nobody knows. */
  async drop(): Promise<void> {
    try {
      await this[Symbol.asyncDispose]();
    } catch {
      // A lost connection may not even close. What made it fail is the error to act on.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const session = this.#current;
    this.#current = undefined;
    await session?.close();
  }
}
