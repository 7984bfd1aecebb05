import { Decimal } from "decimal.js";
import { expect, test } from "vitest";
import { PlainDate } from "../core/plain-date.ts";
import { Timestamp } from "../core/timestamp.ts";
import { sqlLiteral } from "./sql-literal.ts";

test.each<[unknown, string]>([
  [null, "null"],
  [5, "5"],
  [-1.5, "-1.5"],
  [2n ** 70n, "1180591620717411303424"],
  [Number.NaN, "'NaN'"],
  [true, "true"],
  ["it's", "'it''s'"],
  ["\\'; drop", "'\\''; drop'"],
  [Timestamp.from("2024-01-02T03:04:05.123456Z"), "'2024-01-02T03:04:05.123456Z'"],
  [PlainDate.from("2024-01-02"), "'2024-01-02'"],
  [new Decimal("1e21"), "1000000000000000000000"],
  [new Uint8Array([0, 255]), "'\\x00ff'"],
  [["a", 1], "array['a', 1]"],
  [{ a: "it's" }, `'{"a":"it''s"}'`],
])("%s is written as %s", (value, text) => {
  expect(sqlLiteral(value)).toBe(text);
});
