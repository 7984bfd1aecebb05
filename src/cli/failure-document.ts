import { inspect } from "node:util";
import { causesOf } from "../core/causes.ts";
import { encodeJson } from "../core/json-encode.ts";
import { exitCodeOf } from "./failure-text.ts";

export interface FailureDocument {
  /** Of leat's errors their own; else that of Node, or "error". */
  readonly code: string;
  readonly message: string;
  /** Of the process. */
  readonly exitCode?: number;
  /** The fields of the error: `step`, `loadId`, `resource` and others. */
  readonly [field: string]: unknown;
}

/** An uncaught error for a program: code, message, fields, causes. */
export function failureDocument(error: unknown, options: { readonly debug: boolean }): FailureDocument {
  const causes = causesOf(error).map(oneError);
  const stack = options.debug && error instanceof Error ? { stack: inspect(error) } : {};
  return { ...oneError(error), exitCode: exitCodeOf(error), ...(causes.length === 0 ? {} : { causes }), ...stack };
}

function oneError(error: unknown): FailureDocument {
  if (!(error instanceof Error)) return { code: "error", message: typeof error === "string" ? error : inspect(error) };
  const {
    code,
    cause: _,
    stack: __,
    exitCode: ___,
    name: ____,
    ...fields
  } = error as Error & { readonly code?: unknown; readonly exitCode?: unknown };
  const safe = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, jsonValue(value)]));
  return { code: typeof code === "string" ? code : "error", message: error.message, name: error.name, ...safe };
}

function jsonValue(value: unknown): unknown {
  try {
    if (value !== undefined) encodeJson(value);
    return value;
  } catch {
    return inspect(value);
  }
}
