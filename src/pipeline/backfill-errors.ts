import { LeatError } from "../core/errors.ts";

/** Ranges of a backfill that failed; the others are loaded. `cause` is what the first of them failed of. */
export class BackfillFailedError extends LeatError {
  readonly code = "backfill-failed" as const;
  override readonly exitCode: number;
  /** The pipeline. */
  readonly pipelineName: string;
  /** The ranges that failed, each with what it failed of: from `from` up to and without `to`. */
  readonly ranges: readonly { readonly from: unknown; readonly to: unknown; readonly error: unknown }[];

  constructor(options: {
    readonly pipelineName: string;
    readonly loaded: number;
    readonly ranges: readonly { readonly from: unknown; readonly to: unknown; readonly error: unknown }[];
  }) {
    const { pipelineName, loaded, ranges } = options;
    const shown = ranges.slice(0, 5).map(({ from, to, error }) => `[${text(from)}, ${text(to)}): ${messageOf(error)}`);
    const more = ranges.length > shown.length ? [`and ${ranges.length - shown.length} more`] : [];
    const cause = ranges[0]?.error;
    const isStateConflict = ranges.some(({ error }) => LeatError.is(error) && error.code === "state-conflict");
    const advice = isStateConflict ? "Resources that change a state of their own take `parallel: 1`. " : "";
    super(
      `Backfill of pipeline \`${pipelineName}\`: ${ranges.length} of ${ranges.length + loaded} ranges failed. ${[...shown, ...more].join("; ")} ${advice}` +
        "All others are loaded, and what is loaded is remembered: mend the cause and call it again, it goes on with the missing ranges.",
      { cause, retryable: ranges.every(({ error }) => LeatError.is(error) && error.retryable) },
    );
    this.pipelineName = pipelineName;
    this.ranges = ranges;
    this.exitCode = LeatError.is(cause) ? cause.exitCode : 1;
    Object.defineProperty(this, "exitCode", { enumerable: false });
  }
}

function text(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
