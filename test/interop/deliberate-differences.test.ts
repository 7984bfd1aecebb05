import { expect, test } from "vitest";
import { tempDir } from "../temp-dir.ts";
import { differencesOf, loadWithBoth } from "./compare.ts";
import { deliberateDifferences } from "./deliberate-differences.ts";

test("differs from dlt where it is meant to, and nowhere else", async () => {
  const all = await loadWithBoth(deliberateDifferences, tempDir());
  for (const [index, { name, refusedBy, only = /^(refused|snapshot): dlt/ }] of deliberateDifferences.entries()) {
    const compared = all[index]!;
    const found = differencesOf(compared);
    expect.soft(found, name).not.toEqual([]);
    expect
      .soft(
        found.filter((line) => !only.test(line)),
        name,
      )
      .toEqual([]);
    expect
      .soft(
        ["dlt", "leat"].filter((tool) => "refused" in compared[tool as "dlt" | "leat"]),
        name,
      )
      .toEqual(refusedBy === undefined ? [] : [refusedBy]);
  }
});
