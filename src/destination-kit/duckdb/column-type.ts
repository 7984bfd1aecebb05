import type { ColumnSchema } from "../../schema/document.ts";
import type { Capabilities } from "../capabilities.ts";
import { UnsupportedError } from "../errors.ts";

type Precisions = Pick<Capabilities, "decimalPrecision" | "weiPrecision">;

/** The type of DuckDB that holds the values of a column. Throws UnsupportedError. */
export function duckDbColumnType(column: ColumnSchema, precisions: Precisions): string {
  switch (column.data_type) {
    case "text":
      return "VARCHAR";
    case "double":
      return "DOUBLE";
    case "bool":
      return "BOOLEAN";
    case "bigint":
      return integerType(column.precision);
    case "timestamp":
      return column["timezone"] === false ? naiveTimestampType(column.precision) : "TIMESTAMP WITH TIME ZONE";
    case "date":
      return "DATE";
    case "time":
      return "TIME";
    case "decimal":
      return decimalType(column, precisions.decimalPrecision);
    case "wei":
      return decimalType(column, precisions.weiPrecision);
    case "binary":
      return "BLOB";
    case "json":
      return "JSON";
    default:
      throw new UnsupportedError(`DuckDB has no type for column \`${column.name}\` of type \`${column.data_type}\`.`, {
        destination: "duckdb",
      });
  }
}

/** `precision` counts bits. */
function integerType(precision: number | undefined): string {
  const types = [
    [8, "TINYINT"],
    [16, "SMALLINT"],
    [32, "INTEGER"],
    [64, "BIGINT"],
  ] as const;
  if (precision === undefined) return "BIGINT";
  return types.find(([bits]) => precision <= bits)?.[1] ?? "HUGEINT";
}

/** `precision` counts digits of a second. */
function naiveTimestampType(precision: number | undefined): string {
  if (precision === undefined) return "TIMESTAMP";
  if (precision === 0) return "TIMESTAMP_S";
  if (precision <= 3) return "TIMESTAMP_MS";
  return precision <= 6 ? "TIMESTAMP" : "TIMESTAMP_NS";
}

function decimalType(column: ColumnSchema, [precision, scale]: readonly [number, number]): string {
  return `DECIMAL(${column.precision ?? precision},${column.scale ?? scale})`;
}
