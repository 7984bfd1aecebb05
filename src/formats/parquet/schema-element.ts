import { convertedType, physicalType, repetition } from "./codes.ts";
import type { ParquetColumnType } from "./column-type.ts";
import { decimalSize } from "./decimal-column.ts";
import type { CompactWriter } from "./thrift-compact.ts";

/** The entry of a column in the schema of a file. */
export function writeSchemaElement(out: CompactWriter, name: string, type: ParquetColumnType): void {
  const converted = convertedTypeOf(type);
  const logical = logicalTypeOf(type);
  out.i32(1, physicalTypeOf(type));
  if (type.kind === "decimal") out.i32(2, decimalSize);
  out.i32(3, repetition.optional);
  out.text(4, name);
  if (converted !== undefined) out.i32(6, converted);
  if (type.kind === "decimal") {
    out.i32(7, type.scale);
    out.i32(8, type.precision);
  }
  if (logical) out.struct(10, () => out.struct(logical.field, () => logical.write(out)));
}

/** How the values of a column are stored. */
export function physicalTypeOf(type: ParquetColumnType): number {
  switch (type.kind) {
    case "text":
    case "json":
    case "binary":
      return physicalType.byteArray;
    case "bigint":
    case "timestamp":
    case "time":
      return physicalType.int64;
    case "date":
      return physicalType.int32;
    case "double":
      return physicalType.double;
    case "bool":
      return physicalType.boolean;
    case "decimal":
      return physicalType.fixedLengthByteArray;
  }
}

// The older way to say what values mean, for readers that know nothing else. It has no words for wall clocks.
function convertedTypeOf(type: ParquetColumnType): number | undefined {
  switch (type.kind) {
    case "text":
      return convertedType.utf8;
    case "json":
      return convertedType.json;
    case "date":
      return convertedType.date;
    case "decimal":
      return convertedType.decimal;
    case "timestamp":
      if (!type.utc || type.unit === "ns") return undefined;
      return type.unit === "ms" ? convertedType.timestampMillis : convertedType.timestampMicros;
    default:
      return undefined;
  }
}

/** `LogicalType` is a union: the number of its one field says which, the struct behind it may have more to say. */
interface LogicalType {
  readonly field: number;
  readonly write: (out: CompactWriter) => void;
}

function logicalTypeOf(type: ParquetColumnType): LogicalType | undefined {
  switch (type.kind) {
    case "text":
      return { field: 1, write: nothing };
    case "decimal":
      return { field: 5, write: (out) => writeDigits(out, type.scale, type.precision) };
    case "date":
      return { field: 6, write: nothing };
    case "time":
      return { field: 7, write: (out) => writeUnit(out, false, "us") };
    case "timestamp":
      return { field: 8, write: (out) => writeUnit(out, type.utc, type.unit ?? "us") };
    case "json":
      return { field: 12, write: nothing };
    default:
      return undefined;
  }
}

function nothing(): void {}

function writeDigits(out: CompactWriter, scale: number, precision: number): void {
  out.i32(1, scale);
  out.i32(2, precision);
}

function writeUnit(out: CompactWriter, isAdjustedToUtc: boolean, unit: "ms" | "us" | "ns"): void {
  out.flag(1, isAdjustedToUtc);
  // The unit is a union, too.
  out.struct(2, () => out.struct(unit === "ms" ? 1 : unit === "us" ? 2 : 3, nothing));
}
