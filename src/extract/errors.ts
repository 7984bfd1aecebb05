import { inspect } from "node:util";
import { errorMessage } from "../core/error-message.ts";
import { LeatError, SourceError } from "../core/errors.ts";

/** The code of a resource threw. `cause` is what it threw. */
export class ResourceFailedError extends SourceError {
  readonly code = "resource-failed" as const;

  constructor(options: { readonly resource: string; readonly sourceName: string; readonly cause: unknown }) {
    const { resource, sourceName, cause } = options;
    const retryable = typeof cause === "object" && cause !== null && (cause as { retryable?: unknown }).retryable === true;
    super(
      `Resource \`${resource}\` of source \`${sourceName}\` failed: ${describe(cause)}. ` +
        `Nothing of this extract was kept, neither rows nor state: mend the cause and run again.`,
      { resource, cause, retryable },
    );
  }
}

/** A resource gave something that cannot be a row, or that does not fit its schema. */
export class RowInvalidError extends SourceError {
  readonly code = "row-invalid" as const;
  /** Counts the rows of the resource in this run, from 0. */
  readonly rowIndex: number;
  /** Where in the row, `$` is the row itself. */
  readonly path: string;

  /** `what` cannot be stored; `json` is why a text is no JSON; `problems` is what a row schema says; `keyOf` is a cursor whose rows need the column at `path`. */
  constructor(
    options: { readonly resource: string; readonly rowIndex: number; readonly path: string } & (
      | { readonly what: string }
      | { readonly json: string }
      | { readonly problems: string }
      | { readonly keyOf: string }
    ),
  ) {
    const { resource, rowIndex, path } = options;
    super(
      "json" in options
        ? `Resource \`${resource}\` gave rawJson() a text that is not valid JSON, behind row ${rowIndex}: ${options.json}. ` +
            "Nothing of this extract was kept, neither rows nor state: mend the text, or parse it where it is read and yield rows."
        : "what" in options
          ? `Resource \`${resource}\` gave ${options.what} at \`${path}\` of row ${rowIndex}: rows are objects of texts, numbers, booleans, dates, decimals, bytes, lists and objects. ` +
            `Change it with .map(), or leave it out.`
          : "keyOf" in options
            ? `Row ${rowIndex} of resource \`${resource}\` has no \`${path}\`, its key, by which rows with one value of the cursor \`${options.keyOf}\` are told apart. ` +
              "Nothing of this extract was kept, neither rows nor state: give such rows a key with .map(), or name other columns, or none: incremental: { primaryKey: [] }."
            : `Row ${rowIndex} of resource \`${resource}\` does not fit its schema. ${options.problems}. Nothing of this extract was kept, neither rows nor state. ` +
              `Mend such rows with .map(), let the schema take them, or drop them: schemaContract: { dataType: "discard_row" }.`,
      { resource },
    );
    this.rowIndex = rowIndex;
    this.path = path;
  }
}

/** `current.*` was used outside of a running resource. */
export class NotRunningError extends LeatError {
  readonly code = "not-running" as const;

  constructor(member: string, why = "no resource is running here") {
    super(
      `\`current.${member}()\` has nothing to give: ${why}. Call it below a resource, transformer or map function of a running pipeline.`,
    );
  }
}

/** To be read in a sentence, which has an end of its own. */
function describe(cause: unknown): string {
  return wordsOf(cause).replace(/(?<!\.)\.$/, "");
}

function wordsOf(cause: unknown): string {
  if (!(cause instanceof Error)) return typeof cause === "string" ? cause : inspect(cause, { breakLength: Number.POSITIVE_INFINITY });
  const what = errorMessage(cause) || cause.name;
  const why = cause.cause instanceof Error ? errorMessage(cause.cause).replace(/\.$/, "") : "";
  return why === "" || what.includes(why) ? what : `${what} (${why})`;
}
