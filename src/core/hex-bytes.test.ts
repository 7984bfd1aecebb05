import { expect, test } from "vitest";
import { HexBytes } from "./hex-bytes.ts";

test.each(["0xdeadbeef", "deadbeef", "0XDEADBEEF"])("parses %s", (text) => {
  const bytes = HexBytes.parse(text);
  expect([...bytes]).toEqual([0xde, 0xad, 0xbe, 0xef]);
  expect(bytes).toBeInstanceOf(Uint8Array);
  expect(`${bytes}`).toBe("0xdeadbeef");
});

test("prints the bytes of a part of a buffer only", () => {
  expect(HexBytes.parse("0x00ff10").subarray(1).toString()).toBe("0xff10");
});

test.each(["0xd", "0xgg", "0x0x00"])("refuses %s", (text) => {
  expect(() => HexBytes.parse(text)).toThrow(`Not hexadecimal bytes: "${text}".`);
});
