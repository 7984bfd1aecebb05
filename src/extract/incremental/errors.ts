import { inspect } from "node:util";
import { SourceError } from "../../core/errors.ts";

/** A row has no value at the cursor path, or null there, and `onCursorValueMissing` is `"raise"`. */
export class CursorMissingError extends SourceError {
  readonly code = "cursor-missing" as const;
  /** As it is declared. */
  readonly cursorPath: string;

  constructor(options: { readonly resource: string; readonly cursorPath: string; readonly row: unknown; readonly isNull: boolean }) {
    const { resource, cursorPath, row, isNull } = options;
    super(
      `Resource \`${resource}\` gave a row ${isNull ? `whose \`${cursorPath}\` is null` : `without \`${cursorPath}\``}, its cursor: ${shortened(row)}. ` +
        (isNull ? "" : "The path is that of the rows as they are yielded, not of the columns of the table. ") +
        'Give each row a value with .map(), or say what becomes of such rows: onCursorValueMissing: "include" or "exclude".',
      { resource },
    );
    this.cursorPath = cursorPath;
  }
}

/** The cursor value of a row cannot be compared with the one that it is held against. */
export class CursorTypeError extends SourceError {
  readonly code = "cursor-type" as const;
  /** As it is declared. */
  readonly cursorPath: string;

  /** `against` is what it was compared with; without it the value alone is none that has an order. */
  constructor(options: {
    readonly resource: string;
    readonly cursorPath: string;
    readonly value: unknown;
    readonly row: unknown;
    readonly against?: { readonly value: unknown; readonly what: string };
  }) {
    const { resource, cursorPath, value, row, against } = options;
    const found = `\`${cursorPath}\` of a row of resource \`${resource}\` is ${shortened(value)}, a ${typeName(value)}`;
    super(
      against === undefined
        ? `${found}, which cannot be kept or has no order. A cursor is a text, a finite number, a Date, a Decimal, or a date or time; for others give a lastValueFunc of your own. The row: ${shortened(row)}.`
        : `${found}, and cannot be compared with ${against.what}, ${shortened(against.value)}, a ${typeName(against.value)}. The row: ${shortened(row)}. ` +
            `Give ${against.what === "endValue" ? "endValue" : "initialValue"} in the type of the rows, or bring the rows to its type with .map(). ` +
            "Where the type in the data has changed, the stored cursor has to be dropped or set: see docs/incremental.md.",
      { resource },
    );
    this.cursorPath = cursorPath;
  }
}

/** A row in a message is there to be recognised. */
function shortened(value: unknown): string {
  const text = inspect(value, { depth: 2, breakLength: Number.POSITIVE_INFINITY, maxArrayLength: 5, maxStringLength: 100 });
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

/** As users call it: `string`, `Date`, `PlainDateTime`. */
function typeName(value: unknown): string {
  if (value === null || typeof value !== "object") return value === null ? "null" : typeof value;
  if (value instanceof Date) return "Date";
  const maker: unknown = (value as { readonly constructor?: unknown }).constructor;
  return typeof maker === "function" && maker.name !== "" ? maker.name : "object";
}
