import { Decimal } from "decimal.js";
import { expect, test } from "vitest";
import { PlainDate } from "../../core/plain-date.ts";
import { PlainDateTime } from "../../core/plain-date-time.ts";
import { PlainTime } from "../../core/plain-time.ts";
import { Timestamp } from "../../core/timestamp.ts";
import { sqliteLiteral } from "./literal.ts";

test.each<[unknown, string]>([
  [null, "null"],
  [5, "5"],
  [2n ** 62n, "4611686018427387904"],
  [-1.5, "-1.5"],
  [Number.NaN, "null"],
  [Number.NEGATIVE_INFINITY, "-9e999"],
  [true, "1"],
  ["it's", "'it''s'"],
  [Timestamp.from("2024-01-02T03:04:05Z"), "'2024-01-02 03:04:05.000000'"],
  [PlainDateTime.from("2024-01-02T03:04:05.123456"), "'2024-01-02 03:04:05.123456'"],
  [PlainTime.from("03:04:05"), "'03:04:05.000000'"],
  [PlainDate.from("2024-01-02"), "'2024-01-02'"],
  [new Decimal("1.50"), "1.5"],
  [new Decimal("12345678901234567890.5"), `x'${Buffer.from("12345678901234567890.5").toString("hex")}'`],
  [new Uint8Array([0, 255]), "x'00ff'"],
  [["a", 1], `'["a",1]'`],
])("%s is written as %s", (value, text) => {
  expect(sqliteLiteral(value)).toBe(text);
});
