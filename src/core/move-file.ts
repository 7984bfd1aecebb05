import { renameSync } from "node:fs";

/**
 * Renames a file or folder within its file system. On Windows a virus scanner or an indexer may hold a new file for a moment, and then the
 * rename is refused: there it is tried again, for two seconds.
 */
export function moveFile(from: string, to: string, { platform, rename, wait }: MoveOptions = {}): void {
  const move = rename ?? renameSync;
  const waits = (platform ?? process.platform) === "win32" ? waitsMs : [];
  for (const waitMs of waits) {
    try {
      move(from, to);
      return;
    } catch (error) {
      if (!isHeld(error)) throw error;
      (wait ?? sleep)(waitMs);
    }
  }
  move(from, to);
}

interface MoveOptions {
  readonly platform?: NodeJS.Platform;
  readonly rename?: (from: string, to: string) => void;
  readonly wait?: (ms: number) => void;
}

const waitsMs = [10, 20, 40, 80, 150, 200, 300, 400, 800];

function isHeld(error: unknown): boolean {
  return ["EPERM", "EBUSY", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? "");
}

/** The moves of a package are steps of one order: nothing else may happen in between. */
function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
