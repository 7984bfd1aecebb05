import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { ConfigError } from "../core/errors.ts";
import type { ThreadTask, UnitThread } from "./threads.ts";
import type { NormalizedUnit, UnitNews, UnitTask } from "./unit.ts";

export type ThreadMessage =
  | { readonly type: "ready" }
  | { readonly type: "news"; readonly news: UnitNews }
  | { readonly type: "done"; readonly done: NormalizedUnit }
  | { readonly type: "failed" };

/** The unit at hand. */
interface Job {
  readonly onNews: (news: UnitNews) => void;
  readonly resolve: (done: NormalizedUnit | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** A thread of Node's. When it breaks off, for want of memory for example, its unit is left to others. */
export class WorkerThread implements UnitThread {
  #worker: Worker | undefined;
  #isReady = false;
  #startError: ConfigError | undefined;
  #job: Job | undefined;

  constructor(task: ThreadTask) {
    try {
      // Options of the program, such as loaders of other languages, are nothing to this code.
      this.#worker = new Worker(entry(), { workerData: task, execArgv: [] });
    } catch (error) {
      this.#startError = notStarted(error);
      return;
    }
    this.#worker.on("message", (message: ThreadMessage) => this.#hear(message));
    this.#worker.on("messageerror", (error) => this.#lose(error));
    this.#worker.on("error", (error) => this.#lose(error));
    this.#worker.on("exit", (code) => this.#lose(new ConfigError(`The thread ended with exit code ${code}.`)));
  }

  get isAlive(): boolean {
    return this.#worker !== undefined;
  }

  run(task: UnitTask, onNews: (news: UnitNews) => void): Promise<NormalizedUnit | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#startError !== undefined) return reject(this.#startError);
      if (this.#worker === undefined) return resolve(undefined);
      this.#job = { onNews, resolve, reject };
      this.#worker.postMessage(task);
    });
  }

  async end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#endJob((job) => job.resolve(undefined));
    await worker?.terminate();
  }

  #hear(message: ThreadMessage): void {
    switch (message.type) {
      case "ready":
        this.#isReady = true;
        break;
      case "news":
        try {
          this.#job?.onNews(message.news);
        } catch (error) {
          this.#endJob((job) => job.reject(error));
        }
        break;
      default:
        this.#endJob((job) => job.resolve(message.type === "done" ? message.done : undefined));
    }
  }

  #lose(error: unknown): void {
    const worker = this.#worker;
    if (worker === undefined) return;
    this.#worker = undefined;
    if (!this.#isReady) this.#startError = notStarted(error);
    this.#endJob((job) => (this.#startError === undefined ? job.resolve(undefined) : job.reject(this.#startError)));
    void worker.terminate();
  }

  #endJob(end: (job: Job) => void): void {
    const job = this.#job;
    this.#job = undefined;
    if (job !== undefined) end(job);
  }
}

/** The build puts modules together, so that none can tell by its own place where another is. */
function entry(): URL {
  return new URL("dist/normalize/unit-thread.js", pathToFileURL(createRequire(import.meta.url).resolve("leat/package.json")));
}

function notStarted(cause: unknown): ConfigError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ConfigError(
    `\`normalize.workers\` needs threads, and none can be started here: ${reason} Set it to 1; a bundler has to leave leat's files as they are.`,
    { cause },
  );
}
