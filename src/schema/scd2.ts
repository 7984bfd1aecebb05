import { ConfigError } from "../core/errors.ts";
import { coerceText } from "./coerce-text.ts";
import type { ColumnSchema, TableSchema } from "./document.ts";
import { completeColumns } from "./table.ts";

/** The columns of a table that keeps all versions of its rows. */
export interface Scd2Columns {
  readonly from: ColumnSchema;
  readonly to: ColumnSchema;
  /** What tells versions apart. */
  readonly version: ColumnSchema;
}

/** Undefined when one of them is missing, or has no type yet. */
export function scd2ColumnsOf(table: TableSchema): Scd2Columns | undefined {
  const withHint = (hint: string) => completeColumns(table).find((column) => column[hint] === true);
  const [from, to, version] = ["x-valid-from", "x-valid-to", "x-row-version"].map(withHint);
  return from === undefined || to === undefined || version === undefined ? undefined : { from, to, version };
}

/** What stands in the end of validity of a current row; undefined: null. */
export function activeMicrosOf(to: ColumnSchema): number | undefined {
  return microsOfHint("activeRecordTimestamp", to["x-active-record-timestamp"]);
}

/** When versions begin that the load brings; undefined: when the package was made. */
export function boundaryMicrosOf(table: TableSchema): number | undefined {
  return microsOfHint("boundaryTimestamp", table["x-boundary-timestamp"]);
}

/** A point in time as people write it; without an offset it is UTC. Throws ConfigError. */
export function microsOfHint(option: string, value: unknown): number | undefined {
  if (value === null || value === undefined) return undefined;
  const micros = typeof value === "string" ? coerceText("timestamp", value) : undefined;
  if (typeof micros === "number" || typeof micros === "bigint") return Number(micros);
  throw new ConfigError(`\`writeDisposition.${option}\` is ${JSON.stringify(value)}, but has to be a time such as 2024-03-01T00:00:00Z.`);
}
