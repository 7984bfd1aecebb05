/**
 * While `work` runs, the first SIGINT or SIGTERM fires the signal (an extract ends, a load drains), a second one ends the process at once.
 * Does nothing where the program has listeners of its own: then it is the program that decides.
 */
export async function withInterrupts<T>(
  outer: AbortSignal | undefined,
  onFirst: (signal: NodeJS.Signals) => void,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const interrupt = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(130);
    onFirst(signal);
    controller.abort(new DOMException(`The process got ${signal}.`, "AbortError"));
  };
  const watched = (["SIGINT", "SIGTERM"] as const).filter((signal) => process.listenerCount(signal) === 0);
  for (const signal of watched) process.on(signal, interrupt);
  try {
    return await work(outer === undefined ? controller.signal : AbortSignal.any([outer, controller.signal]));
  } finally {
    for (const signal of watched) process.off(signal, interrupt);
  }
}
