import type * as api from "@duckdb/node-api";
import type { ResultColumn, ResultType } from "../core/result-column.ts";
import type { DuckDbApi } from "./duckdb-values.ts";

/** What is in the columns of a result. */
export function duckDbColumns(loaded: DuckDbApi, names: readonly string[], types: readonly api.DuckDBType[]): ResultColumn[] {
  const known = knownTypes(loaded);
  return names.map((name, index) => ({ name, type: typeOf(types[index]!, known) }));
}

function typeOf(type: api.DuckDBType, known: ReadonlyMap<api.DuckDBTypeId, ResultType>): ResultType {
  if (type.alias === "JSON") return { kind: "json" };
  if ("width" in type && "scale" in type) return { kind: "decimal", precision: type.width, scale: type.scale };
  return known.get(type.typeId) ?? { kind: "other", name: type.toString() };
}

function knownTypes({ DuckDBTypeId: id }: DuckDbApi): ReadonlyMap<api.DuckDBTypeId, ResultType> {
  return new Map<api.DuckDBTypeId, ResultType>([
    [id.BOOLEAN, { kind: "bool" }],
    [id.TINYINT, { kind: "integer", bits: 8, isSigned: true }],
    [id.SMALLINT, { kind: "integer", bits: 16, isSigned: true }],
    [id.INTEGER, { kind: "integer", bits: 32, isSigned: true }],
    [id.BIGINT, { kind: "integer", bits: 64, isSigned: true }],
    [id.HUGEINT, { kind: "integer", bits: 128, isSigned: true }],
    [id.UTINYINT, { kind: "integer", bits: 8, isSigned: false }],
    [id.USMALLINT, { kind: "integer", bits: 16, isSigned: false }],
    [id.UINTEGER, { kind: "integer", bits: 32, isSigned: false }],
    [id.UBIGINT, { kind: "integer", bits: 64, isSigned: false }],
    [id.UHUGEINT, { kind: "integer", bits: 128, isSigned: false }],
    [id.FLOAT, { kind: "float", bits: 32 }],
    [id.DOUBLE, { kind: "float", bits: 64 }],
    [id.VARCHAR, { kind: "text" }],
    [id.UUID, { kind: "text" }],
    [id.ENUM, { kind: "text" }],
    [id.BLOB, { kind: "binary" }],
    [id.DATE, { kind: "date" }],
    [id.TIME, { kind: "time", digits: 6 }],
    [id.TIMESTAMP_S, { kind: "timestamp", digits: 0, hasZone: false }],
    [id.TIMESTAMP_MS, { kind: "timestamp", digits: 3, hasZone: false }],
    [id.TIMESTAMP, { kind: "timestamp", digits: 6, hasZone: false }],
    [id.TIMESTAMP_NS, { kind: "timestamp", digits: 9, hasZone: false }],
    [id.TIMESTAMP_TZ, { kind: "timestamp", digits: 6, hasZone: true }],
  ]);
}
