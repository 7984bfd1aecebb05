/** A cell that its column cannot hold. Internal: whoever fills the column knows the table and the row, and says the rest. */
export class CellRangeError extends Error {
  readonly column: string;
  readonly value: unknown;
  /** What is wrong with the value, to be read after "Column `x`:". */
  readonly reason: string;
  /** What to do, in a sentence; undefined where another type of the column or another value is all there is. */
  readonly advice: string | undefined;

  constructor(options: { readonly column: string; readonly value: unknown; readonly reason: string; readonly advice?: string }) {
    super(`Column \`${options.column}\`: ${options.reason}.`);
    this.name = "CellRangeError";
    this.column = options.column;
    this.value = options.value;
    this.reason = options.reason;
    this.advice = options.advice;
  }
}
