import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { tempDir } from "../temp-dir.ts";

const child = fileURLToPath(new URL("bounded-memory-child.mjs", import.meta.url));

interface Peak {
  readonly afterExtract: number;
  readonly afterNormalize: number;
}

/** The peak memory, in MB, of a process of its own that extracts and normalizes so many megabytes. */
function peakOf(megabytes: number, rows: "pages" | "large"): Peak {
  return JSON.parse(execFileSync(process.execPath, [child, String(megabytes), rows, tempDir()], { encoding: "utf8" })) as Peak;
}

test.each(["pages", "large"] as const)("memory of extract and normalize does not grow with the rows: %s", (rows) => {
  const { afterExtract, afterNormalize } = peakOf(450, rows);
  // Node alone takes about 50 MB and collects when it likes (300 were seen of a busy machine); what a resource yields, kept, would be more than 500.
  expect(afterExtract).toBeLessThan(350);
  expect(afterNormalize).toBeLessThan(400);
});
