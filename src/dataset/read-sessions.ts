import type { LoadSession } from "../destination-kit/contract.ts";

/** To open a database takes longer than most queries, but one that is open may keep others out of its file. */
const idleMs = 200;
/** Queries that end by themselves wait for each other beyond that; open batches do not count, since who reads them may ask more. */
const maxQueries = 4;

/** The connections that a pipeline reads its data with: one for each query, closed after it, or soon after it while resources run. */
export class ReadSessions {
  readonly #open: () => Promise<LoadSession>;
  readonly #idle: LoadSession[] = [];
  readonly #waiting: (() => void)[] = [];
  #keepers = 0;
  #queries = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(open: () => Promise<LoadSession>) {
    this.#open = open;
  }

  /** While `work` goes on, a connection waits a moment for the next query. */
  async keptDuring<T>(work: () => Promise<T>): Promise<T> {
    this.#keepers++;
    try {
      return await work();
    } finally {
      this.#keepers--;
      if (this.#keepers === 0) await this.#closeIdle();
    }
  }

  async use<T>(work: (session: LoadSession) => Promise<T>): Promise<T> {
    await this.#turn();
    try {
      const session = await this.#take();
      return await this.#lent(session, () => work(session));
    } finally {
      this.#queries--;
      this.#waiting.shift()?.();
    }
  }

  async *stream<T>(work: (session: LoadSession) => AsyncIterable<T>): AsyncGenerator<T> {
    const session = await this.#take();
    let isAtEnd = false;
    try {
      yield* work(session);
      isAtEnd = true;
    } finally {
      await (isAtEnd ? this.#give(session) : session.close());
    }
  }

  async #turn(): Promise<void> {
    while (this.#queries >= maxQueries) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#queries++;
  }

  async #take(): Promise<LoadSession> {
    return this.#idle.pop() ?? (await this.#open());
  }

  /** What failed may have broken the connection. */
  async #lent<T>(session: LoadSession, work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      await this.#give(session);
      return result;
    } catch (error) {
      await session.close().catch(() => {});
      throw error;
    }
  }

  async #give(session: LoadSession): Promise<void> {
    if (this.#keepers === 0) return session.close();
    this.#idle.push(session);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#closeIdle(), idleMs).unref();
  }

  /** Its rows were read: a connection that does not close well is nobody's failure. */
  async #closeIdle(): Promise<void> {
    clearTimeout(this.#timer);
    await Promise.all(this.#idle.splice(0).map((session) => session.close().catch(() => {})));
  }
}
