import type { Micros } from "../src/core/iso.ts";
import { encodeJson } from "../src/core/json.ts";
import type { PlainDate } from "../src/core/plain-date.ts";
import { PlainDateTime } from "../src/core/plain-date-time.ts";
import type { PlainTime } from "../src/core/plain-time.ts";
import { microsOf } from "../src/core/timestamp.ts";
import type { Cell } from "../src/schema/cell.ts";
import type { DataType } from "../src/schema/data-type.ts";
import { untag } from "./fixtures.ts";

/** The cell that a tagged value of a fixture is in a column of a type. */
export function cellOfTagged(dataType: DataType, tagged: unknown): Cell {
  if (dataType === "decimal" || dataType === "wei") return textOfTag(tagged);
  const value = untag(tagged);
  switch (dataType) {
    case "json":
      return encodeJson(value);
    case "timestamp":
      return microsOfTimestamp(value as Date | PlainDateTime);
    case "date":
      return (value as PlainDate).days;
    case "time":
      return (value as PlainTime).micros;
    case "double":
      return Number(value);
    case "binary":
      return new Uint8Array(value as Uint8Array);
    default:
      return value as Cell;
  }
}

function microsOfTimestamp(value: Date | PlainDateTime): Micros {
  return value instanceof PlainDateTime ? value.micros : microsOf(value);
}

function textOfTag(tagged: unknown): string {
  return String(Object.values(tagged as Record<string, unknown>)[0]);
}
