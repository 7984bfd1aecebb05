import type { DataType } from "../../schema/data-type.ts";
import { defaultParquetFormat, type ParquetFormat } from "./parquet-format.ts";

/** What a column of a file holds. */
export type ParquetColumnType =
  | { readonly kind: "text" | "json" | "binary" | "bigint" | "double" | "bool" | "date" | "time" }
  /** Since 1970, microseconds where nothing else is said; `utc: false` is a wall clock. `isCut`: digits that the unit does not have are dropped, else they are refused. */
  | { readonly kind: "timestamp"; readonly utc: boolean; readonly unit?: "ms" | "ns"; readonly isCut?: boolean }
  /** `precision` digits, `scale` of them after the point. */
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number };

/** The part of a stored column that decides how it is written. */
export interface TypedColumn {
  readonly data_type: DataType;
  readonly precision?: number | undefined;
  readonly scale?: number | undefined;
  readonly timezone?: boolean | undefined;
}

/** The type in the file of a column of the schema. */
export function parquetColumnType(column: TypedColumn, format: ParquetFormat = defaultParquetFormat): ParquetColumnType {
  switch (column.data_type) {
    case "timestamp":
      return timestampType(column.timezone !== false, format);
    case "decimal":
      return decimalType(column.precision ?? defaultPrecision, column.scale ?? defaultScale);
    case "wei":
      return decimalType(maxPrecision, 0);
    default:
      return { kind: column.data_type };
  }
}

/** True when cells of both types can share one column of a file. */
export function isSameType(a: ParquetColumnType, b: ParquetColumnType): boolean {
  if (a.kind === "timestamp") return b.kind === "timestamp" && a.utc === b.utc && a.unit === b.unit;
  if (a.kind === "decimal") return b.kind === "decimal" && a.precision === b.precision && a.scale === b.scale;
  return a.kind === b.kind;
}

const maxPrecision = 38;
const defaultPrecision = 38;
const defaultScale = 9;

function timestampType(utc: boolean, { timestampUnit: unit, allowTruncatedTimestamps, isUtc }: ParquetFormat): ParquetColumnType {
  const type = { kind: "timestamp", utc: utc && isUtc } as const;
  return unit === "us" ? type : { ...type, unit, isCut: allowTruncatedTimestamps };
}

// A wider decimal is a fault of the hint, and the database that gets it says so: here it is cut to what 16 bytes hold.
function decimalType(precision: number, scale: number): ParquetColumnType {
  const digits = Math.min(precision, maxPrecision);
  return { kind: "decimal", precision: digits, scale: Math.min(scale, digits) };
}
