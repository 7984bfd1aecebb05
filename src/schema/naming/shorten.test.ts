import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { nameTag, shorten } from "./shorten.ts";

interface TagVector {
  readonly input: string;
  readonly tag: string;
  readonly trim_and_tag_10: string | null;
}
const fixture = JSON.parse(readFileSync(new URL("../../../test/fixtures/naming.json", import.meta.url), "utf8")) as {
  readonly tags: readonly TagVector[];
};

it.each(fixture.tags)("tags $input", ({ input, tag, trim_and_tag_10 }) => {
  expect(nameTag(input)).toBe(tag);
  if (trim_and_tag_10 !== null) expect(shorten(input, input, 10)).toBe(trim_and_tag_10);
});

it("counts code points, not UTF-16 units", () => {
  expect(shorten("😀".repeat(10), "x", 10)).toBe("😀".repeat(10));
  expect(Array.from(shorten("😀".repeat(11), "x", 10))).toHaveLength(10);
});
