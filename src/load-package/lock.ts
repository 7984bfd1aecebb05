import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crashPoint } from "../core/crash-point.ts";
import { readTextIfExists } from "../core/files.ts";
import { isRunning } from "../core/is-running.ts";
import { PipelineLockedError } from "./errors.ts";

interface Owner {
  readonly pid: number;
  /** Tells this process from a later one with the same pid, where the system can say it. */
  readonly processStart: string | undefined;
  readonly since: string;
}

/** Held by the one process that may change the working directory. A lock whose process is gone is taken over. */
export class PipelineLock implements Disposable {
  readonly #path: string;
  readonly #text: string;

  private constructor(path: string, text: string) {
    this.#path = path;
    this.#text = text;
  }

  /** Throws PipelineLockedError when another live process, or another run in this one, holds it. */
  static acquire(options: { readonly workingDir: string; readonly pipelineName: string; readonly now: Date }): PipelineLock {
    const path = join(options.workingDir, "leat.lock");
    const me: Owner = { pid: process.pid, processStart: processStart(process.pid), since: options.now.toISOString() };
    const text = JSON.stringify(me);
    for (;;) {
      if (tryCreate(path, text)) {
        crashPoint("lock:acquired");
        removeLeftovers(options.workingDir);
        return new PipelineLock(path, text);
      }
      const found = readTextIfExists(path);
      if (found === undefined) continue;
      const owner = parseOwner(found);
      if (owner !== undefined && isAlive(owner)) {
        throw new PipelineLockedError({ ...options, ownerPid: owner.pid, since: owner.since });
      }
      removeStale(path, found);
    }
  }

  [Symbol.dispose](): void {
    if (readTextIfExists(this.#path) === this.#text) rmSync(this.#path, { force: true });
  }
}

/** A link appears with its content or not at all: nobody ever reads a lock without an owner. */
function tryCreate(path: string, text: string): boolean {
  const draft = `${path}.${process.pid}.new`;
  try {
    writeFileSync(draft, text);
    crashPoint("lock:draft-written");
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Takes the stale file away by renaming it, so that of two processes that saw it only one removes it. */
function removeStale(path: string, stale: string): void {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  crashPoint("lock:stale-aside");
  // Somebody took over between our look and the rename: give it back.
  if (readTextIfExists(aside) !== stale) renameSync(aside, path);
  else rmSync(aside, { force: true });
}

/** What processes left that were killed while they took the lock. */
function removeLeftovers(workingDir: string): void {
  for (const name of readdirSync(workingDir)) {
    const [, pid] = /^leat\.lock\.(\d+)(?:\.new)?$/.exec(name) ?? [];
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(workingDir, name), { force: true });
  }
}

function parseOwner(text: string): Owner | undefined {
  try {
    const owner = JSON.parse(text) as Owner;
    return typeof owner.pid === "number" ? owner : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(owner: Owner): boolean {
  return isRunning(owner.pid) && (owner.processStart === undefined || owner.processStart === processStart(owner.pid));
}

/** Linux: the start time of the process in clock ticks since boot. Elsewhere unknown. */
function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
