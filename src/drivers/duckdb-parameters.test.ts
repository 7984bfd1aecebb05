import { createRequire } from "node:module";
import { Decimal } from "decimal.js";
import { expect, test } from "vitest";
import { PlainDate } from "../core/plain-date.ts";
import { duckDbParameters } from "./duckdb-parameters.ts";
import type { DuckDbApi } from "./duckdb-values.ts";

const api = createRequire(import.meta.url)("@duckdb/node-api") as DuckDbApi;

test.each<[unknown[], type: string, values: unknown]>([
  [[], "SQLNULL[]", []],
  [[null, 1], "BIGINT[]", [null, 1n]],
  [[1, 3_000_000_000], "BIGINT[]", [1n, 3_000_000_000n]],
  [[1n, 2], "BIGINT[]", [1n, 2n]],
  [[1, 2n ** 70n], "HUGEINT[]", [1n, 2n ** 70n]],
  [[1, 2.5, null], "DOUBLE[]", [1, 2.5, null]],
  [["a", null], "VARCHAR[]", ["a", null]],
  [["a", 1], "VARCHAR[]", ["a", "1"]],
  [[[1], [], [2, null]], "BIGINT[][]", [[1n], [], [2n, null]]],
  [[true], "BOOLEAN[]", [true]],
])("a list gets the type that all of its items have (%#)", (list, type, values) => {
  const bound = duckDbParameters(api, [list]);
  expect([String(bound.types[0]), itemsOf(bound.values[0])]).toEqual([type, values]);
});

test("decimals of a list get the scale of the longest; dates stay dates", () => {
  const decimals = duckDbParameters(api, [[new Decimal("1.5"), new Decimal("20.25"), null]]);
  expect(String(decimals.types[0])).toBe("DECIMAL(4,2)[]");
  expect((itemsOf(decimals.values[0]) as unknown[]).map(String)).toEqual(["1.50", "20.25", "null"]);
  expect(String(duckDbParameters(api, [[PlainDate.from("2024-01-02")]]).types[0])).toBe("DATE[]");
});

test("an integer that DuckDB has no type for goes as text", () => {
  expect(duckDbParameters(api, [2n ** 127n - 1n, 2n ** 127n]).values).toEqual([2n ** 127n - 1n, String(2n ** 127n)]);
});

function itemsOf(value: unknown): unknown {
  return value instanceof api.DuckDBListValue ? value.items.map(itemsOf) : value;
}
