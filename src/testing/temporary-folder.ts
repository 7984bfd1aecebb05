import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folders = new Set<string>();

/** A new folder, which is gone at the end of the process if not before. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "leat-"));
  if (folders.size === 0) process.once("exit", () => folders.forEach(removeFolder));
  folders.add(folder);
  return folder;
}

/** It stays in the list: who uses a pipeline after it was disposed of makes the folder again. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
