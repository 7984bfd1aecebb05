import { expect, test } from "vitest";
import { Wei } from "./wei.ts";

test("keeps all digits of a 256-bit amount", () => {
  const text = "57896044618658097711785492504343953926634992332820282019728792003956564819968";
  expect(new Wei(text).text).toBe(text);
  expect(`${new Wei(text)}`).toBe(text);
  expect(JSON.stringify([new Wei("12")])).toBe('["12"]');
});

test("prints its text as Python prints the decimal", () => {
  expect(new Wei("1e3").text).toBe("1E+3");
  expect(new Wei("1.50").text).toBe("1.50");
});

test.each(["", "abc", "0x1f", "NaN", "Infinity", "1.2.3"])("refuses %j", (text) => {
  expect(() => new Wei(text)).toThrow(RangeError);
});
