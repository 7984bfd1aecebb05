import { closeSync, linkSync, openSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { crashPoint } from "../core/crash-point.ts";
import { readTextIfExists } from "../core/files.ts";
import { isRunning } from "../core/is-running.ts";
import { moveFile } from "../core/move-file.ts";
import { PipelineLockedError } from "./errors.ts";
import { isAlive, isElsewhere, type LockOwner, parseOwner, thisProcess } from "./lock-owner.ts";

/** The owner of a lock gives a sign of life so often. */
const heartbeatMs = 15_000;

/** A lock of another machine or container without a sign of life for so long is taken over. */
const leaseMs = 120_000;

/**
 * Held by the one process that may change the working directory. A lock whose process is gone is taken over; whether the process of another machine
 * or container is gone, which shares the folder, only its silence tells.
 */
export class PipelineLock implements Disposable {
  readonly #path: string;
  readonly #text: string;
  readonly #heartbeat: NodeJS.Timeout;

  private constructor(path: string, text: string) {
    this.#path = path;
    this.#text = text;
    this.#heartbeat = setInterval(() => this.#giveSign(), heartbeatMs).unref();
  }

  /** Throws PipelineLockedError when another live process, or another run in this one, holds it. */
  static acquire(options: { readonly workingDir: string; readonly pipelineName: string; readonly now: Date }): PipelineLock {
    const path = join(options.workingDir, "leat.lock");
    const text = JSON.stringify(thisProcess(options.now));
    for (;;) {
      const { isCreated, fileTimeMs } = tryCreate(path, text);
      if (isCreated) {
        crashPoint("lock:acquired");
        removeLeftovers(options.workingDir, fileTimeMs);
        return new PipelineLock(path, text);
      }
      const found = readTextIfExists(path);
      if (found === undefined) continue;
      const owner = parseOwner(found);
      if (owner !== undefined && isHeld(path, owner, fileTimeMs)) throw lockedError(owner, options);
      removeStale(path, found);
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#heartbeat);
    if (readTextIfExists(this.#path) === this.#text) rmSync(this.#path, { force: true });
  }

  /** Writes the same bytes again: the file's time is that of the file system then, which all who share it compare with, and nobody reads half a lock. */
  #giveSign(): void {
    try {
      if (readTextIfExists(this.#path) !== this.#text) return;
      const fd = openSync(this.#path, "r+");
      try {
        writeSync(fd, this.#text, 0);
      } finally {
        closeSync(fd);
      }
    } catch {
      // The next sign may come through; a disk that stays away fails the run itself.
    }
  }
}

function isHeld(path: string, owner: LockOwner, nowMs: number): boolean {
  if (!isElsewhere(owner)) return isAlive(owner);
  const signMs = fileTime(path);
  return signMs !== undefined && nowMs - signMs < leaseMs;
}

function lockedError(owner: LockOwner, options: { readonly workingDir: string; readonly pipelineName: string }): PipelineLockedError {
  return new PipelineLockedError({
    ...options,
    ownerPid: owner.pid,
    since: owner.since,
    ...(isElsewhere(owner) ? { elsewhere: { host: owner.host!, leaseSeconds: leaseMs / 1000 } } : {}),
  });
}

/** A link appears with its content or not at all: nobody ever reads a lock without an owner. `fileTimeMs` is now, by the clock of the file system. */
function tryCreate(path: string, text: string): { readonly isCreated: boolean; readonly fileTimeMs: number } {
  const draft = `${path}.${ownMark()}.new`;
  try {
    writeFileSync(draft, text);
    crashPoint("lock:draft-written");
    const fileTimeMs = statSync(draft).mtimeMs;
    return { isCreated: tryLink(draft, path), fileTimeMs };
  } finally {
    rmSync(draft, { force: true });
  }
}

function tryLink(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Takes the stale file away by renaming it, so that of two processes that saw it only one removes it. */
function removeStale(path: string, stale: string): void {
  const aside = `${path}.${ownMark()}`;
  try {
    moveFile(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  crashPoint("lock:stale-aside");
  // Somebody took over between our look and the rename: give it back.
  if (readTextIfExists(aside) !== stale) moveFile(aside, path);
  else rmSync(aside, { force: true });
}

/** Containers have the same process ids: the host belongs to the name of a file of one's own. */
function ownMark(): string {
  return `${hostMark()}-${process.pid}`;
}

function hostMark(): string {
  return hostname().replaceAll(/[^\w.]/g, "_");
}

/** What processes left that were killed while they took the lock. */
function removeLeftovers(workingDir: string, nowMs: number): void {
  for (const name of readdirSync(workingDir)) {
    const [, host, pid] = /^leat\.lock\.(?:(.+)-)?(\d+)(?:\.new)?$/.exec(name) ?? [];
    if (pid === undefined) continue;
    const path = join(workingDir, name);
    const isInUse = host === undefined || host === hostMark() ? isRunning(Number(pid)) : nowMs - (fileTime(path) ?? 0) < leaseMs;
    if (!isInUse) rmSync(path, { force: true });
  }
}

function fileTime(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}
