import type { LoadSession } from "../destination-kit/contract.ts";

/** The session that packages are loaded with: opened when it is first needed, opened anew after a failure. */
export class LoadSessions implements AsyncDisposable {
  readonly #open: () => Promise<LoadSession>;
  #current: LoadSession | undefined;
  #closing: Promise<void> | undefined;

  constructor(open: () => Promise<LoadSession>) {
    this.#open = open;
  }

  async get(): Promise<LoadSession> {
    await this.#closing;
    this.#current ??= await this.#open();
    return this.#current;
  }

  /** Nothing more is to be loaded: closes, which takes a database some time, beside what is left to do. Who disposes waits for it. */
  release(): void {
    const session = this.#current;
    this.#current = undefined;
    if (session === undefined) return;
    this.#closing = session.close();
    this.#closing.catch(() => {
      // Told to who disposes.
    });
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
    await Promise.all([this.#closing, session?.close()]);
  }
}
