import { expect, test } from "vitest";
import type { Cell } from "../../schema/cell.ts";
import type { DataType } from "../../schema/data-type.ts";
import { cellFitter } from "./fit-cell.ts";

type Column = { readonly data_type: DataType; readonly precision?: number; readonly scale?: number };

function fitted(from: Column, to: Column, cell: Cell): Cell | undefined {
  const change = cellFitter(from, { name: "c", ...to });
  return change === undefined ? cell : change(cell);
}

const [bigint, double, text, decimal, timestamp, date, bool, binary, json, wei] = (
  ["bigint", "double", "text", "decimal", "timestamp", "date", "bool", "binary", "json", "wei"] as const
).map((data_type) => ({ data_type })) as unknown as Record<number, Column> & Column[];

test.each<readonly [string, Column, Column, Cell, Cell | undefined]>([
  ["a small integer in a column of 32 bits", bigint!, { data_type: "bigint", precision: 32 }, 2_147_483_647, 2_147_483_647],
  ["a greater one is refused", bigint!, { data_type: "bigint", precision: 32 }, 2_147_483_648, undefined],
  ["an unsigned one beyond 64 bits is refused", bigint!, bigint!, 2n ** 63n, undefined],
  ["but goes into a decimal", bigint!, { data_type: "decimal", precision: 20, scale: 0 }, 2n ** 64n - 1n, "18446744073709551615"],
  ["and into wei", bigint!, wei!, 2n ** 64n - 1n, "18446744073709551615"],
  ["an integer in a double", bigint!, double!, 5, 5],
  ["one that a double rounds is refused", bigint!, double!, 9007199254740993n, undefined],
  ["a power of two is none", bigint!, double!, 2n ** 60n, 2 ** 60],
  ["an integer is no time", bigint!, timestamp!, 1, undefined],
  ["nor true or false", bigint!, bool!, 1, undefined],
  ["a whole double in a bigint", double!, bigint!, 2, 2],
  ["any other is refused", double!, bigint!, 2.5, undefined],
  ["a decimal with few digits in a double", decimal!, double!, "1.10", 1.1],
  ["one with many is refused", decimal!, double!, "1.1000000000000000001", undefined],
  [
    "a decimal in fewer digits behind the point",
    { data_type: "decimal", scale: 4 },
    { data_type: "decimal", precision: 10, scale: 2 },
    "1.1000",
    "1.1000",
  ],
  [
    "that would round is refused",
    { data_type: "decimal", scale: 4 },
    { data_type: "decimal", precision: 10, scale: 2 },
    "1.1010",
    undefined,
  ],
  [
    "milliseconds in a column of seconds are refused",
    { data_type: "timestamp", precision: 3 },
    { data_type: "timestamp", precision: 0 },
    1_001_000,
    undefined,
  ],
  ["whole seconds are not", { data_type: "timestamp", precision: 3 }, { data_type: "timestamp", precision: 0 }, 1_000_000, 1_000_000],
  ["a midnight in a date", timestamp!, date!, 86_400_000_000, 1],
  ["any other time is refused", timestamp!, date!, 86_400_000_001, undefined],
  ["a date in a timestamp", date!, timestamp!, 1, 86_400_000_000],
  ["a number in text", double!, text!, 1.5, "1.5"],
  ["bytes in text", binary!, text!, Uint8Array.of(97), "YQ=="],
  ["json in text", json!, text!, "[1]", "[1]"],
  ["text that is a number in a bigint", text!, bigint!, "12", 12],
  ["text that is none is refused", text!, bigint!, "x", undefined],
])("%s", (_, from, to, cell, expected) => {
  expect(fitted(from, to, cell)).toEqual(expected);
});
