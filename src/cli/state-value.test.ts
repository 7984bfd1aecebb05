import { describe, expect, test } from "vitest";
import { encodeJson } from "../core/json-encode.ts";
import { decodeTyped } from "../core/json-typed.ts";
import { parseValue, typeOf } from "./state-value.ts";

/** A value as typed JSON has it. */
const typed = (mark: string, text: string): unknown => decodeTyped(mark + text);
const decimal = typed("\uf026", "1.5");
const timestamp = typed("\uf027", "2026-01-02T03:04:05Z");

const parsed = (text: string, { type, replaces }: { type?: string; replaces?: unknown } = {}): string =>
  encodeJson(parseValue(text, { type, replaces }), { typed: true });

describe("a value of the command line", () => {
  test.each([
    ["5", "5"],
    ["1152921504606846977", "1152921504606846977"],
    ["1.0", "1.0"],
    ['"5"', '"5"'],
    ["true", "true"],
    ["null", "null"],
    ['{"a": [1]}', '{"a":[1]}'],
    ["plain text", '"plain text"'],
    ["2026-01-02", '"2026-01-02"'],
    ["", '""'],
  ])("is JSON, else text: %s", (text, expected) => {
    expect(parsed(text)).toBe(expected);
  });

  test.each([
    ["timestamp", "2026-01-02T03:04:05Z", '"\uf0272026-01-02T03:04:05+00:00"'],
    ["datetime", "2026-01-02T03:04:05", '"\uf0272026-01-02T03:04:05"'],
    ["date", "2026-01-02", '"\uf0282026-01-02"'],
    ["time", "03:04:05", '"\uf02d03:04:05"'],
    ["decimal", "1.50", '"\uf0261.50"'],
    ["wei", "10", '"\uf02c10"'],
    ["hex", "0xff", '"\uf02a0xff"'],
    ["bytes", "AQI=", '"\uf02bAQI="'],
    ["text", "5", '"5"'],
    ["json", "5", "5"],
  ])("has the type that is asked for: %s", (type, text, expected) => {
    expect(parsed(text, { type })).toBe(expected);
    // What takes its place is of that type without being told.
    const value = parseValue(text, { type, replaces: undefined });
    if (typeOf(value) !== undefined) expect(parsed(text, { replaces: value })).toBe(expected);
  });

  test("of the type that is there keeps its digits, and may be null", () => {
    expect(parsed("12345678901234567890.10", { replaces: decimal })).toBe('"\uf02612345678901234567890.10"');
    expect(parsed('"2.5"', { replaces: decimal })).toBe('"\uf0262.5"');
    expect(parsed("null", { replaces: timestamp })).toBe("null");
    expect(parsed("5", { replaces: timestamp, type: "json" })).toBe("5");
  });

  test.each([
    ["x", { type: "decimal" }, "`x` is no decimal."],
    ["soon", { replaces: timestamp }, "`soon` is no timestamp, which is what is there now. --type text puts a text there."],
    ["5", { replaces: timestamp }, "`5` is no timestamp"],
    ["{", { type: "json" }, "`{` is not JSON"],
    ["?", { type: "bytes" }, "`?` is no bytes."],
  ])("that is not of the type is refused: %s", (text, options, message) => {
    expect(() => parsed(text, options)).toThrow(message);
  });
});
