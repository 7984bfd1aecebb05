/** The type of an Arrow column, as far as it can be loaded. */
export type ArrowType =
  | { readonly kind: "null" | "bool" | "text" | "large-text" | "text-view" | "binary" | "large-binary" | "binary-view" }
  | { readonly kind: "integer"; readonly bits: 8 | 16 | 32 | 64; readonly isSigned: boolean }
  | { readonly kind: "float"; readonly bits: 16 | 32 | 64 }
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number; readonly bits: number }
  | { readonly kind: "date"; readonly unit: "day" | "millisecond" }
  | { readonly kind: "time"; readonly unit: TimeUnit; readonly bits: 32 | 64 }
  | { readonly kind: "timestamp"; readonly unit: TimeUnit; readonly hasZone: boolean }
  | { readonly kind: "fixed-binary"; readonly size: number }
  | { readonly kind: "list" | "large-list" | "fixed-list" | "map"; readonly item: ArrowType }
  | { readonly kind: "struct"; readonly fields: readonly ArrowField[] }
  | { readonly kind: "dictionary"; readonly value: ArrowType };

export type TimeUnit = "s" | "ms" | "us" | "ns";

export interface ArrowField {
  readonly name: string;
  readonly type: ArrowType;
  readonly nullable: boolean;
}

/** A field or column that cannot be loaded. Internal: whoever knows resource and table says the rest. */
export class ArrowUnsupported extends Error {
  readonly column: string;
  /** What it is, to be read after "column `x` is". */
  readonly what: string;

  constructor(column: string, what: string) {
    super(`Arrow column \`${column}\` is ${what}.`);
    this.column = column;
    this.what = what;
  }
}

/** Reads fields by what all Arrow libraries call the parts of a type; their classes are not known here. Throws ArrowUnsupported. */
export function readFields(fields: readonly unknown[]): ArrowField[] {
  return fields.map((field) => readField(field, undefined));
}

/** A type as libraries keep it: the numbers are those of the Arrow format. */
interface RawType {
  readonly typeId?: number;
  readonly bitWidth?: number;
  readonly isSigned?: boolean;
  readonly signed?: boolean;
  readonly precision?: number;
  readonly scale?: number;
  readonly unit?: number;
  readonly timezone?: string | null;
  readonly byteWidth?: number;
  readonly stride?: number;
  readonly dictionary?: unknown;
  readonly children?: readonly unknown[] | null;
}

function readField(field: unknown, column: string | undefined): ArrowField {
  const { name, type, nullable } = field as { readonly name: unknown; readonly type: unknown; readonly nullable?: boolean };
  return { name: String(name), type: readType(type, column ?? String(name)), nullable: nullable !== false };
}

const units: readonly TimeUnit[] = ["s", "ms", "us", "ns"];

function readType(given: unknown, column: string): ArrowType {
  const type = (given ?? {}) as RawType;
  switch (type.typeId) {
    case -1:
      return { kind: "dictionary", value: readType(type.dictionary, column) };
    case 1:
      return { kind: "null" };
    case 2:
      return { kind: "integer", bits: type.bitWidth as 64, isSigned: type.isSigned ?? type.signed ?? true };
    case 3:
      return { kind: "float", bits: ([16, 32, 64] as const)[type.precision ?? 2]! };
    case 4:
      return { kind: "binary" };
    case 5:
      return { kind: "text" };
    case 6:
      return { kind: "bool" };
    case 7:
      return { kind: "decimal", precision: type.precision!, scale: type.scale!, bits: type.bitWidth ?? 128 };
    case 8:
      return { kind: "date", unit: type.unit === 0 ? "day" : "millisecond" };
    case 9:
      return { kind: "time", unit: units[type.unit!]!, bits: type.unit! < 2 ? 32 : 64 };
    case 10:
      return { kind: "timestamp", unit: units[type.unit!]!, hasZone: Boolean(type.timezone) };
    case 12:
      return { kind: "list", item: itemOf(type, column) };
    case 13:
      return { kind: "struct", fields: (type.children ?? []).map((child) => readField(child, column)) };
    case 15:
      return { kind: "fixed-binary", size: type.byteWidth ?? type.stride! };
    case 16:
      return { kind: "fixed-list", item: itemOf(type, column) };
    case 17:
      return { kind: "map", item: itemOf(type, column) };
    case 19:
      return { kind: "large-binary" };
    case 20:
      return { kind: "large-text" };
    case 21:
      return { kind: "large-list", item: itemOf(type, column) };
    case 23:
      return { kind: "binary-view" };
    case 24:
      return { kind: "text-view" };
    default:
      throw new ArrowUnsupported(column, `of Arrow type ${String(given)}, which has no column type`);
  }
}

function itemOf(type: RawType, column: string): ArrowType {
  return readField(type.children?.[0], column).type;
}
