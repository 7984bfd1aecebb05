import type * as api from "@duckdb/node-api";
import { Decimal } from "decimal.js";
import { PlainDate } from "../core/plain-date.ts";
import { PlainDateTime } from "../core/plain-date-time.ts";
import { PlainTime } from "../core/plain-time.ts";
import { microsOf } from "../core/timestamp.ts";
import type { DuckDbApi } from "./duckdb-values.ts";

export interface BoundParameters {
  readonly values: api.DuckDBValue[];
  /** Undefined where the value tells it. */
  readonly types: (api.DuckDBType | undefined)[];
}

/** Our values as DuckDB's parameters, without loss. */
export function duckDbParameters(loaded: DuckDbApi, values: readonly unknown[]): BoundParameters {
  const bound = values.map((value) => (Array.isArray(value) ? listOf(loaded, value) : { value: toDuckDb(loaded, value), type: undefined }));
  return { values: bound.map((one) => one.value), types: bound.map((one) => one.type) };
}

interface TypedList {
  readonly value: api.DuckDBValue;
  readonly type: api.DuckDBType;
}

function toDuckDb(loaded: DuckDbApi, value: unknown): api.DuckDBValue {
  const { DuckDBBlobValue, DuckDBDateValue, DuckDBTimestampTZValue, DuckDBTimestampValue, DuckDBTimeValue } = loaded;
  if (value === undefined || value === null) return null;
  if (typeof value === "number") return Number.isSafeInteger(value) || !Number.isInteger(value) ? value : String(value);
  if (typeof value === "bigint") return BigInt.asIntN(128, value) === value ? value : String(value);
  if (typeof value !== "object") return typeof value === "boolean" ? value : String(value);
  if (value instanceof Date) return new DuckDBTimestampTZValue(BigInt(microsOf(value)));
  if (value instanceof PlainDateTime) return new DuckDBTimestampValue(BigInt(value.micros));
  if (value instanceof PlainDate) return new DuckDBDateValue(value.days);
  if (value instanceof PlainTime) return new DuckDBTimeValue(BigInt(value.micros));
  if (value instanceof Uint8Array) return new DuckDBBlobValue(value);
  return Decimal.isDecimal(value) ? decimalOf(loaded, value) : JSON.stringify(value);
}

/** A number that DuckDB's decimals cannot hold goes as text, which it casts. */
function decimalOf({ DuckDBDecimalValue }: DuckDbApi, value: Decimal): api.DuckDBValue {
  const text = value.toFixed();
  const scale = value.decimalPlaces();
  const digits = text.replace(/[-.]/g, "");
  if (!value.isFinite() || digits.length > 38) return text;
  return new DuckDBDecimalValue(BigInt(text.replace(".", "")), Math.max(digits.length, scale, 1), scale);
}

/** The package would take the type of the first item for that of all: `[1, 2.5]` and `[null, 1]` would go wrong. */
function listOf(loaded: DuckDbApi, items: readonly unknown[]): TypedList {
  const leaves: unknown[] = items.flat(Number.POSITIVE_INFINITY);
  const { type, convert } = commonType(
    loaded,
    leaves.map((leaf) => toDuckDb(loaded, leaf)),
  );
  const build = (list: readonly unknown[]): api.DuckDBValue =>
    loaded.listValue(list.map((item) => (Array.isArray(item) ? build(item) : convert(toDuckDb(loaded, item)))));
  return { value: build(items), type: nested(loaded, type, items) };
}

function nested(loaded: DuckDbApi, type: api.DuckDBType, items: readonly unknown[]): api.DuckDBType {
  const lists = items.filter((item) => Array.isArray(item)) as unknown[][];
  return loaded.LIST(lists.length === 0 ? type : nested(loaded, type, lists.flat()));
}

interface CommonType {
  readonly type: api.DuckDBType;
  readonly convert: (value: api.DuckDBValue) => api.DuckDBValue;
}

function commonType(loaded: DuckDbApi, values: readonly api.DuckDBValue[]): CommonType {
  const present = values.filter((value) => value !== null);
  const same = (value: api.DuckDBValue): api.DuckDBValue => value;
  if (present.length === 0) return { type: loaded.SQLNULL, convert: same };
  if (present.every(isInteger)) {
    const type = present.every((value) => BigInt.asIntN(64, BigInt(value as number)) === BigInt(value as number))
      ? loaded.BIGINT
      : loaded.HUGEINT;
    return { type, convert: (value) => (value === null ? null : BigInt(value as number | bigint)) };
  }
  if (present.every((value) => typeof value === "number")) return { type: loaded.DOUBLE, convert: same };
  const { DuckDBDecimalValue } = loaded;
  if (present.every((value) => value instanceof DuckDBDecimalValue)) return decimals(loaded, present as api.DuckDBDecimalValue[]);
  const types = present.map((value) => typeOf(loaded, value));
  if (types.every((type) => type !== undefined && type === types[0])) return { type: types[0]!, convert: same };
  return texts(loaded);
}

function isInteger(value: api.DuckDBValue): boolean {
  return typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value));
}

function decimals(loaded: DuckDbApi, values: readonly api.DuckDBDecimalValue[]): CommonType {
  const scale = Math.max(...values.map((value) => value.scale));
  const width = Math.max(...values.map((value) => value.width - value.scale)) + scale;
  if (width > 38) return texts(loaded);
  const rescaled = (value: api.DuckDBDecimalValue) =>
    new loaded.DuckDBDecimalValue(value.value * 10n ** BigInt(scale - value.scale), width, scale);
  return { type: loaded.DECIMAL(width, scale), convert: (value) => (value === null ? null : rescaled(value as api.DuckDBDecimalValue)) };
}

function typeOf(loaded: DuckDbApi, value: api.DuckDBValue): api.DuckDBType | undefined {
  if (typeof value === "string") return loaded.VARCHAR;
  if (typeof value === "boolean") return loaded.BOOLEAN;
  if (value instanceof loaded.DuckDBTimestampTZValue) return loaded.TIMESTAMPTZ;
  if (value instanceof loaded.DuckDBTimestampValue) return loaded.TIMESTAMP;
  if (value instanceof loaded.DuckDBDateValue) return loaded.DATE;
  if (value instanceof loaded.DuckDBTimeValue) return loaded.TIME;
  return value instanceof loaded.DuckDBBlobValue ? loaded.BLOB : undefined;
}

/** DuckDB casts them to what the statement needs. */
function texts({ VARCHAR }: DuckDbApi): CommonType {
  return { type: VARCHAR, convert: (value) => (value === null ? null : String(value)) };
}
