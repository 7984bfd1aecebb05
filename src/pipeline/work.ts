/** What the calls of a pipeline do, in one module that the first of them loads. */

export { abortPackages } from "./abort-packages.ts";
export { backfill, checkBackfill } from "./backfill.ts";
export { drop, dropOptions } from "./drop.ts";
export { editState } from "./edit-state.ts";
export { failPendingJob } from "./fail-job.ts";
export { withinCall } from "./pipeline-call.ts";
export { restoreLocal } from "./restore-local.ts";
export { openStored } from "./restore-stored.ts";
export { extractAlone, loadAlone, normalizeAlone, runAll } from "./run.ts";
export { rollbackState, stateHistory } from "./state-history.ts";
export { syncStep } from "./steps.ts";
