import { crashPoint } from "../core/crash-point.ts";
import { completePackage } from "../load/complete-package.ts";
import { guardDisk } from "../load-package/errors.ts";
import type { PackageFolder } from "../load-package/package-folder.ts";
import type { PipelineState } from "../state/document.ts";
import { DatasetSessions } from "./dataset-sessions.ts";
import type { LocalStore } from "./local-store.ts";
import { withLocalValuesOf } from "./local-values.ts";
import type { StepHost } from "./step-host.ts";

export interface AbortOptions {
  readonly dryRun: boolean;
  /** The oldest package to end; those before it stay. Default: all. A package in the middle cannot go alone, since the state of the next builds on it. */
  readonly from?: string;
}

/**
 * Ends pending packages without loading them and rewinds local state and schemas to before the oldest of them. Gives their load ids, oldest first.
 * A package whose commit had succeeded before a crash is in the destination: it is completed, not aborted.
 */
export async function abortPackages(host: StepHost, { dryRun, from = "" }: AbortOptions): Promise<readonly string[]> {
  const { store, local } = host;
  if (!dryRun) await completeCommitted(host);
  const pending = [...store.normalized(), ...store.extracted()]
    .filter(({ loadId }) => loadId >= from)
    .sort((a, b) => (a.loadId < b.loadId ? -1 : 1));
  const [oldest] = pending;
  if (oldest === undefined || dryRun) return pending.map((folder) => folder.loadId);
  // State goes back first: killed here, the next start finds the packages ahead of it and brings it up to them again.
  const before = local.readState();
  local.restore(oldest.readRestorePoint());
  keepLocalValues(local, before);
  crashPoint("abort:state-restored");
  guardDisk(store.workingDir, () => {
    for (const folder of pending.toReversed()) {
      store.abort(folder);
      crashPoint("abort:package-ended");
    }
  });
  for (const { loadId } of pending) host.context.emit({ type: "package-aborted", loadId });
  return pending.map((folder) => folder.loadId);
}

/** What the user keeps on this machine is no part of a package. */
function keepLocalValues(local: LocalStore, before: PipelineState | undefined): void {
  const restored = local.readState();
  if (before === undefined || restored === undefined) return;
  const kept = withLocalValuesOf(restored, before);
  if (kept !== restored) local.writeState(kept);
}

async function completeCommitted(host: StepHost): Promise<void> {
  const interrupted: PackageFolder[] = host.store.normalized().filter((folder) => folder.mayBeCommitted);
  if (interrupted.length === 0) return;
  await using sessions = new DatasetSessions(host);
  for (const folder of interrupted) {
    const session = await sessions.of(folder).get();
    if (!(await session.hasLoad(folder.loadId))) continue;
    for (const job of [...folder.jobs("started"), ...folder.jobs("new")]) folder.moveJob(job, "completed");
    completePackage({ folder, store: host.store, deleteCompletedJobs: host.load.deleteCompletedJobs });
    host.context.emit({ type: "package-committed", loadId: folder.loadId });
  }
}
