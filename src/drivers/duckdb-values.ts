import type * as api from "@duckdb/node-api";
import { Decimal } from "decimal.js";
import { PlainDate } from "../core/plain-date.ts";
import { PlainDateTime } from "../core/plain-date-time.ts";
import { PlainTime } from "../core/plain-time.ts";
import { setOwn } from "../core/set-own.ts";
import { Timestamp } from "../core/timestamp.ts";

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
 * DuckDB's values as ours, without loss. Timestamps keep microseconds, decimals all digits;
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
    const odd = names.indexOf("__proto__");
    for (let at = 0; at < count; at++) {
      const row: Record<string, unknown> = {};
      for (let column = 0; column < names.length; column++) row[names[column]!] = this.fromDuckDb(columns[column]![at]!);
      for (const column of bigints) row[names[column]!] = toBigint(columns[column]![at]!);
      if (odd >= 0) {
        const value = columns[odd]![at]!;
        const decoded = bigints.includes(odd) ? toBigint(value) : this.fromDuckDb(value);
        setOwn(Object.setPrototypeOf(row, Object.prototype) as object, "__proto__", decoded);
      }
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
