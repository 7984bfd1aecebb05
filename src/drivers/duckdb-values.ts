import type * as api from "@duckdb/node-api";
import { Decimal } from "decimal.js";
import { PlainDate } from "../core/plain-date.ts";
import { PlainDateTime } from "../core/plain-date-time.ts";
import { PlainTime } from "../core/plain-time.ts";
import { microsOf, Timestamp } from "../core/timestamp.ts";

/** The driver package, once it is loaded. */
export type DuckDbApi = typeof api;

type Decoder = (value: never) => unknown;

/** Of a result. */
export interface ResultColumns {
  readonly names: readonly string[];
  /** The columns whose values are bigint, whatever their size. */
  readonly bigints: readonly number[];
}

/**
 * Between DuckDB's values and ours, both ways without loss. Timestamps keep microseconds, decimals all digits;
 * what ours cannot hold (nanoseconds, the year 12000, infinity) is read as DuckDB's text.
 */
export class DuckDbValues {
  readonly #api: DuckDbApi;
  readonly #decoders: ReadonlyMap<unknown, Decoder>;

  constructor(loaded: DuckDbApi) {
    this.#api = loaded;
    this.#decoders = decodersOf(loaded, (value) => this.fromDuckDb(value));
  }

  /** Turns columns into row objects. Per cell: no closure, no lookup for plain values. */
  appendRows<Row>({ names, bigints }: ResultColumns, columns: readonly (readonly api.DuckDBValue[])[], rows: Row[]): void {
    const count = columns[0]?.length ?? 0;
    for (let at = 0; at < count; at++) {
      const row: Record<string, unknown> = {};
      for (let column = 0; column < names.length; column++) row[names[column]!] = this.fromDuckDb(columns[column]![at]!);
      for (const column of bigints) row[names[column]!] = toBigint(columns[column]![at]!);
      rows.push(row as Row);
    }
  }

  /** Which of the columns hold integers of any size. */
  integerColumns(types: readonly api.DuckDBType[]): readonly number[] {
    const { TINYINT, SMALLINT, INTEGER, BIGINT, HUGEINT, UTINYINT, USMALLINT, UINTEGER, UBIGINT, UHUGEINT } = this.#api.DuckDBTypeId;
    const integers = new Set([TINYINT, SMALLINT, INTEGER, BIGINT, HUGEINT, UTINYINT, USMALLINT, UINTEGER, UBIGINT, UHUGEINT]);
    return types.flatMap((type, column) => (integers.has(type.typeId) ? [column] : []));
  }

  fromDuckDb(value: api.DuckDBValue): unknown {
    if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    if (typeof value !== "object" || value === null) return value;
    const decode = this.#decoders.get(value.constructor);
    return decode === undefined ? String(value) : decode(value as never);
  }

  toParameter(value: unknown): api.DuckDBValue {
    const { DuckDBBlobValue, DuckDBDateValue, DuckDBTimestampTZValue, DuckDBTimestampValue, DuckDBTimeValue, listValue } = this.#api;
    if (value === undefined || value === null) return null;
    if (typeof value === "number") return Number.isSafeInteger(value) || !Number.isInteger(value) ? value : String(value);
    if (typeof value !== "object") return typeof value === "bigint" || typeof value === "boolean" ? value : String(value);
    if (value instanceof Date) return new DuckDBTimestampTZValue(BigInt(microsOf(value)));
    if (value instanceof PlainDateTime) return new DuckDBTimestampValue(BigInt(value.micros));
    if (value instanceof PlainDate) return new DuckDBDateValue(value.days);
    if (value instanceof PlainTime) return new DuckDBTimeValue(BigInt(value.micros));
    if (value instanceof Uint8Array) return new DuckDBBlobValue(value);
    if (Decimal.isDecimal(value)) return this.#decimal(value);
    if (Array.isArray(value)) return listValue(value.map((item) => this.toParameter(item)));
    return JSON.stringify(value);
  }

  /** A number that DuckDB's decimals cannot hold goes as text, which it casts. */
  #decimal(value: Decimal): api.DuckDBValue {
    const text = value.toFixed();
    const scale = value.decimalPlaces();
    const digits = text.replace(/[-.]/g, "");
    if (!value.isFinite() || digits.length > 38) return text;
    return new this.#api.DuckDBDecimalValue(BigInt(text.replace(".", "")), Math.max(digits.length, scale, 1), scale);
  }
}

function decodersOf(loaded: DuckDbApi, decode: (value: api.DuckDBValue) => unknown): ReadonlyMap<unknown, Decoder> {
  const entry = <Value>(type: abstract new (...parts: never[]) => Value, decoder: (value: Value) => unknown) =>
    [type, decoder as Decoder] as const;
  return new Map<unknown, Decoder>([
    entry(loaded.DuckDBTimestampTZValue, (value) => (value.isFinite ? Timestamp.fromMicros(safe(value.micros)) : String(value))),
    entry(loaded.DuckDBTimestampValue, (value) => (value.isFinite ? plainDateTime(value.micros, value) : String(value))),
    entry(loaded.DuckDBTimestampSecondsValue, (value) => plainDateTime(value.seconds * 1_000_000n, value)),
    entry(loaded.DuckDBTimestampMillisecondsValue, (value) => plainDateTime(value.millis * 1000n, value)),
    entry(loaded.DuckDBTimestampNanosecondsValue, (value) =>
      value.nanos % 1000n === 0n ? plainDateTime(value.nanos / 1000n, value) : String(value),
    ),
    entry(loaded.DuckDBDateValue, (value) => orText(() => PlainDate.fromDays(value.days), value)),
    entry(loaded.DuckDBTimeValue, (value) => orText(() => PlainTime.fromMicros(Number(value.micros)), value)),
    entry(loaded.DuckDBDecimalValue, (value) => new Decimal(value.toString())),
    entry(loaded.DuckDBBlobValue, (value) => Uint8Array.from(value.bytes)),
    entry(loaded.DuckDBListValue, (value) => value.items.map(decode)),
    entry(loaded.DuckDBArrayValue, (value) => value.items.map(decode)),
    entry(loaded.DuckDBStructValue, (value) =>
      Object.fromEntries(Object.entries(value.entries).map(([name, item]) => [name, decode(item)])),
    ),
    entry(loaded.DuckDBMapValue, (value) => new Map(value.entries.map((each) => [decode(each.key), decode(each.value)]))),
    entry(loaded.DuckDBUnionValue, (value) => decode(value.value)),
  ]);
}

function toBigint(value: api.DuckDBValue): bigint | null {
  return value === null ? null : BigInt(value as number | bigint);
}

function plainDateTime(micros: bigint, value: { toString(): string }): unknown {
  return orText(() => PlainDateTime.fromMicros(safe(micros)), value);
}

function safe(micros: bigint): number | bigint {
  return Number.isSafeInteger(Number(micros)) ? Number(micros) : micros;
}

function orText<T>(make: () => T, value: { toString(): string }): T | string {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError) return value.toString();
    throw error;
  }
}
