import { DestinationError } from "../core/errors.ts";

/** An integer is too large for a number. */
export class InexactIntegerError extends DestinationError {
  readonly code = "inexact-integer" as const;
  /** The column of the result that has it. */
  readonly column: string;

  constructor(column: string, value: bigint, options: { readonly destination: string }) {
    super(
      `Column \`${column}\` holds ${value}, which a number cannot hold exactly. Read integers as bigint: dataset({ integers: "bigint" }).`,
      options,
    );
    this.column = column;
  }
}
