import fc from "fast-check";
import { expect, test } from "vitest";
import { compareCodePoints, sortCodePoints } from "./code-points.ts";

const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom("a", "b", "\u{1f600}", "\ufb01", "\ue000", "\uffff"),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  ),
});

test("puts U+FB01 before U+1F600, which UTF-16 does not", () => {
  expect(sortCodePoints(["\u{1f600}", "\ufb01", "a"])).toEqual(["a", "\ufb01", "\u{1f600}"]);
  expect(["\u{1f600}", "\ufb01", "a"].sort()).toEqual(["a", "\u{1f600}", "\ufb01"]);
});

test("sorts as the UTF-8 bytes sort", () => {
  fc.assert(
    fc.property(fc.array(anyText), (texts) => {
      const byBytes = [...texts].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(sortCodePoints([...texts])).toEqual(byBytes);
    }),
  );
});

test("compares every pair as its UTF-8 bytes compare", () => {
  fc.assert(fc.property(anyText, anyText, (a, b) => Math.sign(compareCodePoints(a, b)) === Buffer.compare(Buffer.from(a), Buffer.from(b))));
});
