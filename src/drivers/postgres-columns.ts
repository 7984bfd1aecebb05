import type { FieldDef } from "pg";
import type { ResultColumn, ResultType } from "../core/result-column.ts";

/** What is in the columns of a result. */
export function postgresColumns(names: readonly string[], fields: readonly FieldDef[]): ResultColumn[] {
  return names.map((name, index) => ({ name, type: typeOf(fields[index]!) }));
}

function typeOf({ dataTypeID: oid, dataTypeModifier: modifier }: FieldDef): ResultType {
  const known = types.get(oid);
  if (known !== undefined) return known;
  switch (oid) {
    case 1083:
      return { kind: "time", digits: digitsOf(modifier) };
    case 1114:
      return { kind: "timestamp", digits: digitsOf(modifier), hasZone: false };
    case 1184:
      return { kind: "timestamp", digits: digitsOf(modifier), hasZone: true };
    case 1700:
      return numericType(modifier);
    default:
      return { kind: "other", name: String(oid) };
  }
}

const types: ReadonlyMap<number, ResultType> = new Map<number, ResultType>([
  [16, { kind: "bool" }],
  [17, { kind: "binary" }],
  [20, { kind: "integer", bits: 64, isSigned: true }],
  [21, { kind: "integer", bits: 16, isSigned: true }],
  [23, { kind: "integer", bits: 32, isSigned: true }],
  [26, { kind: "integer", bits: 32, isSigned: false }],
  [25, { kind: "text" }],
  [1042, { kind: "text" }],
  [1043, { kind: "text" }],
  [2950, { kind: "text" }],
  [114, { kind: "json" }],
  [3802, { kind: "json" }],
  [700, { kind: "float", bits: 32 }],
  [701, { kind: "float", bits: 64 }],
  [1082, { kind: "date" }],
]);

/** Of a second; without a modifier the most that there is. */
function digitsOf(modifier: number): number {
  return modifier < 0 ? 6 : modifier;
}

/** The modifier holds both, after four bytes of length. The scale of 11 bits may be negative. */
function numericType(modifier: number): ResultType {
  if (modifier < 0) return { kind: "decimal", precision: undefined, scale: undefined };
  const [precision, scale] = [(modifier - 4) >> 16, (((modifier - 4) & 0x7ff) ^ 1024) - 1024];
  return scale < 0 ? { kind: "decimal", precision: undefined, scale: undefined } : { kind: "decimal", precision, scale };
}
