import { describe, expect, test } from "vitest";
import { deliberateDifferences } from "./deliberate-differences.ts";
import { differencesOf, sideBySide } from "./side-by-side.ts";

describe("leat differs from dlt where it is meant to, and nowhere else", () => {
  const load = sideBySide(deliberateDifferences);

  test.for(deliberateDifferences)("$name: $reason", async (one) => {
    const compared = await load(one);
    const found = differencesOf(compared);
    expect(found).not.toEqual([]);
    expect(found.filter((line) => !(one.only ?? /^(refused|snapshot): dlt/).test(line))).toEqual([]);
    expect([compared.dlt, compared.leat].map((outcome) => "refused" in outcome)).toEqual([
      one.refusedBy === "dlt",
      one.refusedBy === "leat",
    ]);
  });
});
