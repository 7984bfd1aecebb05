import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeJson } from "./json.ts";
import { nativeContainers } from "./native-json.ts";
import { Timestamp } from "./timestamp.ts";

const leaf = fc.oneof(
  fc.jsonValue({ noUnicodeString: false, maxDepth: 1 }),
  fc.constantFrom<unknown>(
    undefined,
    1e-6,
    -5e-7,
    -0,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2n ** 60n,
    new Date(0),
    new Timestamp(5, 7),
    new Uint8Array(2),
  ),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie("value"), { maxKeys: 4 }),
  ),
}));

describe("a large value", () => {
  test("has the text that it would have if it were small", () => {
    fc.assert(
      fc.property(value, (one) => {
        const document = { one };
        expect(encodeJson(document, { typed: true, large: true })).toBe(encodeJson(document, { typed: true }));
      }),
    );
  });

  test("that is handed out anew at each look is written as it is", () => {
    const fresh = {
      get at() {
        return new Date(5);
      },
      get inner() {
        return { at: new Date(6) };
      },
    };
    expect(encodeJson([fresh, { a: 1 }], { large: true })).toBe(encodeJson([fresh, { a: 1 }]));
  });

  test("that contains itself is refused with its path", () => {
    const circle: Record<string, unknown> = { a: { b: [1] } };
    circle["c"] = [circle, { d: circle }];
    expect(() => encodeJson(circle, { large: true })).toThrow("$.c[0]");
  });
});

test("the outermost containers without anything special are left to JSON", () => {
  const [plain, list] = [{ a: { b: 1 } }, [[1], "x"]];
  expect([...nativeContainers({ plain, list, at: new Date(0) })]).toEqual([plain, list]);
  const whole = { plain, list };
  expect([...nativeContainers(whole)]).toEqual([whole]);
});
