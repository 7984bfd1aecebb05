import { closeSync, existsSync, fdatasyncSync, mkdirSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readTextIfExists, syncFolder, writeAll } from "../core/files.ts";
import { guardDisk } from "./errors.ts";
import type { PackageFolder } from "./package-folder.ts";

/**
 * How far a job came that is loaded in parts; `id` is its job id. It is kept beside the jobs, a line for each part: of a file that breaks off the whole
 * lines count. What `advance` was told survives a power cut.
 */
export function jobProgress(folder: PackageFolder, id: string): { readonly done: number; advance(done: number): void } {
  const path = join(folder.path, progressFolder, `${id}.progress`);
  let done = guardDisk(folder.workingDir, () => furthest(readTextIfExists(path)));
  return {
    get done() {
      return done;
    },
    advance(to) {
      guardDisk(folder.workingDir, () => append(folder, path, `\n${to}\n`));
      done = to;
    },
  };
}

/** A package that was loaded has no progress to show. */
export function clearProgress(folder: PackageFolder): void {
  rmSync(join(folder.path, progressFolder), { recursive: true, force: true });
}

const progressFolder = ".progress";

/** It only grows. What follows the last line break was not written to its end; where it became a line later, it is the begin of a number, which is smaller. */
function furthest(text = ""): number {
  const counts = text.split("\n").slice(0, -1).map(Number);
  // The begin of `Infinity` is no number.
  return counts.filter((count) => !Number.isNaN(count)).reduce((most, count) => Math.max(most, count), 0);
}

function append(folder: PackageFolder, path: string, line: string): void {
  const isNew = !existsSync(path);
  if (isNew) mkdirSync(join(folder.path, progressFolder), { recursive: true });
  const fd = openSync(path, "a");
  try {
    writeAll(fd, Buffer.from(line), path);
    fdatasyncSync(fd);
  } finally {
    closeSync(fd);
  }
  if (!isNew) return;
  syncFolder(join(folder.path, progressFolder));
  syncFolder(folder.path);
}
