import { LeatError } from "../core/errors.ts";

/** The steps of a run, in their order. `sync` takes state and schemas from the destination. */
export type Step = "sync" | "extract" | "normalize" | "load";

/** Thrown by the steps of a pipeline; `cause` says what to do. */
export class StepFailedError extends LeatError {
  readonly code = "step-failed" as const;
  /** @internal */
  override readonly exitCode: number;
  /** Which step failed. */
  readonly step: Step;
  /** The pipeline. */
  readonly pipelineName: string;
  /** The package at hand, when there was one. */
  readonly loadId: string | undefined;
  /** What to act on: mostly another error of leat, with a `code` of its own. */
  override readonly cause: unknown;

  constructor(options: {
    readonly step: Step;
    readonly pipelineName: string;
    readonly loadId: string | undefined;
    readonly cause: unknown;
    /** Packages that the extract had committed before it failed; default 0. */
    readonly committed?: number;
    /** Packages that stay on disk and are finished by the next run. */
    readonly pendingLoadIds: readonly string[];
  }) {
    const { step, pipelineName, loadId, cause, committed = 0, pendingLoadIds } = options;
    const problem = cause instanceof Error ? cause.message : String(cause);
    const retryable = LeatError.is(cause) && cause.retryable;
    const before =
      committed === 0
        ? ""
        : ` Since its last commit, that is: ${committed === 1 ? "the package" : `the ${committed} packages`} before it stay.`;
    const kept =
      pendingLoadIds.length === 0 ? "" : ` Pending packages (${pendingLoadIds.join(", ")}) are kept: ${outlook(step, retryable)}`;
    super(
      `Pipeline \`${pipelineName}\` failed in step \`${step}\`${loadId === undefined ? "" : ` at package \`${loadId}\``}: ${problem}${before}${kept}`,
      {
        cause,
        retryable,
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

/** An error that is not leat's, where only leat's are told: in `run-failed`. A call throws the error itself, which is the `cause`. */
export class ForeignError extends LeatError {
  readonly code = "error" as const;

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** What comes of the pending packages. A step that works on them fails the same way again when time alone does not mend it. */
function outlook(step: Step, retryable: boolean): string {
  if (retryable || step === "sync" || step === "extract") return "the next run finishes them first.";
  return (
    "each run begins with them, and fails again until the cause is gone. " +
    "To give them up call abortPackages(), or `leat pipeline NAME abort-packages`: their rows are extracted again."
  );
}
