import fc from "fast-check";
import { expect, test } from "vitest";
import { readFixture } from "../../test/fixtures.ts";
import { Float, floatText } from "./float.ts";

const { json_floats } = readFixture<{ json_floats: { python_repr: string; dumps: string }[] }>("ids_and_json.json");

test.each(json_floats)("prints $python_repr as dlt does", ({ python_repr, dumps }) => {
  expect(floatText(Number(python_repr))).toBe(dumps);
});

test("prints what is not finite as null", () => {
  expect([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(floatText)).toEqual(["null", "null", "null"]);
});

test("prints every float so that it reads back as the same float", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(floatText(value)).toMatch(/[.e]/);
      expect(Number(floatText(value))).toBe(value);
    }),
  );
});

test("counts and prints like the number it holds", () => {
  const float = new Float(3);
  expect(Number(float) + 1).toBe(4);
  expect(String(float)).toBe("3.0");
  expect(JSON.stringify({ float })).toBe('{"float":3}');
});
