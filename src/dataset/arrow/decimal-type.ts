import { Decimal } from "decimal.js";
import type { ArrowApi } from "./arrow-api.ts";
import { type ColumnFormat, decimalFormat } from "./column-format.ts";

/** The type that holds all of the values exactly. Undefined when none does. */
export function decimalTypeFor(parts: readonly (readonly (Decimal | bigint | null)[])[], api: ArrowApi): ColumnFormat | undefined {
  let [whole, scale] = [0, 0];
  for (const cells of parts) {
    for (const cell of cells) {
      if (cell === null || (Decimal.isDecimal(cell) && !cell.isFinite())) continue;
      const value = new Decimal(String(cell));
      scale = Math.max(scale, value.decimalPlaces());
      whole = Math.max(whole, value.e + 1);
    }
  }
  if (whole + scale > 76) return undefined;
  return decimalFormat({ precision: whole + scale > 38 ? 76 : 38, scale }, api);
}
