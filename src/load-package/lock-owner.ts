import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { isRunning } from "../core/is-running.ts";

/** Who holds the lock of a working directory. */
export interface LockOwner {
  readonly pid: number;
  /** The machine or container; undefined in locks of earlier versions, which are taken for our own. */
  readonly host?: string;
  /** Tells this process from a later one with the same pid, where the system can say it. */
  readonly processStart: string | undefined;
  readonly since: string;
}

export function thisProcess(now: Date): LockOwner {
  return { pid: process.pid, host: hostname(), processStart: processStart(process.pid), since: now.toISOString() };
}

/** Undefined when the text is not that of a lock. */
export function parseOwner(text: string): LockOwner | undefined {
  try {
    const owner = JSON.parse(text) as LockOwner;
    return typeof owner.pid === "number" ? owner : undefined;
  } catch {
    return undefined;
  }
}

/** Its processes cannot be seen from here: a folder that several machines or containers share. */
export function isElsewhere(owner: LockOwner): boolean {
  return owner.host !== undefined && owner.host !== hostname();
}

/** True when the process is still there. To be asked only for this host. */
export function isAlive(owner: LockOwner): boolean {
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
