import { StepFailedError } from "./errors.ts";
import type { StepHost } from "./step-host.ts";

/** The error of an extract that had committed packages before it failed: it says so, and which of them wait by now. */
export function sinceCommits(error: unknown, committed: number, { store }: Pick<StepHost, "store">): unknown {
  if (committed === 0 || !(error instanceof StepFailedError)) return error;
  const { step, pipelineName, loadId, cause } = error;
  return new StepFailedError({ step, pipelineName, loadId, cause, committed, pendingLoadIds: store.pendingLoadIds() });
}
