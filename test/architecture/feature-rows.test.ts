import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Proof } from "./feature-row.ts";
import { featureRows } from "./feature-rows.ts";

const rows = Object.entries(featureRows).flatMap(([section, one]) =>
  Object.entries(one).map(([name, row]) => ({ name: `${section}: ${name}`, row })),
);

describe("each row of the feature list", () => {
  test.each(rows)("$name: its tests are there", ({ row }) => {
    expect(row.proofs.flatMap(missing)).toEqual([]);
  });

  test("has a test, or a reason why not", () => {
    expect(rows.filter(({ row }) => row.proofs.length === 0 && row.open === undefined).map(({ name }) => name)).toEqual([]);
  });
});

/** The file, or the titles that no test or group of tests in it begins with. */
function missing([file, ...titles]: Proof): readonly string[] {
  const path = file.startsWith("src/") ? file : `test/${file}`;
  if (!existsSync(path)) return [path];
  const text = readFileSync(path, "utf8");
  return titles.filter((title) => !isTitleIn(text, title)).map((title) => `${path}: ${title}`);
}

/** Titles are texts, also where they stand in a table of cases. Those of state begin with the numbers of its sentences, which may be left out. */
function isTitleIn(text: string, title: string): boolean {
  return new RegExp(`["'\`](?:S\\d+ )*${title.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}`).test(text);
}
