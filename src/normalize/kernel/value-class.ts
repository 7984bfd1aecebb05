import type { DataType } from "../../schema/data-type.ts";

/** Values that are treated alike. The numbers are those of `assembly/shape.ts`. */
export const valueClass = {
  null: 0,
  bool: 1,
  /** Of 64 bits. */
  integer: 2,
  /** Written as a double, and integral. */
  integralDouble: 3,
  double: 4,
  /** An integer beyond 64 bits, or a number that is marked as exact. */
  rareNumber: 5,
  text: 6,
  /** A text that stands for a value of another type, see `type-mark.ts`. */
  markedText: 7,
  markedMoment: 8,
  object: 9,
  list: 10,
  emptyList: 11,
} as const;

export type ValueClass = (typeof valueClass)[keyof typeof valueClass];

/** True when no value of the class fits a column of this type, so that all of them go to the same variant. */
export function fitsNever(type: DataType, of: ValueClass): boolean {
  switch (of) {
    case valueClass.bool:
      return type !== "bool" && type !== "text";
    case valueClass.integer:
      return type === "json" || type === "time";
    case valueClass.double:
      return type === "json" || type === "time" || type === "binary" || type === "bigint";
    default:
      return false;
  }
}
