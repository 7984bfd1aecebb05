import { expect, it } from "vitest";
import { ExactFloat } from "../core/exact-float.ts";
import { coercionFor } from "./coercion.ts";
import type { PresentValue } from "./json-value.ts";

const large = 10n ** 38n;
const values: readonly PresentValue[] = [
  7,
  2n ** 64n,
  -(2n ** 63n) - 1n,
  large - 1n,
  large,
  0.5,
  5e-324,
  1e300,
  "12",
  "12.5",
  new ExactFloat("1.0"),
];

it("keeps what wei columns without digits behind the point would round, or cannot hold, out of them", () => {
  const coerce = coercionFor([38, 0]);
  expect(values.filter((value) => coerce("wei", value) !== undefined)).toEqual(
    values.filter((value) => ![large, 0.5, 5e-324, 1e300, "12.5"].includes(value as number)),
  );
  expect(coerce("decimal", 0.5)).toBe("0.5");
});

it("leaves fractions to wei columns that have room for them", () => {
  const coerce = coercionFor([156, 78]);
  expect(values.map((value) => coerce("wei", value) !== undefined)).toEqual(values.map(() => true));
});
