import { describe, expect, it } from "vitest";
import { decimalInteger, exceedsWei, isZeroDecimal, maxWei, parseDecimal } from "./decimal-number.ts";

it.each([
  [" 1_000 ", "1000"],
  ["٣.٥", "3.5"],
  ["0x1f", "31"],
  ["1.10", "1.10"],
  ["1e3", "1E+3"],
  ["nan", "NaN"],
  ["-inf", "-Infinity"],
])("reads the decimal %j", (text, decimal) => {
  expect(parseDecimal(text)).toBe(decimal);
});

it.each(["", "abc", "1.5.2", "0x", "1e"])("reads no decimal in %j", (text) => {
  expect(parseDecimal(text)).toBeUndefined();
});

describe("the integer of a decimal", () => {
  it.each([
    ["5.00", 5n],
    ["1E+3", 1000n],
    ["-0", 0n],
    ["0E+999999999", 0n],
    ["-12.0", -12n],
    ["9223372036854775807", 9223372036854775807n],
  ])("%s", (decimal, integer) => {
    expect(decimalInteger(decimal, 19)).toBe(integer);
  });

  it.each(["1.5", "0.1", "1E-7", "NaN", "Infinity", "10000000000000000000", "1E+999999999"])("is not there for %s", (decimal) => {
    expect(decimalInteger(decimal, 19)).toBeUndefined();
  });
});

it("knows zero in all its forms", () => {
  expect(["0", "-0.00", "0E+5", "0E-10"].map(isZeroDecimal)).toEqual([true, true, true, true]);
  expect(["0.01", "1E-9", "NaN", "Infinity"].map(isZeroDecimal)).toEqual([false, false, false, false]);
});

it("knows what wei holds", () => {
  expect([`${maxWei}`, `-${maxWei}`, "0E+100", "1.5", "5E+38"].map(exceedsWei)).toEqual([false, false, false, false, false]);
  expect([`${maxWei + 1n}`, `${maxWei}.1`, "1E+39", "Infinity", "NaN"].map(exceedsWei)).toEqual([true, true, true, true, true]);
});
