import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DuckDbReader } from "./parquet/__fixtures__/duckdb-reader.ts";
import { scaledDecimal } from "./scaled-decimal.ts";

const scaled = (text: string, precision: number, scale: number): bigint | string => {
  const result = scaledDecimal(text, precision, scale);
  return typeof result === "number" ? BigInt(result) : result;
};

describe("scaledDecimal", () => {
  it.each([
    ["1.10", 38, 9, 1_100_000_000n],
    ["-1.10", 4, 2, -110n],
    ["+5", 38, 0, 5n],
    ["5.", 3, 1, 50n],
    [".5", 3, 1, 5n],
    ["1E+3", 38, 0, 1000n],
    ["1e-3", 38, 9, 1_000_000n],
    ["0E+40", 38, 9, 0n],
    ["-0.00", 4, 2, 0n],
    ["0.0000000000000000000000000000000000001", 38, 37, 1n],
    ["99999999999999999999999999999999999999", 38, 0, 10n ** 38n - 1n],
    ["-99999999999999999999999999999.999999999", 38, 9, -(10n ** 38n - 1n)],
  ])("scales %s for decimal(%i, %i)", (text, precision, scale, expected) => {
    expect(scaled(text, precision, scale)).toBe(expected);
  });

  it.each([
    ["0.5", 1n],
    ["-0.5", -1n],
    ["0.49999999999999999999", 0n],
    ["2.5", 3n],
    ["12345678901234567.5", 12345678901234568n],
    ["0.05", 0n],
    ["1e-99999999999999999999", 0n],
  ])("rounds %s half away from zero", (text, expected) => {
    expect(scaled(text, 38, 0)).toBe(expected);
  });

  it.each([
    ["100.00", 4, 2],
    ["99.995", 4, 2],
    ["0.95", 1, 1],
    ["1E+38", 38, 0],
    ["1e99999999999999999999", 38, 0],
    ["99999999999999999999999999999.9999999995", 38, 9],
  ])("refuses %s for decimal(%i, %i): too many digits", (text, precision, scale) => {
    expect(scaled(text, precision, scale)).toBe(`the number needs more digits than decimal(${precision}, ${scale}) has`);
  });

  it.each(["NaN", "sNaN", "Infinity", "-Infinity", "", ".", "-", "1,5", "0x10", " 1", "1e", "1_0"])(
    "refuses %j: no finite number",
    (text) => {
      expect(scaled(text, 38, 9)).toBe("the value is not a finite decimal number");
    },
  );

  it("moves the point by the exponent before it rounds", () => {
    fc.assert(
      fc.property(digits(20), fc.integer({ min: -20, max: 20 }), (number, exponent) => {
        const padded = "0".repeat(20) + number + "0".repeat(20);
        const point = 20 + number.length + exponent;
        expect(scaled(`${number}E${exponent}`, 38, 4)).toBe(scaled(`${padded.slice(0, point)}.${padded.slice(point)}`, 38, 4));
      }),
    );
  });

  describe("against DuckDB", () => {
    let duckdb: DuckDbReader;
    beforeAll(async () => {
      duckdb = await DuckDbReader.open();
    });
    afterAll(() => duckdb.close());

    // No exponents: with a negative one DuckDB 1.5.5 rounds 6E-2 up to 1.
    const decimalText = fc
      .tuple(fc.constantFrom("", "-"), digits(38), fc.option(digits(20)))
      .map(([sign, whole, fraction]) => sign + whole + (fraction === null ? "" : `.${fraction}`));

    it.each([
      [38, 9],
      [38, 0],
      [18, 4],
      [4, 1],
    ])("casts any text to decimal(%i, %i) as DuckDB does", async (precision, scale) => {
      await fc.assert(
        fc.asyncProperty(fc.array(decimalText, { minLength: 1, maxLength: 50 }), async (texts) => {
          const values = texts.map((text) => `('${text}')`).join(",");
          const cast = await duckdb.rows(`SELECT try_cast(t AS DECIMAL(${precision}, ${scale})) FROM (VALUES ${values}) v(t)`);
          const ours = texts.map((text) => scaled(text, precision, scale));
          expect(ours.map((value) => (typeof value === "string" ? null : value))).toEqual(cast.flat());
        }),
        { numRuns: 30 },
      );
    });
  });
});

function digits(maxLength: number): fc.Arbitrary<string> {
  return fc.stringMatching(new RegExp(`^\\d{1,${maxLength}}$`));
}
