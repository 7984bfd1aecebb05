import type { DataType } from "../../schema/data-type.ts";
import type { ArrowType, TimeUnit } from "./arrow-type.ts";

/** The part of a stored column that an Arrow type decides. */
export interface ArrowColumn {
  readonly data_type: DataType;
  readonly precision?: number;
  readonly scale?: number;
}

/**
 * The column that takes the values of an Arrow type, as dlt maps them; undefined for the type of nulls. Unsigned integers get the next larger
 * signed ones: with the size that dlt gives them large values would not fit.
 */
export function columnOfType(type: ArrowType): ArrowColumn | undefined {
  switch (type.kind) {
    case "null":
      return undefined;
    case "bool":
      return { data_type: "bool" };
    case "integer":
      return integerColumn(type.isSigned ? type.bits : 2 * type.bits);
    case "float":
      return { data_type: "double" };
    case "decimal":
      return { data_type: "decimal", precision: type.precision, scale: type.scale };
    case "date":
      return { data_type: "date" };
    case "time":
    case "timestamp":
      return { data_type: type.kind, ...secondDigits(type.unit) };
    case "text":
    case "large-text":
    case "text-view":
      return { data_type: "text" };
    case "fixed-binary":
      return { data_type: "binary", precision: type.size };
    case "binary":
    case "large-binary":
    case "binary-view":
      return { data_type: "binary" };
    case "dictionary":
      return columnOfType(type.value);
    default:
      return { data_type: "json" };
  }
}

function integerColumn(bits: number): ArrowColumn {
  return bits >= 64 ? { data_type: "bigint" } : { data_type: "bigint", precision: bits };
}

/** Microseconds are what a column without precision has. */
function secondDigits(unit: TimeUnit): { readonly precision?: number } {
  return unit === "s" ? { precision: 0 } : unit === "ms" ? { precision: 3 } : {};
}
