const watchedSignals = ["SIGINT", "SIGTERM"] as const;

interface InterruptibleRun {
  readonly controller: AbortController;
  readonly onFirst: (signal: NodeJS.Signals) => void;
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
  const run: InterruptibleRun = { controller: new AbortController(), onFirst };
  const { signal } = run.controller;
  runs.add(run);
  if (runs.size === 1) listen();
  try {
    return await work(outer === undefined ? signal : AbortSignal.any([outer, signal]));
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
  for (const run of runs) run.onFirst(signal);
}
