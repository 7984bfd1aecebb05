import { Decimal } from "decimal.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { untag, untagToJson } from "../../test/fixtures.ts";
import { decimalFrom } from "./decimal-text.ts";
import { Float } from "./float.ts";
import { HexBytes } from "./hex-bytes.ts";
import { decodeTyped, encodeJson, parseTyped } from "./json.ts";
import { PlainDate } from "./plain-date.ts";
import { PlainDateTime } from "./plain-date-time.ts";
import { PlainTime } from "./plain-time.ts";
import { Timestamp } from "./timestamp.ts";
import { Wei } from "./wei.ts";

const microsOfPython = { min: -62135596800000000n, max: 253402300799999999n };
const scalar = fc.oneof(
  fc.constantFrom(null, true, false),
  fc.string({ unit: "grapheme" }),
  fc.maxSafeInteger(),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Number.isInteger(value) ? new Float(value) : value)),
  fc
    .tuple(fc.bigInt(microsOfPython), fc.integer({ min: -1439, max: 1439 }))
    .map(([micros, offset]) => Timestamp.fromMicros(inYears(micros, offset), offset)),
  fc.bigInt(microsOfPython).map((micros) => PlainDateTime.fromMicros(micros)),
  fc.integer({ min: -719162, max: 2932896 }).map((days) => PlainDate.fromDays(days)),
  fc.integer({ min: 0, max: 86_399_999_999 }).map((micros) => PlainTime.fromMicros(micros)),
  fc.stringMatching(/^-?\d{1,20}(\.\d{1,10})?(E[+-]\d{1,2})?$/).map((text) => decimalFrom(text)),
  fc.bigInt({ min: -(2n ** 255n), max: 2n ** 255n }).map((amount) => new Wei(String(amount))),
  fc.uint8Array({ minLength: 1 }),
  fc.uint8Array().map((bytes) => HexBytes.parse(Buffer.from(bytes).toString("hex"))),
);
const { document } = fc.letrec((tie) => ({
  document: fc.oneof(
    { depthSize: "small" },
    scalar,
    fc.array(tie("document")),
    fc.dictionary(fc.string(), tie("document"), { noNullPrototype: true }),
  ),
}));

test("a typed document reads back as what was written, and writes the same text again", () => {
  fc.assert(
    fc.property(document, (value) => {
      const text = encodeJson(value, { typed: true });
      expect(parseTyped(text)).toEqual(value);
      expect(encodeJson(parseTyped(text), { typed: true })).toBe(text);
    }),
  );
});

test("decodes each mark into its class", () => {
  const texts = [
    "\uf0261.10",
    "\uf0272024-01-02T03:04:05Z",
    "\uf0272024-01-02T03:04:05",
    "\uf0282024-01-02",
    "\uf02bAAH/",
    "\uf02a0xff",
    "\uf02c5",
    "\uf02d03:04",
  ];
  const classes = [Decimal, Timestamp, PlainDateTime, PlainDate, Uint8Array, HexBytes, Wei, PlainTime];
  expect(texts.map(decodeTyped).map((value) => (value as object).constructor)).toEqual(classes);
});

test.each([
  ["\uf02912345678123456781234567812345678", "12345678-1234-5678-1234-567812345678"],
  ["\uf029{ABCDEF78-1234-5678-1234-567812345678}", "abcdef78-1234-5678-1234-567812345678"],
  ["\uf029urn:uuid:12345678-1234-5678-1234-567812345678", "12345678-1234-5678-1234-567812345678"],
])("decodes the UUID %j into canonical text", (text, uuid) => {
  expect(decodeTyped(text)).toBe(uuid);
});

test.each([
  "\uf026x",
  "\uf0272024",
  "\uf0272024/01/02 03:04",
  "\uf0272024-01-02T03:04:05+24:00",
  "\uf02812",
  "\uf0282024-02-30",
  "\uf029123",
  "\uf02a0xd",
  "\uf02bAAH",
  "\uf02cNaN",
  "\uf02d24:00",
  "\uf02e1",
  "\uf025a",
  "\uf026",
  "",
])("leaves %j as it is", (text) => {
  expect(decodeTyped(text)).toBe(text);
});

test("decodes nested values, never keys, and leaves the document alone", () => {
  const parsed = { "\uf0261": ["\uf0282024-01-02", { a: "\uf02c7" }], n: 1 };
  const before = structuredClone(parsed);
  expect(decodeTyped(parsed)).toEqual({ "\uf0261": [PlainDate.from("2024-01-02"), { a: new Wei("7") }], n: 1 });
  expect(parsed).toEqual(before);
});

test("no bytes at all come back as the mark alone, as in dlt", () => {
  expect(encodeJson(new Uint8Array(), { typed: true })).toBe('"\uf02b"');
  expect(decodeTyped("\uf02b")).toBe("\uf02b");
});

test("keeps a key named __proto__ as a key", () => {
  expect(encodeJson(parseTyped('{"__proto__":{"a":1}}'))).toBe('{"__proto__":{"a":1}}');
});

test("a tagged value of a fixture stands for a value, and for what a row file holds", () => {
  const tagged = {
    i: { $int: "5" },
    b: { $int: "9007199254740993" },
    f: { $float: "1.0" },
    d: { $decimal: "1.10" },
    t: [{ $date: "2024-01-02" }],
    e: {},
  };
  expect(untag(tagged)).toEqual({
    i: 5,
    b: 9007199254740993n,
    f: new Float(1),
    d: new Decimal("1.1"),
    t: [PlainDate.from("2024-01-02")],
    e: {},
  });
  expect(untagToJson(tagged)).toEqual({ i: 5, b: 9007199254740993n, f: new Float(1), d: "\uf0261.10", t: ["\uf0282024-01-02"], e: {} });
});

/** Keeps the local time, which is what prints, within the years 1 to 9999. */
function inYears(micros: bigint, offsetMinutes: number): bigint {
  const local = micros + BigInt(offsetMinutes) * 60_000_000n;
  return local < microsOfPython.min || local > microsOfPython.max ? 0n : micros;
}
