import { DriverFailure } from "../../core/driver-failure.ts";
import { LoadJobFailedError } from "../errors.ts";
import type { LoadJob } from "../load-job.ts";

interface FailureDetails {
  readonly destination: string;
  readonly loadId: string;
  readonly job: LoadJob;
  readonly isPartial: boolean;
  readonly during?: string;
}

/** What the database said of a job, or of the rows that it brought. */
export function jobFailure(error: unknown, { during = "", ...about }: FailureDetails): LoadJobFailedError {
  const reason = `${during}${error instanceof Error ? error.message : String(error)}`;
  const cause = error instanceof DriverFailure ? error.cause : error;
  return new LoadJobFailedError(reason, { ...about, cause, retryable: error instanceof DriverFailure && error.retryable });
}
