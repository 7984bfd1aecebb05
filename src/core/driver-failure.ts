/** What a database did not do, told without saying who asked: a destination or a source turns it into its own error. */
export class DriverFailure extends Error {
  /**
   * `connection`: cannot be reached or opened, or it is lost. `undefined-relation`: a table or schema is missing.
   * `missing-driver`: its package is not installed. `statement`: it refused a statement.
   */
  readonly kind: DriverFailureKind;
  /** True when the same call may succeed later without a change. */
  readonly retryable: boolean;
  /** The table or schema of `undefined-relation`, the package of `missing-driver`. */
  readonly subject: string | undefined;
  /** Of `missing-driver`: another package that does as well. */
  readonly alternative: string | undefined;

  constructor(
    kind: DriverFailureKind,
    message: string,
    options: { readonly cause?: unknown; readonly retryable?: boolean; readonly subject?: string; readonly alternative?: string } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = "DriverFailure";
    this.kind = kind;
    this.retryable = options.retryable ?? false;
    this.subject = options.subject;
    this.alternative = options.alternative;
  }
}

/** What went wrong: the connection, a table or column that is not there, a package that is not installed, or the statement itself. */
export type DriverFailureKind = "connection" | "undefined-relation" | "missing-driver" | "statement";
