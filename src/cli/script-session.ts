import type { LoadInfo, RunInfo } from "../pipeline/infos.ts";
import { observePipelines } from "../pipeline/observer.ts";
import { failureDocument } from "./failure-document.ts";
import { exitCodeOf, failureText } from "./failure-text.ts";
import { print, printError, printJson } from "./output.ts";
import { traceText } from "./trace-text.ts";

interface SessionOptions {
  readonly json: boolean;
  readonly debug: boolean;
  readonly verbose: number;
}

/** From the start of a script to the end of the process: collects what its pipelines did, and prints it at the end. */
export class ScriptSession {
  readonly #options: SessionOptions;
  readonly #runs: (LoadInfo | RunInfo)[] = [];
  readonly #printed = new Set<object>();
  #failure: { readonly error: unknown } | undefined;
  #isLoaded = false;

  private constructor(options: SessionOptions) {
    this.#options = options;
  }

  static start(options: SessionOptions): ScriptSession {
    const session = new ScriptSession(options);
    if (options.json) stdoutToStderr();
    observePipelines({
      onEvent: (event) => {
        if (event.type === "run-completed") session.#runs.push(event.info);
      },
      onLoaded: (info) => void session.#runs.push(info),
      onPrinted: (info) => void session.#printed.add(info),
    });
    // Unhandled rejections come here too. A script with a listener of its own decides itself.
    process.on("uncaughtException", (error) => {
      if (process.listenerCount("uncaughtException") === 1) session.fail(error);
    });
    process.on("beforeExit", () => session.#checkSettled());
    process.on("exit", (code) => session.#end(code));
    return session;
  }

  /** The script was executed to its end; what it started may still go on. */
  loaded(): void {
    this.#isLoaded = true;
  }

  /** Ends the process, as an uncaught error does. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    process.exit(exitCodeOf(this.#failure.error));
  }

  /** Nothing is left that could go on. */
  #checkSettled(): void {
    if (this.#isLoaded) return;
    const error = new Error("The script did not come to its end: it waits for a promise that nothing settles.");
    // The stack would be that of this check.
    error.stack = `${error}`;
    this.fail(error);
  }

  #end(code: number): void {
    if (this.#options.json) this.#printJson(code);
    else this.#printText();
  }

  #printJson(code: number): void {
    const runs = this.#runs;
    if (this.#failure !== undefined) printJson({ error: failureDocument(this.#failure.error, this.#options), runs });
    else if (code !== 0) printJson({ error: { code: "exit", message: `The script ended with exit code ${code}.` }, runs });
    else printJson(runs);
  }

  #printText(): void {
    const { verbose } = this.#options;
    for (const run of this.#runs) {
      if (!this.#printed.has(run)) print(String(run));
      if (verbose > 0 && "trace" in run) print(traceText(run.trace, verbose));
    }
    if (this.#failure !== undefined) printError(failureText(this.#failure.error, this.#options));
  }
}

/** Leaves standard output to the one JSON document. */
function stdoutToStderr(): void {
  process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write;
}
