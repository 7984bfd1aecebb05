import { encodeJson, parseJson } from "../../src/core/json.ts";
import { microsOf } from "../../src/core/timestamp.ts";
import { Decimal, PlainDate, PlainDateTime, PlainTime, Timestamp } from "../../src/index.ts";
import type { Cell } from "../../src/schema/cell.ts";
import { coerceCell } from "../../src/schema/coerce.ts";
import type { DataType } from "../../src/schema/data-type.ts";
import type { PresentValue } from "../../src/schema/json-value.ts";
import type { Json } from "./random-documents.ts";

/**
 * True when what SQL gives for a column of a type is this value, by the rules of docs/schema.md: a text that is a number or a time may lie in a column of such,
 * a number in one of text; a double has 53 bits, a timestamp microseconds; in a column of booleans a number says whether it is 0.
 */
export function holdsValue(found: unknown, dataType: DataType, value: Json): boolean {
  if (value === null) return false;
  const cell = coerceCell(dataType, parseJson(encodeJson(value, { typed: true })) as PresentValue);
  return cell !== undefined && isSame(found, dataType, cell);
}

function isSame(found: unknown, dataType: DataType, cell: Cell): boolean {
  switch (dataType) {
    case "text":
      // Half of a surrogate pair is U+FFFD in a database.
      return found === wellFormed(cell as string);
    case "bigint":
      return (typeof found === "number" || typeof found === "bigint") && BigInt(found) === BigInt(cell as number);
    case "double":
      return found === cell || (Number.isNaN(found) && Number.isNaN(cell));
    case "bool":
      return found === cell;
    case "decimal":
    case "wei":
      return found instanceof Decimal && found.eq(cell as string);
    case "timestamp":
      return found instanceof Timestamp
        ? BigInt(microsOf(found)) === BigInt(cell as number)
        : found instanceof PlainDateTime && BigInt(found.micros) === BigInt(cell as number);
    case "date":
      return found instanceof PlainDate && found.days === cell;
    case "time":
      return found instanceof PlainTime && found.micros === cell;
    case "json":
      return encodeJson(typeof found === "string" ? parseJson(found) : found) === encodeJson(parseJson(wellFormed(cell as string)));
    case "binary":
      return found instanceof Uint8Array && Buffer.from(found).equals(cell as Uint8Array);
  }
}

function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}
