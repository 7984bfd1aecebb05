import { Decimal } from "decimal.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decimalFrom, decimalText, decimalTextOf } from "./decimal-text.ts";

describe("decimalText", () => {
  test.each([
    ["1.10", "1.10"],
    ["-0.00", "-0.00"],
    ["+5", "5"],
    ["007", "7"],
    ["000.10", "0.10"],
    [".5", "0.5"],
    ["5.", "5"],
    ["1E+2", "1E+2"],
    ["1e5", "1E+5"],
    ["1.5E2", "1.5E+2"],
    ["1.50E2", "150"],
    ["0.000001", "0.000001"],
    ["0.0000001", "1E-7"],
    ["0.00000120", "0.00000120"],
    ["0.000000120", "1.20E-7"],
    ["0E+2", "0E+2"],
    ["0.00000000", "0E-8"],
    [" 1_000 ", "1000"],
    ["nan", "NaN"],
    ["-inf", "-Infinity"],
  ])("prints %j as Python prints it: %s", (text, printed) => {
    expect(decimalText(text)).toBe(printed);
  });

  test.each(["", ".", "x", "0x1f", "1e", "1.2.3", "--1", "1 2"])("says that %j is no decimal", (text) => {
    expect(decimalText(text)).toBeUndefined();
  });

  test("gives the same number, and the same text again", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^-?\d{1,12}(\.\d{1,12})?(E[+-]?\d{1,2})?$/), (text) => {
        const printed = decimalText(text) ?? "";
        expect(new Decimal(printed).equals(text)).toBe(true);
        expect(decimalText(printed)).toBe(printed);
      }),
    );
  });
});

describe("a Decimal of decimal.js", () => {
  test.each([
    [new Decimal(100), "100"],
    [new Decimal("0.1"), "0.1"],
    [new Decimal("-0"), "-0"],
    [new Decimal("1e-6"), "0.000001"],
    [new Decimal("1.5e-7"), "1.5E-7"],
    [new Decimal("1e37"), `1${"0".repeat(37)}`],
    [new Decimal("1e38"), "1E+38"],
    [new Decimal("1.5e100"), "1.5E+100"],
    [new Decimal(Number.NaN), "NaN"],
    [new Decimal(Number.NEGATIVE_INFINITY), "-Infinity"],
  ])("prints as Python would: case %#", (decimal, text) => {
    expect(decimalTextOf(decimal)).toBe(text);
  });

  test("made by the user has no trailing zeros, since decimal.js drops them", () => {
    expect(decimalTextOf(new Decimal("1.10"))).toBe("1.1");
    expect(decimalTextOf(new Decimal("-0.00"))).toBe("-0");
    expect(decimalTextOf(new Decimal("1E+2"))).toBe("100");
  });

  test.each(["1.10", "-0.00", "1E+2", "5"])("read from a document keeps the text %s", (text) => {
    const decimal = decimalFrom(text);
    expect(decimal).toBeInstanceOf(Decimal);
    expect(decimalTextOf(decimal ?? new Decimal(7))).toBe(text);
  });

  test("is independent of the global settings of decimal.js", () => {
    const { toExpNeg, toExpPos } = Decimal;
    Decimal.set({ toExpNeg: -1, toExpPos: 1 });
    try {
      expect(decimalTextOf(new Decimal("123.45"))).toBe("123.45");
      expect(decimalTextOf(new Decimal("0.001"))).toBe("0.001");
    } finally {
      Decimal.set({ toExpNeg, toExpPos });
    }
  });
});
