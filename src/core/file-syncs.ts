import { closeSync, fdatasync, fsync, openSync } from "node:fs";
import { closeSynced } from "./files.ts";

/** The disk takes several at once as fast as one; the other threads of Node are for the program. */
const maxRunning = 3;
/** So many files stay open and wait; beyond that who writes them waits for the disk. */
const maxWaiting = 256;

interface Sync {
  readonly fd: number;
  readonly path: string;
  readonly sync: typeof fsync;
}

/** Makes files survive a power cut beside the work that goes on. What was given is on the disk once `done` has come to its end. */
export class FileSyncs {
  readonly #waiting: Sync[] = [];
  readonly #listeners: (() => void)[] = [];
  readonly #included: FileSyncs[] = [];
  #running = 0;
  #failure: { readonly error: unknown } | undefined;

  /** Takes over an open file, and closes it. Throws when the disk has refused this file, or one before it. */
  file(fd: number, path: string): void {
    // There a file that is open cannot be moved.
    if (process.platform === "win32" || this.#waiting.length >= maxWaiting) closeSynced(fd, path);
    else this.#add({ fd, path, sync: fdatasync });
  }

  /** As `file`, for one that was written and closed just now. */
  path(path: string): void {
    this.file(openSync(path, "r+"), path);
  }

  /** The names in a folder. Windows keeps no such thing: there it does nothing. */
  folder(path: string): void {
    if (process.platform !== "win32") this.#add({ fd: openSync(path, "r"), path, sync: fsync });
  }

  /** What was given there is waited for here, too. */
  include(others: FileSyncs): void {
    this.#included.push(others);
  }

  /** Waits for all that was given. Throws the first failure. */
  async done(): Promise<void> {
    for (const others of this.#included) await others.done();
    while (this.#running > 0) await new Promise<void>((resolve) => this.#listeners.push(resolve));
    this.#throwFailure();
  }

  #add(sync: Sync): void {
    if (this.#failure !== undefined) closeSync(sync.fd);
    this.#throwFailure();
    this.#waiting.push(sync);
    this.#start();
  }

  #start(): void {
    while (this.#running < maxRunning) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      this.#running += 1;
      next.sync(next.fd, (error) => this.#ended(next, error));
    }
  }

  #ended({ fd, path }: Sync, error: Error | null): void {
    this.#running -= 1;
    try {
      closeSync(fd);
      if (error !== null) throw error;
    } catch (failure) {
      this.#failure ??= { error: Object.assign(failure as Error, { path }) };
    }
    this.#start();
    if (this.#running === 0) for (const resolve of this.#listeners.splice(0)) resolve();
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
