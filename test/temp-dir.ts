import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** An empty folder, removed when the test is over. */
export function tempDir(): string {
  const path = mkdtempSync(join(realpathSync(tmpdir()), "leat-test-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
