import { SchemaError } from "../../core/errors.ts";

declare const identifierBrand: unique symbol;

/** The name of a table or column as the destination knows it. Only a naming convention makes one. */
export type Identifier = string & { readonly [identifierBrand]: never };

/** A name from which no identifier can be made, or not in this place. */
export class IdentifierError extends SchemaError {
  readonly code = "identifier" as const;
  /** The name as it was given. */
  readonly identifier: string;

  constructor(options: { readonly identifier: string; readonly schemaName?: string; readonly problem?: string; readonly cause?: unknown }) {
    const { problem = "is empty: a table or column needs at least one visible character in its name" } = options;
    super(`The name ${JSON.stringify(options.identifier)} ${problem}.`, {
      schemaName: options.schemaName ?? "",
      ...("cause" in options ? { cause: options.cause } : {}),
    });
    this.identifier = options.identifier;
  }
}
