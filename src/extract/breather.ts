/** Says when to wait for a turn of the event loop; mostly it does not. `items` is how much was done since the last call. */
export type Breathe = (items?: number) => Promise<void> | undefined;

/** Longest time without a look at signals and timers, when all resources are synchronous. */
const breathMs = 20;

/** The clock is looked at once in so many items. */
export const itemsPerLook = 16;

/**
 * Lets the event loop turn now and then, so that signals, timers and progress live beside synchronous code.
 * A breath after the signal fired throws its reason: what was left behind does not go on.
 */
export function breather(signal: AbortSignal): Breathe {
  let last = performance.now();
  let items = 0;
  return (more = 1) => {
    items += more;
    if (items < itemsPerLook) return undefined;
    items = 0;
    if (performance.now() - last < breathMs) return undefined;
    return new Promise((resolve, reject) =>
      setImmediate(() => {
        last = performance.now();
        if (signal.aborted) reject(signal.reason);
        else resolve();
      }),
    );
  };
}
