import type { LoadRetry } from "./retry.ts";

/** What people are told before a package is tried again. */
export function retryText(loadId: string, { number, maxRetries, waitMs, error }: LoadRetry): string {
  return `Package ${loadId} did not load: ${error.message} Trying again in ${(waitMs / 1000).toFixed(1)} s (${number} of ${maxRetries}).`;
}
