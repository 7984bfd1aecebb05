import { expect, it } from "vitest";
import { asciiDigits, parseFloatText, parseHexadecimal, parseInteger, pythonFloatText } from "./number-text.ts";

it.each([
  ["1_000", 1000n],
  ["+5", 5n],
  ["-5", -5n],
  ["٣", 3n],
  [" 0x1f ", 31n],
  ["0x1_f", 31n],
  ["0x-fa", -250n],
  ["\t5\n", 5n],
  ["00012", 12n],
  ["9223372036854775808", 9223372036854775808n],
] as const)("reads the integer %j", (text, value) => {
  expect(parseInteger(text)).toBe(value);
});

it.each(["", "  ", "- 5", "0X1F", "-0x1f", "0x", "0xfg", "0x_1", "1e3", "1.0", "--5", "0b1", "1__0", "_1", "1_"])(
  "reads no integer in %j",
  (text) => {
    expect(parseInteger(text)).toBeUndefined();
  },
);

it.each([
  ["1_0.5", 10.5],
  ["1.", 1],
  ["  .5", 0.5],
  ["1e400", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["inf", Number.POSITIVE_INFINITY],
  ["-nan", Number.NaN],
  ["5e-324", 5e-324],
  ["-0", -0],
] as const)("reads the float %j", (text, value) => {
  expect(parseFloatText(text)).toBe(value);
});

it.each(["", ".", "1e", "1d", "1,5", "0x1f", "e5", "1_", "infinit"])("reads no float in %j", (text) => {
  expect(parseFloatText(text)).toBeUndefined();
});

it("reads base 16 with white space around it only", () => {
  expect(parseHexadecimal(" 0x1f\n")).toBe(31n);
  expect(parseHexadecimal("1f")).toBeUndefined();
});

it.each([
  [1, "1.0"],
  [1e15, "1000000000000000.0"],
  [1e16, "1e+16"],
  [123456789012345680, "1.2345678901234568e+17"],
  [0.0001, "0.0001"],
  [0.00001, "1e-05"],
  [1.5e-7, "1.5e-07"],
  [1.5e300, "1.5e+300"],
  [-0, "-0.0"],
  [Number.NaN, "nan"],
  [Number.NEGATIVE_INFINITY, "-inf"],
])("prints %d as Python does", (value, text) => {
  expect(pythonFloatText(value)).toBe(text);
});

it("reads the digits of other scripts", () => {
  expect(asciiDigits("١٢٣ １２３ 𝟏𝟗 ²")).toBe("123 123 19 ²");
});
