import type { ParquetColumnType } from "../../formats/parquet/column-type.ts";
import { type ValueClass, valueClass } from "./value-class.ts";

/** What the kernel does with a value. The numbers are those of `assembly/shape.ts`. */
export const operation = {
  ignore: 1,
  appendInteger: 2,
  appendDouble: 3,
  appendBool: 4,
  appendText: 5,
  appendMoment: 6,
  askHost: 7,
  enterObject: 8,
  enterList: 9,
} as const;

export type Operation = (typeof operation)[keyof typeof operation];

/** How values of a class get into a column of a type: without the host where the reference would do nothing else with any of them. */
export function operationInto(type: ParquetColumnType, of: ValueClass): Operation {
  switch (of) {
    case valueClass.integer:
      return type.kind === "bigint" ? operation.appendInteger : type.kind === "double" ? operation.appendDouble : operation.askHost;
    case valueClass.integralDouble:
    case valueClass.double:
      return type.kind === "double" ? operation.appendDouble : operation.askHost;
    case valueClass.bool:
      return type.kind === "bool" ? operation.appendBool : operation.askHost;
    case valueClass.text:
      return type.kind === "text" ? operation.appendText : isMicros(type) ? operation.appendMoment : operation.askHost;
    case valueClass.markedMoment:
      return isMicros(type) ? operation.appendMoment : operation.askHost;
    default:
      return operation.askHost;
  }
}

function isMicros(type: ParquetColumnType): boolean {
  return type.kind === "timestamp" && type.unit === undefined;
}
