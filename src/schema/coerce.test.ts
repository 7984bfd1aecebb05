import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cellOfTagged } from "../../test/cells.ts";
import { readFixture, untagToJson } from "../../test/fixtures.ts";
import { Float } from "../core/float.ts";
import { encodeJson, parseJson } from "../core/json.ts";
import { Timestamp } from "../core/timestamp.ts";
import type { Cell } from "./cell.ts";
import { coerceCell } from "./coerce.ts";
import { type DataType, dataTypes } from "./data-type.ts";
import { detectionNames } from "./detections.ts";
import { inferType } from "./infer.ts";
import type { PresentValue } from "./json-value.ts";

// The table of column types and values of the fixture is in place-cell.test.ts.

const { timezone } = readFixture<{
  readonly timezone: readonly { readonly timezone_hint: boolean; readonly input: unknown; readonly value: unknown }[];
}>("types.json");

it.each(timezone)("gives $input its microseconds in UTC, timezone $timezone_hint", ({ input, value }) => {
  expect(coerceCell("timestamp", untagToJson(input) as PresentValue)).toBe(cellOfTagged("timestamp", value));
});

describe("beside the fixture, as dlt does", () => {
  const microsOf = (iso: string): number => Date.parse(iso) * 1000;

  it.each<[DataType, PresentValue, Cell | undefined]>([
    ["timestamp", "2024-W03-2T03:00", microsOf("2024-01-16T03:00:00Z")],
    ["timestamp", "2024/01/02 03:04:05", microsOf("2024-01-02T03:04:05Z")],
    ["timestamp", "202401", 202_401_000_000],
    ["timestamp", "1_000", 1_000_000_000],
    ["timestamp", "253402300799", 253_402_300_799_000_000n],
    ["timestamp", "253402300800", undefined],
    ["timestamp", "nan", undefined],
    ["timestamp", " 2024-01-02T03:04:05Z ", undefined],
    ["timestamp", 1704164645.1234567, 1_704_164_645_123_457],
    ["timestamp", 1.5e-6, 2],
    ["timestamp", 2.5e-6, 2],
    ["timestamp", new Float(Number.POSITIVE_INFINITY), undefined],
    ["timestamp", "\uf0282024-01-02", microsOf("2024-01-02T00:00:00Z")],
    ["date", "2024-01-02T01:00:00+02:00", 19723],
    ["date", -86_401, -2],
    ["date", -0.5, -1],
    ["time", "23:30:00-02:00", 5_400_000_000],
    ["time", "3:04", 11_040_000_000],
    ["time", "24:00:00", undefined],
    ["time", "\uf0272024-01-02T03:04:05", undefined],
    ["bool", "TRUE", true],
    ["bool", " true", undefined],
    ["bool", "on", undefined],
    ["bool", "\uf0260.00", false],
    ["bool", -2.5, true],
    ["bigint", "\uf0265.00E+2", 500],
    ["bigint", "\uf0261.5", undefined],
    ["bigint", "\uf02c1E+30", undefined],
    ["bigint", new Float(-0), 0],
    ["bigint", "9223372036854775807", 9223372036854775807n],
    ["bigint", "9223372036854775808", undefined],
    ["bigint", 2n ** 63n, undefined],
    ["double", 10n ** 400n, undefined],
    ["double", "\uf0261E+400", Number.POSITIVE_INFINITY],
    ["double", new Float(Number.NaN), Number.NaN],
    ["decimal", 0.00001, "0.00001"],
    ["decimal", 1.5e-10, "1.5E-10"],
    ["decimal", new Float(1e16), "1E+16"],
    ["decimal", "1e-10", "1E-10"],
    ["text", 1.5e-7, "1.5e-07"],
    ["text", "\uf0272024-01-02T01:00:00+02:00", "2024-01-02T01:00:00+02:00"],
    ["text", "\uf0272024-01-02T01:00:00Z", "2024-01-02T01:00:00+00:00"],
    ["text", "\uf027garbage", "\uf027garbage"],
    ["text", "\uf02d03:04:05+02:00", "03:04:05+02:00"],
    ["text", "\uf02a0xAB", "0xab"],
    ["text", "\uf02912345678-1234-5678-1234-567812345678", "12345678-1234-5678-1234-567812345678"],
    ["json", '{"b": 1.50, "a": [1.0]}', '{"b":1.5,"a":[1.0]}'],
    ["json", "NaN", undefined],
    [
      "json",
      { a: "\uf0272024-01-02T00:00:00Z", b: ["\uf0261E+3"], c: "\uf02bYWI=", d: "\uf026x" },
      '{"a":"2024-01-02T00:00:00+00:00","b":["1E+3"],"c":"YWI=","d":"\uf026x"}',
    ],
    ["text", [1, new Float(2)], "[1,2.0]"],
    ["bigint", [1], undefined],
  ])("%s column, %o", (to, value, cell) => {
    expect(coerceCell(to, value)).toEqual(cell);
  });

  it.each([
    ["0x", ""],
    ["0xAB", "ab"],
    ["YWJ=", "6162"],
    ["YR==", "61"],
    ["0X1F", "d17d45"],
  ])("binary column, %j", (text, hex) => {
    expect(Buffer.from(coerceCell("binary", text) as Uint8Array).toString("hex")).toBe(hex);
  });

  it.each(["0xabc", "0xzz", "YWJj\n", "YW Jj", "YWI", "YQ=", "_-8=", "é"])("binary column, not %j", (text) => {
    expect(coerceCell("binary", text)).toBeUndefined();
  });

  it.each([
    [0, ""],
    [256, "0001"],
    [2n ** 64n, "000000000000000001"],
  ])("binary column, integer %s", (value, hex) => {
    expect(Buffer.from(coerceCell("binary", value) as Uint8Array).toString("hex")).toBe(hex);
  });
});

describe("for any value", () => {
  const decimal = fc.tuple(fc.bigInt(), fc.integer({ min: -30, max: 30 })).map(([digits, exponent]) => `${digits}E${exponent}`);
  const date = fc.date({ min: new Date("0001-01-02T00:00:00Z"), max: new Date("9999-12-30T00:00:00Z"), noInvalidDate: true });
  const value: fc.Arbitrary<PresentValue> = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true, noInteger: true }),
    fc.double().map((double) => new Float(double)),
    fc.bigInt().map((integer) => (integer < 0n ? integer - 2n ** 53n : integer + 2n ** 53n)),
    fc.boolean(),
    date.map((at) => at.toISOString()),
    date.map((at) => `\uf027${at.toISOString()}`),
    date.map((at) => `\uf028${at.toISOString().slice(0, 10)}`),
    date.map((at) => `\uf02d${at.toISOString().slice(11, -1)}`),
    decimal.map((text) => `\uf026${text}`),
    decimal.map((text) => `\uf02c${text}`),
    fc.uint8Array().map((bytes) => `\uf02b${Buffer.from(bytes).toString("base64")}`),
    fc.string({ unit: fc.constantFrom("\uf026", "\uf027", "\uf02b", "\uf02d", "0", "1", ":", "-", "a", "=") }),
    fc.jsonValue({ noUnicodeString: false }).map((json) => parseJson(encodeJson([json])) as PresentValue),
  );

  it("the column made for a value takes it", () => {
    const refused = (text: PresentValue): boolean => typeof text === "string" && text.startsWith("\uf02c");
    fc.assert(
      fc.property(value, fc.subarray([...detectionNames]), (any, detections) => {
        fc.pre(!refused(any));
        expect(coerceCell(inferType(any, detections, 0), any)).not.toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });

  it("a text column takes everything", () => {
    fc.assert(
      fc.property(value, (any) => {
        expect(typeof coerceCell("text", any)).toBe("string");
      }),
      { numRuns: 500 },
    );
  });

  it("a cell is what its column says", () => {
    fc.assert(
      fc.property(value, fc.constantFrom(...dataTypes), (any, to) => {
        const cell = coerceCell(to, any);
        if (cell !== undefined) expect(isCellOf(to, cell)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

it("keeps microseconds that a double could not", () => {
  const at = Timestamp.from("9999-12-31T23:59:59.999999Z");
  expect(coerceCell("timestamp", `\uf027${encodeJson(at).slice(1, -1)}`)).toBe(253_402_300_799_999_999n);
});

function isCellOf(to: DataType, cell: Cell): boolean {
  switch (to) {
    case "bool":
      return typeof cell === "boolean";
    case "double":
      return typeof cell === "number";
    case "bigint":
    case "timestamp":
      return typeof cell === "bigint" ? !Number.isSafeInteger(Number(cell)) : Number.isSafeInteger(cell);
    case "date":
    case "time":
      return Number.isSafeInteger(cell);
    case "binary":
      return cell instanceof Uint8Array;
    case "json":
      return JSON.stringify(JSON.parse(cell as string)) !== undefined;
    case "decimal":
    case "wei":
      return /^-?(?:NaN|Infinity|\d+(?:\.\d+)?(?:E[+-]\d+)?)$/.test(cell as string);
    default:
      return typeof cell === "string";
  }
}
