import type { Cell } from "./cell.ts";
import type { Coercion } from "./coercion.ts";
import type { DataType } from "./data-type.ts";
import type { Detection } from "./detections.ts";
import { inferType } from "./infer.ts";
import type { PresentValue } from "./json-value.ts";
import type { NamingConvention } from "./naming/naming-convention.ts";
import { variantKind, variantName } from "./variant.ts";

/** Where a value goes: into the column it came for, or into a variant of it. */
export interface PlacedCell {
  readonly column: string;
  readonly dataType: DataType;
  readonly isVariant: boolean;
  readonly cell: Cell;
}

/** What placing asks the table for. */
export interface PlaceSettings {
  readonly naming: NamingConvention;
  readonly detections: readonly Detection[];
  /** Of the destination. */
  readonly coerce: Coercion;
  /** The time now, for the detection of Unix times. */
  readonly nowMs: number;
  /** The type of a column, or undefined when there is none (or it is incomplete). */
  dataType(column: string): DataType | undefined;
  /** The type that settings prefer for a new column of this name. */
  preferredType(column: string): DataType | undefined;
}

/** Finds the column for a value; undefined when not even its variant column takes it. */
export function placeCell(column: string, value: PresentValue, settings: PlaceSettings): PlacedCell | undefined {
  const dataType = settings.dataType(column) ?? settings.preferredType(column) ?? inferType(value, settings.detections, settings.nowMs);
  const cell = settings.coerce(dataType, value);
  return cell === undefined ? placeVariant(column, dataType, value, settings) : { column, dataType, isVariant: false, cell };
}

/**
 * The type of a new variant column is inferred again: a timestamp text in a double column makes `c__v_text` of type timestamp. Another text goes into a variant
 * of that, `c__v_text__v_text` (dlt gives up here).
 */
function placeVariant(column: string, refusedBy: DataType, value: PresentValue, settings: PlaceSettings): PlacedCell | undefined {
  const kind = variantKind(refusedBy, value);
  const variant = existingComplexVariant(column, kind, settings) ?? variantName(column, kind, settings.naming);
  const dataType = settings.dataType(variant) ?? (kind === "str" ? "text" : inferType(value, settings.detections, settings.nowMs));
  const cell = settings.coerce(dataType, value);
  if (cell !== undefined) return { column: variant, dataType, isVariant: true, cell };
  const hasOtherType = settings.dataType(variant) !== undefined;
  return hasOtherType || (kind !== "str" && variantKind(dataType, value) === "str")
    ? placeVariant(variant, dataType, value, settings)
    : undefined;
}

/** Tables of old versions of dlt call their json variants `complex`. */
function existingComplexVariant(column: string, kind: string, settings: PlaceSettings): string | undefined {
  if (kind !== "json") return undefined;
  const name = settings.naming.shortenFragments(column, "v_complex");
  return settings.dataType(name) === undefined ? undefined : name;
}
