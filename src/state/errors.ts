import { StateError } from "../core/errors.ts";

/** State holds what cannot be stored, or its stored text cannot be read. `path` names the place. */
export class InvalidStateError extends StateError {
  readonly code = "state-invalid" as const;
}

/** A write to state that may only be read. */
export class StateAccessError extends StateError {
  readonly code = "state-access" as const;
}
