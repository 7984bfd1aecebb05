import { closeSync, fdatasyncSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { crashPoint } from "./crash-point.ts";
import { moveFile } from "./move-file.ts";

/** Writes all bytes; a short write is continued. `path` is told in an error, which otherwise would not know it. */
export function writeAll(fd: number, bytes: Uint8Array, path: string): void {
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done);
  } catch (error) {
    throw Object.assign(error as Error, { path });
  }
}

/** Replaces a file in one step: whoever reads it sees the old text or the new one. With `sync` the new text survives a power cut. */
export function writeFileAtomic(path: string, text: string | Uint8Array, options: { readonly sync?: boolean } = {}): void {
  const temporary = `${path}.tmp`;
  try {
    writeNew(temporary, text, options);
    crashPoint("file:before-rename");
    moveFile(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function writeNew(path: string, text: string | Uint8Array, { sync = false }: { readonly sync?: boolean }): void {
  const fd = openSync(path, "w");
  try {
    writeAll(fd, typeof text === "string" ? Buffer.from(text) : text, path);
    if (sync) fdatasyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Closes a file that is to survive a power cut. */
export function closeSynced(fd: number, path: string): void {
  try {
    fdatasyncSync(fd);
  } catch (error) {
    throw Object.assign(error as Error, { path });
  } finally {
    closeSync(fd);
  }
}

/** As `closeSynced`, for a file that was written and closed just now. */
export function syncFile(path: string): void {
  closeSynced(openSync(path, "r+"), path);
}

/** Makes renames and new files inside a folder survive a power cut. Windows keeps no such thing: there it does nothing. */
export function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** The text of a file, or undefined when there is none. */
export function readTextIfExists(path: string): string | undefined {
  return readBytesIfExists(path)?.toString("utf8");
}

/** The content of a file, or undefined when there is none. */
export function readBytesIfExists(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
