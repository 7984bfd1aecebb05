import { CancelledError } from "../../core/errors.ts";

export interface CallOptions {
  /** Of the run. */
  readonly cancelled: AbortSignal | undefined;
  readonly timeoutMs: number | undefined;
}

/** Calls the function for one batch. Its signal fires when the run is cancelled or the time is over. Throws what it throws; CancelledError when that is why. */
export async function callFunction(work: (signal: AbortSignal) => unknown, { cancelled, timeoutMs }: CallOptions): Promise<void> {
  throwIfCancelled(cancelled);
  const abort = new AbortController();
  const onCancel = (): void => abort.abort(cancelled?.reason);
  cancelled?.addEventListener("abort", onCancel, { once: true });
  let timer: NodeJS.Timeout | undefined;
  try {
    // A function that does not listen to the signal has failed nevertheless once its time is over.
    const late = new Promise<never>((_, reject) => {
      if (timeoutMs === undefined) return;
      timer = setTimeout(() => {
        const error = new TimeoutPassed(timeoutMs);
        reject(error);
        abort.abort(error);
      }, timeoutMs);
    });
    await Promise.race([(async () => work(abort.signal))(), late]);
  } catch (error) {
    if (abort.signal.reason instanceof TimeoutPassed) throw abort.signal.reason;
    throwIfCancelled(cancelled, error);
    throw error;
  } finally {
    clearTimeout(timer);
    cancelled?.removeEventListener("abort", onCancel);
  }
}

class TimeoutPassed extends Error {
  constructor(timeoutMs: number) {
    super(`it took longer than its \`timeout\` of ${timeoutMs} ms.`);
  }
}

/** Between two batches nothing is lost: the next run goes on with the next one. */
function throwIfCancelled(cancelled: AbortSignal | undefined, cause: unknown = cancelled?.reason): void {
  if (cancelled?.aborted !== true) return;
  throw new CancelledError("The run was cancelled between two batches; the next run goes on with the one that comes next.", { cause });
}
