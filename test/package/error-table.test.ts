import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./packed.ts";

const codesInPage = [...readFileSync(join(root, "docs", "errors.md"), "utf8").matchAll(/^\| `(\w+)` +\| `([a-z-]+)` +\|/gm)].map(
  ([, name, code]) => `${name}: ${code}`,
);

/** Every class with a literal code. */
function codesInSources(): string[] {
  const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).filter((file) => /(?<!\.test)\.ts$/.test(file));
  return files.flatMap((file) => {
    const text = readFileSync(join(root, "src", file), "utf8");
    return [...text.matchAll(/class (\w+) extends \w+ \{\s+readonly code = "([a-z-]+)" as const/g)].map(
      ([, name, code]) => `${name}: ${code}`,
    );
  });
}

test("docs/errors.md has every error class and its code", () => {
  expect(codesInPage.toSorted()).toEqual(codesInSources().toSorted());
});
