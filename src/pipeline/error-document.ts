import { inspect } from "node:util";
import { causesOf } from "../core/causes.ts";
import { errorMessage } from "../core/error-message.ts";
import { LeatError } from "../core/errors.ts";
import type { TraceError } from "./infos.ts";

/** An error as a trace keeps it: without the fields of its class, which may hold values of rows. */
export function errorDocument(error: unknown): TraceError {
  const causes = causesOf(error).map(oneError);
  return { ...oneError(error), ...(causes.length === 0 ? {} : { causes }) };
}

function oneError(error: unknown): TraceError {
  if (LeatError.is(error)) return { code: error.code, message: error.message, name: error.name, retryable: error.retryable };
  if (!(error instanceof Error)) return { code: "error", message: typeof error === "string" ? error : inspect(error) };
  const { code } = error as NodeJS.ErrnoException;
  const { name, stack } = error;
  const message = errorMessage(error);
  // An error of leat says what to do; of others the stack is what helps.
  return { code: typeof code === "string" ? code : "error", message, name, ...(stack === undefined ? {} : { stack }) };
}
