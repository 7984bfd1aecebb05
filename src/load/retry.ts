import { CancelledError, LeatError } from "../core/errors.ts";
import type { Runtime } from "../core/runtime.ts";

export interface RetryOptions {
  /** So often something is tried again after its first failure. */
  readonly maxRetries: number;
  readonly runtime: Runtime;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** Before the pause. */
  readonly onRetry: (retry: LoadRetry) => void;
}

/** The next attempt, told before it begins. */
export interface LoadRetry {
  /** 1 for the first one. */
  readonly number: number;
  readonly maxRetries: number;
  readonly waitMs: number;
  readonly error: LeatError;
}

/** Waits before the next attempt, longer each time. False when there is none: time does not mend the error, or it was tried often enough. Throws CancelledError. */
export async function mayRetry(error: unknown, retriesDone: number, options: RetryOptions): Promise<boolean> {
  const { maxRetries, runtime, signal, onRetry } = options;
  if (!isTransient(error) || retriesDone >= maxRetries) return false;
  const waitMs = pauseMs(retriesDone, runtime);
  onRetry({ number: retriesDone + 1, maxRetries, waitMs, error });
  try {
    await runtime.sleep(waitMs, signal);
  } catch (cause) {
    if (!signal.aborted) throw cause;
    throw new CancelledError("The run was cancelled while it waited to try the load again; the next run goes on from there.", {
      cause: signal.reason,
    });
  }
  return true;
}

/** Of the destination, and gone by itself perhaps: a lost connection, a lock, another writer. */
export function isTransient(error: unknown): error is LeatError {
  return LeatError.is(error) && error.retryable && "destination" in error;
}

const firstPauseMs = 250;
const longestPauseMs = 10_000;

/** Doubled each time; between a half and the whole of it, so that writers that met do not meet again. */
function pauseMs(retriesDone: number, runtime: Runtime): number {
  const whole = Math.min(firstPauseMs * 2 ** retriesDone, longestPauseMs);
  return Math.round(whole * (0.5 + runtime.randomBytes(1)[0]! / 510));
}
