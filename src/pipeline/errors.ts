import { LeatError } from "../core/errors.ts";

export type Step = "sync" | "extract" | "normalize" | "load";

/** Thrown by the steps of a pipeline; `cause` says what to do. */
export class StepFailedError extends LeatError {
  readonly code = "step-failed" as const;
  override readonly exitCode: number;
  readonly step: Step;
  readonly pipelineName: string;
  /** The package at hand, when there was one. */
  readonly loadId: string | undefined;
  override readonly cause: unknown;

  constructor(options: {
    readonly step: Step;
    readonly pipelineName: string;
    readonly loadId: string | undefined;
    readonly cause: unknown;
    /** Packages that stay on disk and are finished by the next run. */
    readonly pendingLoadIds: readonly string[];
  }) {
    const { step, pipelineName, loadId, cause, pendingLoadIds } = options;
    const problem = cause instanceof Error ? cause.message : String(cause);
    const kept =
      pendingLoadIds.length === 0 ? "" : ` Pending packages (${pendingLoadIds.join(", ")}) are kept: the next run finishes them first.`;
    super(
      `Pipeline \`${pipelineName}\` failed in step \`${step}\`${loadId === undefined ? "" : ` at package \`${loadId}\``}: ${problem}${kept}`,
      {
        cause,
        retryable: LeatError.is(cause) && cause.retryable,
      },
    );
    this.step = step;
    this.pipelineName = pipelineName;
    this.loadId = loadId;
    this.cause = cause;
    this.exitCode = LeatError.is(cause) ? cause.exitCode : 1;
    Object.defineProperty(this, "exitCode", { enumerable: false });
  }
}
