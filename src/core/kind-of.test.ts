import { expect, test } from "vitest";
import { kindOf } from "./kind-of.ts";

test("says what a value is", () => {
  expect([{}, [], null, undefined, "x", 1, () => 1].map(kindOf)).toEqual([
    "an object",
    "an object",
    "null",
    "undefined",
    "a string",
    "a number",
    "a function",
  ]);
});
