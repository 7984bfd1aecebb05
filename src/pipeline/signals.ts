const watchedSignals = ["SIGINT", "SIGTERM"] as const;

interface InterruptibleRun {
  readonly controller: AbortController;
  readonly onFirst: (signal: NodeJS.Signals) => void;
  /** What `onFirst` threw: in a signal handler nobody catches it, so the run throws it. */
  failure: { readonly error: unknown } | undefined;
}

const runs = new Set<InterruptibleRun>();
let listening: readonly NodeJS.Signals[] = [];

/**
 * While `work` runs, the first SIGINT or SIGTERM fires the signal of all runs of this process (an extract ends, a load drains),
 * a second one ends the process at once. Does nothing where the program has listeners of its own: then it is the program that decides.
 */
export async function withInterrupts<T>(
  outer: AbortSignal | undefined,
  onFirst: (signal: NodeJS.Signals) => void,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const run: InterruptibleRun = { controller: new AbortController(), onFirst, failure: undefined };
  const { signal } = run.controller;
  runs.add(run);
  if (runs.size === 1) listen();
  try {
    const result = await work(outer === undefined ? signal : AbortSignal.any([outer, signal]));
    if (run.failure !== undefined) throw run.failure.error;
    return result;
  } catch (error) {
    throw run.failure === undefined ? error : run.failure.error;
  } finally {
    runs.delete(run);
    if (runs.size === 0) stopListening();
  }
}

function listen(): void {
  listening = watchedSignals.filter((signal) => process.listenerCount(signal) === 0);
  for (const signal of listening) process.on(signal, interrupt);
}

function stopListening(): void {
  for (const signal of listening) process.off(signal, interrupt);
  listening = [];
}

function interrupt(signal: NodeJS.Signals): void {
  if ([...runs].some((run) => run.controller.signal.aborted)) process.exit(130);
  // The announcement reaches code of the user, which may throw: the cancellation does not depend on it.
  for (const run of runs) run.controller.abort(new DOMException(`The process got ${signal}.`, "AbortError"));
  for (const run of runs) {
    try {
      run.onFirst(signal);
    } catch (error) {
      run.failure = { error };
    }
  }
}
