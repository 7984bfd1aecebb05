import { microsPerDay, splitMicros } from "../../core/micros.ts";
import type { Cell } from "../../schema/cell.ts";
import { coerceDouble, coerceInteger } from "../../schema/coerce-number.ts";
import { coerceText } from "../../schema/coerce-text.ts";
import { coerceTypedText } from "../../schema/coerce-typed-text.ts";
import type { DataType } from "../../schema/data-type.ts";
import type { JobColumn } from "../job-format.ts";
import type { ArrowColumn } from "./column-of-type.ts";

/** The cell for a column that was there before, or undefined when it would not be the same value there. */
export type FitCell = (cell: Cell) => Cell | undefined;

/** How cells of an Arrow type go into a column; undefined: as they are. */
export function cellFitter(from: ArrowColumn, to: JobColumn): FitCell | undefined {
  const convert = from.data_type === to.data_type ? undefined : (cell: Cell) => converted(from.data_type, to.data_type, cell);
  const isInside = rangeCheck(from, to);
  if (convert === undefined) return isInside && ((cell) => (isInside(cell) ? cell : undefined));
  if (isInside === undefined) return convert;
  return (cell) => {
    const fitted = convert(cell);
    return fitted === undefined || !isInside(fitted) ? undefined : fitted;
  };
}

function converted(from: DataType, to: DataType, cell: Cell): Cell | undefined {
  switch (from) {
    case "bigint":
      return convertedInteger(to, cell as number | bigint);
    case "double":
      return isNumeric(to) ? coerceDouble(to, cell as number) : undefined;
    case "decimal":
      return to === "double" ? exactDouble(cell as string) : coerceTypedText(to, { type: "decimal", text: cell as string });
    case "bool":
      return to === "text" ? (cell ? "True" : "False") : undefined;
    case "text":
      return coerceText(to, cell as string);
    case "date":
      return coerceTypedText(to, { type: "date", days: cell as number });
    case "time":
      return coerceTypedText(to, { type: "time", at: { micros: cell as number, offsetMinutes: undefined } });
    case "timestamp":
      return convertedTimestamp(to, cell as number | bigint);
    case "binary":
      return to === "text" ? Buffer.from(cell as Uint8Array).toString("base64") : undefined;
    default:
      return to === "text" ? cell : undefined;
  }
}

function isNumeric(type: DataType): boolean {
  return type === "bigint" || type === "decimal" || type === "wei" || type === "text";
}

/** A number is never a time here: nothing says that it counts seconds. */
function convertedInteger(to: DataType, value: number | bigint): Cell | undefined {
  if (to === "double") return BigInt(Number(value)) === BigInt(value) ? Number(value) : undefined;
  return isNumeric(to) ? coerceInteger(to, value) : undefined;
}

const doubleDigits = 15;

/** As many digits come back from a double as they were. */
function exactDouble(decimal: string): number | undefined {
  const digits = decimal
    .replace(/^-?[0.]*/, "")
    .replace(".", "")
    .replace(/0+$/, "");
  return digits.length <= doubleDigits ? Number(decimal) : undefined;
}

function convertedTimestamp(to: DataType, micros: number | bigint): Cell | undefined {
  const days = splitMicros(micros);
  if (to === "date") return days.micros === 0 ? days.days : undefined;
  return to === "text" ? coerceTypedText("text", { type: "timestamp", at: { micros, offsetMinutes: 0 } }) : undefined;
}

/** What a column of the same type, but of smaller values, can hold; undefined: all there is. */
function rangeCheck(from: ArrowColumn, to: JobColumn): ((cell: Cell) => boolean) | undefined {
  const isSame = from.data_type === to.data_type;
  switch (to.data_type) {
    case "bigint":
      return isSame && (from.precision ?? 64) <= (to.precision ?? 64) && from.precision !== undefined
        ? undefined
        : integerCheck(to.precision ?? 64);
    case "timestamp":
    case "time":
      return secondCheck(isSame ? (from.precision ?? 6) : 6, to.precision ?? 6);
    case "decimal":
      return digitCheck(isSame ? (from.scale ?? 0) : Number.POSITIVE_INFINITY, to.scale ?? (to.precision === undefined ? defaultScale : 0));
    default:
      return undefined;
  }
}

const defaultScale = 9;

function integerCheck(precision: number): (cell: Cell) => boolean {
  const bits = [8, 16, 32].find((size) => precision <= size) ?? Math.max(64, precision);
  if (bits > 64) return () => true;
  const least = -(2n ** BigInt(bits - 1));
  const most = 2n ** BigInt(bits - 1) - 1n;
  const [least53, most53] = [Math.max(Number(least), Number.MIN_SAFE_INTEGER), Math.min(Number(most), Number.MAX_SAFE_INTEGER)];
  return (cell) => (typeof cell === "number" ? cell >= least53 && cell <= most53 : (cell as bigint) >= least && (cell as bigint) <= most);
}

/** A column of fewer digits of a second would round. */
function secondCheck(from: number, to: number): ((cell: Cell) => boolean) | undefined {
  if (to >= Math.min(from, 6)) return undefined;
  const unit = 10 ** (6 - to);
  return (cell) => Number(BigInt(cell as number | bigint) % BigInt(microsPerDay)) % unit === 0;
}

/** So would one of fewer digits behind the point. */
function digitCheck(from: number, to: number): ((cell: Cell) => boolean) | undefined {
  if (from <= to) return undefined;
  return (cell) => {
    const text = String(cell);
    if (/[eE]/.test(text)) return true;
    const point = text.indexOf(".");
    return point < 0 || /^0*$/.test(text.slice(point + 1 + to));
  };
}
