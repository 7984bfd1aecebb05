/**
 * The bases of every error. A leaf class lives in the folder that throws it; `pipeline/any-error.ts` lists them all.
 * The class says who has to act, the message says what to do, `code` is stable.
 */
const marker: unique symbol = Symbol.for("leat.error") as never;

/** Base of all errors of leat. `code` is stable and literal; `retryable` says whether trying again can help. */
export abstract class LeatError extends Error {
  /** What kind of error it is: a word for `switch`, listed in docs/errors.md. */
  abstract readonly code: string;
  /** True when the same call may succeed later without a change. */
  readonly retryable: boolean;
  /** Exit code of the command line for this class of error. @internal */
  static readonly exitCode: number = 1;
  /** That of the class, or of what it was thrown for. Not shown with the error. @internal */
  declare readonly exitCode: number;

  constructor(message: string, options: { readonly cause?: unknown; readonly retryable?: boolean } = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.name = new.target.name;
    this.retryable = options.retryable ?? false;
    Object.defineProperty(this, marker, { value: true });
    // No field: one in a class below would be shown.
    Object.defineProperty(this, "exitCode", { value: new.target.exitCode, configurable: true, writable: true });
  }

  /** True for every error of leat, also for one of a second copy of the package. */
  static is(error: unknown): error is LeatError {
    return typeof error === "object" && error !== null && marker in error;
  }
}

/** A setting is missing or wrong. `lookedAt` lists every place that was searched, in order. */
export class ConfigError extends LeatError {
  readonly code = "config" as const;
  /** @internal */
  static override readonly exitCode: number = 2;
  /** Every place that was searched, in order; empty where nothing was looked up. */
  readonly lookedAt: readonly string[];

  constructor(message: string, options: { readonly lookedAt?: readonly string[]; readonly cause?: unknown } = {}) {
    super(message, options);
    this.lookedAt = options.lookedAt ?? [];
  }
}

/** A schema refuses something; `schemaName` says which. */
export abstract class SchemaError extends LeatError {
  /** @internal */
  static override readonly exitCode: number = 3;
  /** The schema, which has the name of its source. */
  readonly schemaName: string;

  constructor(message: string, options: { readonly schemaName: string; readonly cause?: unknown }) {
    super(message, options);
    this.schemaName = options.schemaName;
  }
}

/** The source of the rows failed; `resource` says which. */
export abstract class SourceError extends LeatError {
  /** @internal */
  static override readonly exitCode: number = 4;
  /** The resource, by its name. */
  readonly resource: string;

  constructor(message: string, options: { readonly resource: string; readonly cause?: unknown; readonly retryable?: boolean }) {
    super(message, options);
    this.resource = options.resource;
  }
}

/** The destination failed; `destination` is its name. */
export abstract class DestinationError extends LeatError {
  /** @internal */
  static override readonly exitCode: number = 5;
  /** The destination, by its name in config. */
  readonly destination: string;

  constructor(message: string, options: { readonly destination: string; readonly cause?: unknown; readonly retryable?: boolean }) {
    super(message, options);
    this.destination = options.destination;
  }
}

/** The working directory cannot be used as it is. */
export abstract class PackageError extends LeatError {
  /** @internal */
  static override readonly exitCode: number = 6;
  /** The folder of the pipeline. */
  readonly workingDir: string;

  constructor(message: string, options: { readonly workingDir: string; readonly cause?: unknown; readonly retryable?: boolean }) {
    super(message, options);
    this.workingDir = options.workingDir;
  }
}

/** The pipeline state cannot be used as it is. `path` names the slot or key, `$` is the whole. */
export abstract class StateError extends LeatError {
  /** @internal */
  static override readonly exitCode: number = 6;
  /** Such as `sources.shop.resources.orders.cursor`; `$` is the whole. */
  readonly path: string;

  constructor(message: string, options: { readonly path: string; readonly cause?: unknown }) {
    super(message, options);
    this.path = options.path;
  }
}

/** The signal fired. What was committed stays; the next run goes on from there. */
export class CancelledError extends LeatError {
  readonly code = "cancelled" as const;
  /** @internal */
  static override readonly exitCode: number = 7;
}

/** A promise that leat makes to itself is broken. Please report it. */
export class InternalError extends LeatError {
  readonly code = "internal" as const;
  /** @internal */
  static override readonly exitCode: number = 70;

  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(`${message} This is a bug in leat: please report it.`, options);
  }
}
