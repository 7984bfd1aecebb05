import { DriverFailure } from "../../core/driver-failure.ts";
import { ConnectionError, MissingDriverError, UndefinedRelationError, UnsupportedError } from "../errors.ts";

/** Makes the error of a destination from what its driver told; every other error stays as it is. */
export function destinationError(error: unknown, destination: string): unknown {
  if (!(error instanceof DriverFailure)) return error;
  const options = { destination, cause: error.cause, retryable: error.retryable };
  switch (error.kind) {
    case "connection":
      return new ConnectionError(error.message, options);
    case "undefined-relation":
      return new UndefinedRelationError(error.subject ?? error.message, options);
    case "missing-driver":
      return new MissingDriverError(error.subject ?? "", { ...options, alternative: error.alternative });
    case "statement":
      return new UnsupportedError(`\`${destination}\` refused a statement: ${error.message}`, options);
    default:
      return error.kind satisfies never;
  }
}
