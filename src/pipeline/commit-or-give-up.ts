import { StateConflictError } from "../state/errors.ts";
import { abortPackages } from "./abort-packages.ts";
import { StepFailedError } from "./errors.ts";
import type { StepHost } from "./step-host.ts";
import { loadStep, normalizeStep } from "./steps.ts";

/** Commits a change of the state that no run made. One that another commit has overtaken could never be loaded: its package would stop all runs, and is given up. */
export async function commitOrGiveUp(host: StepHost, change: "edit" | "drop"): Promise<void> {
  if (host.store.extracted().length > 0) await normalizeStep(host);
  try {
    await loadStep(host);
  } catch (error) {
    const cause = error instanceof StepFailedError ? error.cause : undefined;
    if (!(cause instanceof StateConflictError)) throw error;
    await abortPackages(host, { dryRun: false });
    throw cause.metBy(change);
  }
}
