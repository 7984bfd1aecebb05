import type { CancelledError, ConfigError, InternalError } from "../core/errors.ts";
import { LeatError as Base } from "../core/errors.ts";
import type { InexactIntegerError } from "../dataset/errors.ts";
import type {
  ConnectionError,
  LoadJobFailedError,
  MissingDriverError,
  UndefinedRelationError,
  UnsupportedError,
} from "../destination-kit/errors.ts";
import type { NotRunningError, ResourceFailedError, RowInvalidError } from "../extract/errors.ts";
import type { CursorMissingError, CursorTypeError } from "../extract/incremental/errors.ts";
import type {
  PackageCorruptError,
  PackagePendingError,
  PipelineLockedError,
  VersionTooNewError,
  WorkingDirError,
} from "../load-package/errors.ts";
import type { ContractViolationError, TypeConflictError } from "../schema/errors.ts";
import type { IdentifierError } from "../schema/naming/identifier.ts";
import type { InvalidStateError, StateAccessError, StateConflictError } from "../state/errors.ts";
import type { BackfillFailedError } from "./backfill-errors.ts";
import type { ForeignError, StepFailedError } from "./errors.ts";

/** Every error, for a `switch` on `code`. */
export type AnyLeatError =
  | ConfigError
  | NotRunningError
  | ContractViolationError
  | TypeConflictError
  | IdentifierError
  | ResourceFailedError
  | RowInvalidError
  | CursorMissingError
  | CursorTypeError
  | InvalidStateError
  | StateAccessError
  | StateConflictError
  | ConnectionError
  | LoadJobFailedError
  | UndefinedRelationError
  | InexactIntegerError
  | UnsupportedError
  | MissingDriverError
  | PackageCorruptError
  | PackagePendingError
  | VersionTooNewError
  | PipelineLockedError
  | WorkingDirError
  | CancelledError
  | StepFailedError
  | BackfillFailedError
  | ForeignError
  | InternalError;

/** Base of all errors of leat. */
export type LeatError = Base;

// The base class cannot name its leaves: here `is` learns them.
type LeatErrorClass = Omit<typeof Base, "is" | "prototype"> & {
  readonly prototype: Base;
  /** True for every error of leat, also for one of a second copy of the package; then `code` tells which. */
  is(error: unknown): error is AnyLeatError;
};

/** Base of all errors of leat; `LeatError.is(error)` narrows what was caught to the union of them. */
export const LeatError: LeatErrorClass = Base as unknown as LeatErrorClass;
