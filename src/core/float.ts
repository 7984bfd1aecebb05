/**
 * A double whose text in a document is that of a float although its value is integral: `1.0`, `1e3`.
 * JavaScript numbers cannot tell `1` from `1.0`; dlt can, and its hashes and column types depend on it.
 */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  valueOf(): number {
    return this.value;
  }

  toJSON(): number {
    return this.value;
  }

  toString(): string {
    return floatText(this.value);
  }
}

/** The JSON text of a double, always recognisable as one: `1.0`, `0.00001`, `1e-6`, `1e+16`; `null` when it is not finite. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return "null";
  const size = Math.abs(value);
  if (size >= 1e16 || (size < 1e-5 && size > 0)) return value.toExponential();
  if (!Number.isInteger(value)) return String(value);
  return Object.is(value, -0) ? "-0.0" : `${value}.0`;
}
