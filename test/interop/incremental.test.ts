import { expect, test } from "vitest";
import { incrementalCases } from "./incremental-cases.ts";
import { differencesOf, sideBySide } from "./side-by-side.ts";

const compare = sideBySide(incrementalCases);

test.each(incrementalCases)("$name: the same rows and the same state in dlt and in leat", async (one) => {
  expect(differencesOf(await compare(one))).toEqual([]);
});
