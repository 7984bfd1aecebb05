import type { Cell } from "./cell.ts";
import { coerceCell } from "./coerce.ts";
import type { DataType } from "./data-type.ts";
import { decimalInteger } from "./decimal-number.ts";
import type { PresentValue } from "./json-value.ts";

/** The cell of a value in a column of a type; undefined when the column does not take it. */
export type Coercion = (to: DataType, value: PresentValue) => Cell | undefined;

/**
 * For a destination whose wei columns are decimals of this precision and scale. Where they have no digits behind the point it would round, as dlt lets it:
 * a fraction, and what has too many digits, needs another column.
 */
export function coercionFor([precision, scale]: readonly [precision: number, scale: number]): Coercion {
  if (scale > 0) return coerceCell;
  return (to, value) => {
    const cell = coerceCell(to, value);
    return to === "wei" && typeof cell === "string" && decimalInteger(cell, precision) === undefined ? undefined : cell;
  };
}
